"""Drafts that are complete: the papers and facts of an invented purchase, entered by a person."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.models import Claim, Fact, Listing, Paper, User
from reviewapp.specimens import people
from reviewapp.specimens.purchases import Purchase
from tests.factories.claims import claim
from tests.factories.money import pool
from tests.factories.people import NOW

#: What yangcheng-2023 `car` asks for, and the tax proof that makes every check decide.
KINDS = (
    "id_card", "vehicle_invoice", "vehicle_licence", "vehicle_certificate", "bank_card", "pos_slip",
    "tax_payment_proof", "car_photo",
)  # fmt: skip


def purchase(index: int = 0, *, total: str = "128000.00", **changed: Any) -> Purchase:
    """A purchase of buyer `index` that yangcheng-2023 `car` passes: a new-energy car on 2023-12-28, worth 4000."""
    values = {"energy": "new_energy", "total": total, "invoice_date": date(2023, 12, 28)} | changed
    return people.purchase(index, county="yangcheng", **values)


def complete_draft(
    session: Session,
    index: int = 0,
    *,
    by: User | None = None,
    without: Collection[str] = (),
    bought: Purchase | None = None,
    amount_fen: int = 10_000_000,
    now: datetime = NOW,
) -> Claim:
    """A draft under yangcheng-2023 `car` with all papers and facts, its dealer listed; `without` leaves kinds out.

    `amount_fen` is what the pool is made with when it is not there yet.
    """
    bought = bought or purchase(index)
    row = claim(session, pool=pool(session, amount_fen, scheme_code="yangcheng-2023", now=now), by=by, now=now)
    list_dealer(session, bought.dealer.name)
    for section, values in _sections(bought).items():
        add_facts(session, row, section, values, now=now)
    for kind in KINDS:
        if kind not in without:
            add_paper(session, row, kind, {} if kind == "car_photo" else bought.paper_values(kind), now=now)
    return row


def add_paper(session: Session, row: Claim, kind: str, values: Mapping[str, Any], *, now: datetime = NOW) -> Paper:
    """A paper of that kind with its facts, entered by who entered the claim."""
    paper = Paper(claim_id=row.id, kind=kind, kind_by="person", kind_confidence=1.0, created_at=now)
    session.add(paper)
    session.flush()
    add_facts(session, row, "paper", values, paper=paper, now=now)
    return paper


def add_facts(
    session: Session,
    row: Claim,
    section: str,
    values: Mapping[str, Any],
    *,
    paper: Paper | None = None,
    now: datetime = NOW,
) -> None:
    """Facts as a person enters them."""
    for field, value in values.items():
        fact = Fact(
            claim_id=row.id, section=section, paper_id=paper.id if paper else None, field=field, value=value,
            source="person", by_id=row.entered_by_id, at=now,
        )  # fmt: skip
        session.add(fact)
    session.flush()


def list_dealer(
    session: Session, name: str, *, scheme_code: str = "yangcheng-2023", kind: str = "listed_sellers"
) -> None:
    """Put a firm on one of the scheme's lists, once."""
    listed = {"scheme_code": scheme_code, "kind": kind, "name": name}
    if session.scalars(select(Listing).filter_by(**listed)).one_or_none() is None:
        session.add(Listing(**listed))
        session.flush()


def _sections(bought: Purchase) -> dict[str, dict[str, Any]]:
    buyer = bought.buyer
    return {
        "applicant": {"name": buyer.name, "id_number": buyer.id_number, "phone": buyer.phone},
        "account": {"holder": buyer.name, "card_number": bought.card.number, "kind": "debit"},
        "declared": {
            "energy": bought.vehicle.energy,
            "vehicle_class": "passenger",
            "order_date": bought.invoice_date.isoformat(),
        },
    }
