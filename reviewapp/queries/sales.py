"""A shop's sales as its staff see them, and the 《补贴确认书》 as it is printed."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import segno
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from reviewapp import schemes
from reviewapp.models import Actor, Claim, Redemption, Sale, SignedStatement
from reviewapp.policy.kinds import KINDS
from reviewapp.policy.money import words_from_fen, yuan_from_fen
from reviewapp.policy.purchase import Judged, kept
from reviewapp.policy.workflow import STATES
from reviewapp.queries import payment_days, scope
from reviewapp.queries.paging import Paged
from reviewapp.queries.vouchers import shown_state
from reviewapp.services import checking, facts, sales, signatures
from reviewapp.services.days import local_date

#: Sales on one page of the list.
PAGE = 50
KIND = "confirmation"
_FORM = "subsidy_confirmation"
_PLEDGE = "本人确认以上所购商品及享受的消费补贴信息真实有效，同意按活动规则办理。如有虚假，愿承担相应责任。"
#: What is printed on the form and read off it again: the field, and what it is called.
_PRINTED = ("shop_name", "consumer_name", "id_number", "total", "subsidy")


@dataclass(frozen=True, slots=True)
class SaleRow:
    """A sale in the list: its consumer, what it is worth, where it stands, and when it is to be paid."""

    sale: Sale
    consumer: str
    award_fen: int
    word: str
    tone: str
    due: payment_days.Due | None


@dataclass(frozen=True, slots=True)
class Read:
    """What the photographs say so far: the consumer's card, codes and grades; `unread` files are still looked at."""

    consumer: Mapping[str, str]
    codes: tuple[str, ...]
    grades: tuple[str, ...]
    unread: int


@dataclass(frozen=True, slots=True)
class Otherwise:
    """A field of the photographed confirmation that does not say what was printed."""

    label: str
    printed: str
    read: str


