"""Sales of home goods at the counter of a shop in Xiangning."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

from sqlalchemy.orm import Session

from reviewapp.models import Actor, Organisation, Pool, Sale, User
from reviewapp.policy.purchase import Line
from reviewapp.services import closing, handing_out, intake, queue, sales
from reviewapp.services.editing import FactChange
from reviewapp.specimens import people
from reviewapp.specimens.people import Person
from reviewapp.specimens.purchases import COUNTIES
from tests.factories.facts import add_paper, list_dealer
from tests.factories.money import pool
from tests.factories.payouts import CARD
from tests.factories.people import user

SCHEME = "xiangning-2024-home"
#: A day of the activity, inside the hours in which vouchers are handed out.
OPEN = datetime(2024, 7, 10, 11, 0, tzinfo=timezone(timedelta(hours=8)))
TV = Line("电视机", 999_900, brand_model="样例牌 YL-55", code="6901234567892", grade="1")
SOFA = Line("沙发", 1_200_000, brand_model="测试牌 CS-808L")
BOTH = (TV, SOFA)
_forms = itertools.count(1)


def home_pool(session: Session, amount_fen: int = 10_000_000) -> Pool:
    """The pool of the activity."""
    return pool(session, amount_fen, scheme_code=SCHEME, code="home", now=OPEN)


def staff(session: Session, name: str = "") -> User:
    """Somebody who hands vouchers out in a shop that takes part."""
    person = user(session, "shop", now=OPEN)
    firm = session.get_one(Organisation, person.organisation_id)
    firm.name = name or f"乡宁县测试家居有限公司{firm.id}"
    list_dealer(session, firm.name, scheme_code=SCHEME)
    home_pool(session)
    return person


def buyer(index: int = 0) -> Person:
    """An invented consumer."""
    return people.person(index, COUNTIES["xiangning"])


def sale(session: Session, by: Actor, index: int = 0, lines: Sequence[Line] = (), now: datetime = OPEN) -> Sale:
    """A sale with its consumer registered, and these products."""
    row = sales.begin(session, by, now, scheme_code=SCHEME, form_key=f"sale-{next(_forms)}")
    who = buyer(index)
    said = {"name": who.name, "id_number": who.id_number, "phone": who.phone}
    sales.set_consumer(session, by, now, row.id, said)
    if lines:
        sales.set_lines(session, by, now, row.id, lines)
    return row


def with_voucher(session: Session, by: Actor, index: int = 0, **more: Any) -> Sale:
    """A sale whose consumer got the day's voucher."""
    row = sale(session, by, index, **more)
    handing_out.hand_out(session, by, more.get("now", OPEN), row.id, present=True)
    return row


def closed(session: Session, by: Actor, index: int = 0, lines: Sequence[Line] = BOTH, now: datetime = OPEN) -> Sale:
    """A sale that was paid for, less the voucher."""
    row = with_voucher(session, by, index, lines=lines, now=now)
    closing.close(session, by, now, row.id)
    return row


def with_papers(session: Session, by: Actor, row: Sale, *, now: datetime = OPEN, **changed: str) -> Sale:
    """All papers of a closed sale, as they would be read; `changed` says other totals by kind of paper."""
    judged, claim, firm = sales.judged(row, now), row.claim, row.organisation.name
    who, total = sales.consumer(session, claim), f"{judged.total_fen / 100:.2f}"
    papers: dict[str, dict[str, Any]] = {
        "subsidy_confirmation": {
            "shop_name": firm, "consumer_name": who["name"], "id_number": who["id_number"], "total": total,
            "subsidy": f"{judged.award_fen / 100:.2f}", "has_signature": True, "has_seal": True,
            "products": sales.products(row),
        },
        "product_invoice": {
            "buyer_name": who["name"], "seller_name": firm, "invoice_number": f"{claim.id:020d}", "total": total,
            "invoice_date": now.date().isoformat(),
        },
        "payment_proof": {
            "payer_name": who["name"], "payee_name": firm, "paid_at": now.isoformat(), "amount": total,
        },
        "goods_photo": {}, "energy_label": {"grade": "1"}, "commodity_code": {"commodity_code": TV.code},
    }  # fmt: skip
    for kind, values in papers.items():
        total_field = {"product_invoice": "total", "payment_proof": "amount"}.get(kind)
        given = values | ({total_field: changed[kind]} if total_field and kind in changed else {})
        add_paper(session, claim, kind, given, now=now)
    intake.set_facts(session, by, now, claim.id, None, [FactChange.of("account.card_number", CARD)])
    return row


def put_in(session: Session, by: Actor, row: Sale, now: datetime = OPEN) -> Sale:
    """Submit the sale's claim."""
    queue.submit(session, by, now, row.claim_id, row.claim.revision)
    return row


def of(session: Session, owner: User) -> str:
    """The public name of a closed sale of a shop; the name of nothing for others."""
    if owner.role != "shop":
        return "0" * 16
    home_pool(session)
    list_dealer(session, owner.organisation.name, scheme_code=SCHEME)
    return closed(session, Actor.of(owner)).public_id
