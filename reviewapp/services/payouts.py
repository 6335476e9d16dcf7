"""Payouts: from an approval to money on the claimant's card, once. The rooms behind the one name.

orders: instructions and their frozen payee · batches: two people release, or three · sending: the bank's interface and
what it says · exports: the bank's file · returns, suspense: what the bank's file says.
"""

from reviewapp.services.payouts_batches import dissolve_batch, make_batch, release_batch
from reviewapp.services.payouts_exports import BankFile, bank_file, export_batch
from reviewapp.services.payouts_lines import digest
from reviewapp.services.payouts_orders import (
    NewCard,
    end_publications,
    give_new_card,
    order,
    publication_ends,
    publication_of,
)
from reviewapp.services.payouts_sending import (
    IN_FLIGHT,
    Question,
    ask_unknown,
    begin_again,
    begin_asking,
    begin_sending,
    cut_off,
    settle,
)

__all__ = [
    "IN_FLIGHT",
    "BankFile",
    "NewCard",
    "Question",
    "ask_unknown",
    "bank_file",
    "begin_again",
    "begin_asking",
    "begin_sending",
    "cut_off",
    "digest",
    "dissolve_batch",
    "end_publications",
    "export_batch",
    "give_new_card",
    "make_batch",
    "order",
    "publication_ends",
    "publication_of",
    "release_batch",
    "settle",
]