def listed(session: Session, actor: Actor, now: datetime, number: int) -> Paged[SaleRow]:
    """The sales of the viewer's shop."""
    mine = scope.sales_visible_to(actor)
    total = session.scalar(select(func.count()).select_from(mine.subquery())) or 0
    number = min(max(number, 1), max(1, -(-total // PAGE)))
    page = mine.order_by(Sale.id.desc()).limit(PAGE).offset((number - 1) * PAGE)
    found = session.scalars(page.options(joinedload(Sale.claim), joinedload(Sale.voucher))).all()
    names = facts.values_of(session, [sale.claim_id for sale in found], "applicant", "name")
    rows = (_row(sale, names.get(sale.claim_id, ""), now) for sale in found)
    return Paged(tuple(rows), total, number, PAGE)


def _row(sale: Sale, consumer: str, now: datetime) -> SaleRow:
    word, tone = standing(sale, now)
    voucher = sale.voucher
    held = voucher.value_fen if voucher is not None and voucher.state in ("issued", "redeemed") else 0
    return SaleRow(sale, consumer, sale.claim.award_fen or held, word, tone, payment_days.due(sale.claim, now))


def standing(sale: Sale, now: datetime) -> tuple[str, str]:
    """Where a sale stands, as a word and its colour: by its claim once that was put in, before by its voucher."""
    claim, voucher = sale.claim, sale.voucher
    if claim.state == "draft" and voucher is not None:
        state = shown_state(voucher, now)
        return {"issued": ("已发券，待结算", "wait"), "redeemed": ("已结算，待交材料", "act")}.get(
            state, ("券已过期" if state == "expired" else "券已作废", "off")
        )
    if claim.state == "draft":
        return "登记中", "off"
    if voucher is not None and voucher.state == "voided":
        return "已取消", "off"
    return STATES[claim.state], ""


def read(session: Session, claim: Claim) -> Read:
    """What the photographs of a sale's claim say so far."""
    present = facts.current(session, claim)

    def values(kind: str, field: str) -> tuple[str, ...]:
        found = (paper.facts.get(field) for paper in present.of_kind(kind))
        return tuple(str(fact.value) for fact in found if fact is not None and fact.value)

    card = {name: next(iter(values("id_card", name)), "") for name in ("name", "id_number")}
    unread = checking.unread(session, claim)
    return Read(card, values("commodity_code", "commodity_code"), values("energy_label", "grade"), unread)


def kinds_of_goods(claim: Claim) -> list[tuple[str, list[str]]]:
    """The goods that may be bought: each group's title with the printed names, as the document lists them."""
    scheme, programme = sales.rules_of(claim)
    groups = [group for group in scheme.goods if group.code in sales.groups(programme)]
    return [(group.title, [names[0] for names in group.names]) for group in groups]


def redemption(session: Session, sale: Sale) -> Redemption | None:
    """The sale once it is closed."""
    return session.scalars(select(Redemption).where(Redemption.voucher_id == sale.voucher_id)).one_or_none()


def statement(session: Session, sale: Sale, now: datetime) -> str:
    """The words that the consumer signs on the screen: what the printed form says."""
    said = _values(session, sale, sales.judged(sale, now))
    bought = (f"{one['name']} {one['brand_model']} {one['price']} 元 × {one['quantity']}" for one in said["products"])
    sums = f"合计金额 {said['total']} 元，补贴金额 {said['subsidy']} 元（{said['subsidy_in_words']}）"
    return "\n".join(
        (
            said["title"],
            f"销售商户：{said['shop_name']}　消费者：{said['consumer_name']}　身份证号码：{said['id_number']}",
            f"商品：{'；'.join(bought)}",
            f"{sums}，实付 {said['paid']} 元。",
            _PLEDGE,
        )
    )


def signed(session: Session, sale: Sale, now: datetime) -> SignedStatement | None:
    """The signature that counts: given under what the form says now, not before goods were returned."""
    latest = signatures.latest(session, sale.claim, KIND)
    return latest if latest is not None and latest.text == statement(session, sale, now) else None


def form(session: Session, sale: Sale, now: datetime, address: str) -> dict[str, Any]:
    """《补贴确认书》 as it is printed: with the labels by which papers of that kind are read. `address` is what its
    square code says.
    """
    scheme, programme = sales.rules_of(sale.claim)
    drawn = io.BytesIO()
    segno.make_qr(address, error="m").save(drawn, kind="svg", border=1, scale=4)
    rule = next(rule for rule in programme.papers if _FORM in rule.kinds)
    closed = redemption(session, sale)
    clauses = [*(sales.kind_of(sale.claim).clause,), rule.clause]
    return _values(session, sale, sales.judged(sale, now)) | {
        "office": scheme.county,
        "number": f"购买登记号 {sale.public_id}",
        "code": drawn.getvalue().decode(),
        "pledge": _PLEDGE,
        "day": _long(local_date(closed.at if closed else now)),
        "document": scheme.document_number,
        "clauses": [(clause, scheme.clauses.get(clause, "")) for clause in clauses],
        "signature": "signature" if signed(session, sale, now) else "",
    }


def content(sale: Sale, judged: Judged) -> dict[str, Any]:
    """What the office signs of a printed confirmation: the case and its sums, nothing of the person."""
    return {"sale": sale.public_id, "total_fen": judged.total_fen, "subsidy_fen": judged.award_fen}


def otherwise(session: Session, sale: Sale, now: datetime) -> tuple[Otherwise, ...]:
    """Where the confirmation that came back says something else than what was printed."""
    printed = _values(session, sale, sales.judged(sale, now))
    fields = KINDS[_FORM].fields
    found = []
    for paper in facts.current(session, sale.claim).of_kind(_FORM):
        for name in _PRINTED:
            fact = paper.facts.get(name)
            if fact is not None and fact.value is not None and str(fact.value) != printed[name].replace(",", ""):
                found.append(Otherwise(fields[name].label, printed[name], str(fact.value)))
    return tuple(found)


def _long(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _values(session: Session, sale: Sale, judged: Judged) -> dict[str, Any]:
    scheme = schemes.load(sale.claim.scheme_code, sale.claim.scheme_version)
    who = sales.consumer(session, sale.claim)
    lines = kept(sales.lines_of(sale))
    return {
        "title": f"{scheme.county}{KINDS[_FORM].title}",
        "shop_name": sale.organisation.name,
        "consumer_name": who["name"],
        "id_number": who["id_number"],
        "phone": who["phone"],
        "products": [
            {
                "number": str(number), "name": line.name, "brand_model": line.brand_model or "—",
                "code": line.code or "—", "quantity": str(line.kept), "price": yuan_from_fen(line.price_fen),
            }
            for number, line in enumerate(lines, start=1)
        ],
        "total": yuan_from_fen(judged.total_fen),
        "total_in_words": words_from_fen(judged.total_fen),
        "subsidy": yuan_from_fen(judged.award_fen),
        "subsidy_in_words": words_from_fen(judged.award_fen),
        "paid": yuan_from_fen(judged.total_fen - judged.award_fen),
    }  # fmt: skip
