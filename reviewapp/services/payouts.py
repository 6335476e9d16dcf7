"""Payouts: from an approval to money on the claimant's card, once. The rooms behind the one name.

orders: instructions and their frozen payee · batches: two people release · sending: the bank and what it says.
"""

from reviewapp.services.payouts_batches import digest, dissolve_batch, make_batch, release_batch
from reviewapp.services.payouts_orders import NewCard, end_publications, give_new_card, order, publication_ends
from reviewapp.services.payouts_sending import (
    IN_FLIGHT,
    Question,
    ask_unknown,
    begin_again,
    begin_asking,
    begin_sending,
    settle,
)

__all__ = [
    "IN_FLIGHT",
    "NewCard",
    "Question",
    "ask_unknown",
    "begin_again",
    "begin_asking",
    "begin_sending",
    "digest",
    "dissolve_batch",
    "end_publications",
    "give_new_card",
    "make_batch",
    "order",
    "publication_ends",
    "release_batch",
    "settle",
]
