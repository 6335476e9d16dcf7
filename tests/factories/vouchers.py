"""Vouchers of yangcheng-2023 in the hands of their owners, redeemed, and claimed by the firm that advanced it."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta, timezone
from typing import Any

from sqlalchemy.orm import Session

from reviewapp.models import Actor, Claim, Organisation, Redemption, User, Voucher
from reviewapp.policy import voucher_flow as flow
from reviewapp.services import intake, queue, settlement_applications, voucher_settlements, vouchers
from reviewapp.services.editing import FactChange
from reviewapp.specimens import people
from reviewapp.specimens.purchases import COUNTIES
from tests.factories.claims import claim
from tests.factories.facts import add_facts, add_paper, list_dealer
from tests.factories.money import pool
from tests.factories.people import NOW, user

SCHEME = "yangcheng-2023"
#: Inside the window in which settlements are taken in, after the last day of the vouchers.
AFTERWARDS = datetime(2024, 5, 6, 9, 30, tzinfo=timezone(timedelta(hours=8)))
#: A firm's account: no card, and no Luhn number.
FIRM_ACCOUNT = "0508020209300012345"
_invoices = itertools.count(1)


def voucher(
    session: Session,
    value_fen: int = 50_000,
    *,
    by: User | None = None,
    index: int = 0,
    now: datetime = NOW,
    **more: Any,
) -> Voucher:
    """An unused voucher of person `index`, issued to an approved claim of the motorcycle pool."""
    owner = people.person(index, COUNTIES["yangcheng"])
    pot = pool(session, scheme_code=SCHEME, code="motorcycle-scrap", now=now, **more)
    row = claim(session, "approved", pool=pot, by=by, amount_fen=value_fen, now=now, programme="motorcycle-scrap")
    facts = {"applicant": {"name": owner.name, "id_number": owner.id_number, "phone": owner.phone}}
    return vouchers.issue(session, now, row, facts)


def scrapped(session: Session, *, by: User | None = None) -> Claim:
    """A complete draft for a motorcycle made in 2018 and never registered, handed in by person 0: worth 1000."""
    owner = people.person(0, COUNTIES["yangcheng"])
    pot = pool(session, scheme_code=SCHEME, code="motorcycle-scrap")
    row = claim(session, pool=pot, by=by or user(session, "point"), programme="motorcycle-scrap")
    add_facts(session, row, "applicant", {"name": owner.name, "id_number": owner.id_number, "phone": owner.phone})
    add_facts(session, row, "declared", {"handed_in_on": "2024-01-10", "vehicle_wheels": 2})
    add_paper(session, row, "id_card", {"name": owner.name, "id_number": owner.id_number})
    add_paper(session, row, "vehicle_invoice", {"buyer_name": owner.name, "vehicle_type": "两轮摩托车"})
    add_paper(session, row, "vehicle_certificate", {"made_on": "2018-01-11", "vehicle_name": "两轮摩托车"})
    return row


def identity(row: Voucher) -> vouchers.Identity:
    """What the till says when the owner is there."""
    return vouchers.Identity(row.owner["id_number"][-vouchers.ID_ENDING :], seen=True)


def bought(price_fen: int = 400_000, **changed: str) -> vouchers.Purchase:
    """A motorcycle, on an invoice of its own."""
    values = {"invoice_number": f"{next(_invoices):020d}", "goods": "motorcycle"} | changed
    return vouchers.Purchase(price_fen=price_fen, **values)


def redeemed(
    session: Session, dealer: Actor, row: Voucher | None = None, *, now: datetime = NOW, **purchase: Any
) -> Redemption:
    """A voucher redeemed at that dealer's."""
    row = row or voucher(session, now=now)
    return vouchers.redeem(session, dealer, now, row.id, bought(**purchase), identity(row))


def seller(session: Session) -> Actor:
    """Somebody of a dealer that is on the scheme's list."""
    person = user(session, "dealer")
    list_dealer(session, session.get_one(Organisation, person.organisation_id).name)
    return Actor.of(person)


def settlement(session: Session, dealer: Actor, redemption: Redemption, now: datetime = AFTERWARDS) -> Claim:
    """The settlement of a redemption as a complete draft: slip, invoice, the owner's card, the firm's account."""
    row = voucher_settlements.begin(session, dealer, now, redemption.id)
    owner, firm = redemption.voucher.owner, session.get_one(Organisation, redemption.organisation_id).name
    add_paper(
        session, row, "voucher_slip", now=now,
        values={
            "face_value": f"{redemption.voucher.value_fen / 100:.2f}", "merchant_name": firm,
            "redeemed_at": redemption.at.isoformat(), "order_number": redemption.voucher.number,
        },
    )  # fmt: skip
    invoice = {
        "buyer_name": owner["name"], "buyer_id": owner["id_number"], "seller_name": firm, "vehicle_type": "两轮摩托车",
        "invoice_date": redemption.at.date().isoformat(), "invoice_number": redemption.invoice, "total": "4000.00",
    }  # fmt: skip
    add_paper(session, row, "vehicle_invoice", invoice, now=now)
    add_paper(session, row, "id_card", {"name": owner["name"], "id_number": owner["id_number"]}, now=now)
    account = [FactChange.of("account.card_number", FIRM_ACCOUNT), FactChange.of("account.bank", "样例银行阳城支行")]
    intake.set_facts(session, dealer, now, row.id, None, account)
    return row


def put_in(session: Session, dealer: Actor, row: Claim, now: datetime = AFTERWARDS) -> Claim:
    """Submit the draft."""
    return queue.submit(session, dealer, now, row.id, row.revision)


def things(session: Session, owner: User) -> dict[str, str]:
    """Public names by endpoint: a voucher of an owner or a collection point, a redemption and settlements of a firm."""
    names = ("vouchers.redemption", "vouchers.take_goods_back", "vouchers.undo", "settlements", "voucher_office")
    if owner.role not in flow.REDEEMERS:
        return {"vouchers.show": voucher(session, by=owner).public_id, **dict.fromkeys(names, "0" * 16)}
    list_dealer(session, owner.organisation.name)
    firm = Actor.of(owner)
    plain, settled = redeemed(session, firm), redeemed(session, firm)
    application = settlement_applications.open_application(
        session, firm, NOW, chosen=[settled.public_id], form_key=owner.public_id
    )
    slips = pool(session, scheme_code="jishan-2023", code="specialty")
    added_up = claim(session, "submitted", pool=slips, by=owner, programme="specialty-settlement")
    return {
        **dict.fromkeys(names, plain.public_id),
        "settlements.claim_form": added_up.public_id,
        **dict.fromkeys(("settlements", "voucher_office.settlement"), application.public_id),
        **dict.fromkeys(("vouchers.show", "voucher_office.show"), plain.voucher.public_id),
    }
