"""Rows for tests: plain functions that add a valid row with sensible defaults, flush it and hand it back.

`now` is always the caller's; every keyword is a column. Synthetic people only. Sealed columns need
`reviewapp.sealing.use(...)` first (the application fixture does it).
"""

from tests.factories.claims import CLAIM_STATES, claim, evaluation, passing_result
from tests.factories.demands import demand
from tests.factories.facts import add_facts, add_paper, complete_draft, list_dealer, purchase
from tests.factories.money import fund, pool
from tests.factories.people import NOW, actor, exclude, organisation, user
from tests.factories.schemes import hold_in_publication, published_scheme, scheme_draft

__all__ = [
    "CLAIM_STATES",
    "NOW",
    "actor",
    "add_facts",
    "add_paper",
    "claim",
    "complete_draft",
    "demand",
    "evaluation",
    "exclude",
    "fund",
    "hold_in_publication",
    "list_dealer",
    "organisation",
    "passing_result",
    "pool",
    "published_scheme",
    "purchase",
    "scheme_draft",
    "user",
]
