"""Claims whose papers say what a demo purchase says: complete, as if read without doubt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp import sealing
from reviewapp.models import Claim, Listing, User
from reviewapp.services import prefill
from reviewapp.specimens.people import purchase
from reviewapp.specimens.purchases import Purchase
from tests import factories
from tests.factories import NOW
from tests.factories.papers import fact, paper

YANGCHENG = (
    "id_card",
    "vehicle_invoice",
    "vehicle_licence",
    "vehicle_certificate",
    "tax_payment_proof",
    "bank_card",
    "pos_slip",
    "car_photo",
)


def buy(index: int = 0, **arguments: Any) -> Purchase:
    """A purchase that meets every condition of yangcheng-2023 unless told otherwise."""
    return purchase(index, county="yangcheng", **arguments)


def filled(
    session: Session,
    bought: Purchase,
    *,
    by: User | None = None,
    kinds: Sequence[str] = YANGCHENG,
    doubtful: Mapping[str, tuple[str, ...]] | None = None,
    state: str = "draft",
) -> Claim:
    """A claim under yangcheng-2023 with these papers; the dealer is on the scheme's list."""
    pool = factories.pool(session, scheme_code="yangcheng-2023")
    claim = factories.claim(session, state, pool=pool, by=by or _account(session, bought.buyer.phone))
    for kind in kinds:
        paper(session, claim, kind, bought.paper_values(kind), doubtful=(doubtful or {}).get(kind, ()))
    for field, value in (("energy", bought.vehicle.energy), ("vehicle_class", "passenger")):
        fact(session, claim, "declared", field, value, by=claim.entered_by)
    fact(session, claim, "account", "kind", "debit", by=claim.entered_by)
    prefill.from_account(session, claim, claim.entered_by, NOW)
    prefill.refresh(session, claim, NOW)
    list_seller(session, bought.dealer.name)
    return claim


def _account(session: Session, phone: str) -> User:
    """The one account of a telephone."""
    index = sealing.current().blind("phone", phone)
    return session.scalar(select(User).where(User.phone_index == index)) or factories.user(session, phone=phone)


def list_seller(session: Session, name: str, kind: str = "listed_sellers") -> None:
    """Put a firm on one of the scheme's lists, once."""
    if not session.query(Listing).filter_by(scheme_code="yangcheng-2023", kind=kind, name=name).count():
        session.add(Listing(scheme_code="yangcheng-2023", kind=kind, name=name))
        session.flush()
