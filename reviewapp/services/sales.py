"""A sale at a shop's counter: the consumer registered, the day's voucher handed out face to face, the products taken
off its price, and what becomes of it before the claim is put in (乡政办发〔2024〕42号 八).

The sale's claim is a draft from the beginning, so that papers, facts and checks are those of every claim. The voucher
commits money when it is handed out: what the products are worth, or the most it can be worth while nobody knows them;
what proves to be too much is free again when the sale is closed. Locks: the claim, the sale, the voucher, the pool.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp import schemes
from reviewapp.errors import IllegalMove, InvalidValue, NotAllowed, NotFound
from reviewapp.models import Actor, Claim, Organisation, Sale
from reviewapp.policy import Programme, Scheme, purchase
from reviewapp.policy import voucher_flow as flow
from reviewapp.policy.purchase import Judged, Line
from reviewapp.policy.vouchers import Voucher as Kind
from reviewapp.services import facts, fields, intake, standing, trail, vouchers
from reviewapp.services.editing import FactChange
from reviewapp.services.entered import require_text

#: States of a claim after which the sale may be claimed anew, and its person's chance is not taken by it.
OVER = ("rejected", "withdrawn", "lapsed")
CONSUMER = ("name", "id_number", "phone")
MOST_LINES = 20
_REASON_LENGTH = 200


def may_hand_out(actor: Actor) -> bool:
    """May this person hand vouchers out and enter sales? Staff of a shop, named by it (八(一))."""
    return actor.role in flow.HANDERS_OUT and actor.id is not None and actor.organisation_id is not None


def offers() -> list[tuple[Scheme, Programme, Kind]]:
    """The programmes whose claims begin at a shop's counter, with the kind of voucher handed out there."""
    found = (
        (scheme, programme) for scheme in map(schemes.load, schemes.codes()) for programme in scheme.programmes.values()
    )
    kinds = ((scheme, programme, flow.handed_out_by_shop(scheme, programme)) for scheme, programme in found)
    return [(scheme, programme, kind) for scheme, programme, kind in kinds if kind is not None]


def begin(session: Session, actor: Actor, now: datetime, *, scheme_code: str, form_key: str) -> Sale:
    """A new sale with its claim; the same form sent twice gives the same one. NotAllowed, NotFound, Unavailable."""
    _require_right(session, actor)
    standing.require(session, actor, scheme_code, "hand_out")
    offer = next((one for one in offers() if one[0].code == scheme_code), None)
    if offer is None:
        raise NotFound("没有找到这个活动，请从“购买登记”重新选择。")
    firm = session.get_one(Organisation, actor.organisation_id)
    vouchers.require_listed(session, scheme_code, firm.name, now)
    claim = intake.create_draft(session, actor, now, scheme_code=scheme_code, programme=offer[1].id, form_key=form_key)
    known = session.scalars(select(Sale).where(Sale.claim_id == claim.id)).one_or_none()
    if known is not None:
        return known
    sale = Sale(organisation_id=firm.id, claim_id=claim.id, begun_at=now)
    session.add(sale)
    session.flush()
    return sale


def set_consumer(session: Session, actor: Actor, now: datetime, sale_id: int, said: Mapping[str, str]) -> Sale:
    """Register the consumer by name, ID number and telephone (实名, 八(一)); fixed once the voucher is handed out.

    Raises InvalidValue with `fields` by `CONSUMER`, IllegalMove.
    """
    claim, sale = lock(session, actor, sale_id)
    if sale.voucher_id is not None:
        raise IllegalMove("已经发券，消费者不能再改。登记错了人的，请取消这次购买（名额视同已使用）。")
    lacking = {name: "请填写。" for name in CONSUMER if not said.get(name, "").strip()}
    if lacking:
        raise InvalidValue("请填写消费者的姓名、身份证号和手机号。", lacking)
    changes = [FactChange.of(f"applicant.{name}", said[name]) for name in CONSUMER]
    try:
        intake.set_facts(session, actor, now, claim.id, None, changes)
    except InvalidValue as error:
        fields = {key.removeprefix("applicant."): text for key, text in error.fields.items()}
        raise InvalidValue(error.message, fields) from None
    return sale


def consumer(session: Session, claim: Claim) -> dict[str, str]:
    """What is known of the consumer, "" for what is not."""
    present = facts.current(session, claim)
    return {name: present.value("applicant", name) or "" for name in CONSUMER}


def set_lines(session: Session, actor: Actor, now: datetime, sale_id: int, lines: Sequence[Line]) -> Sale:
    """Keep the products as they are entered, right or not; closed sales are changed by returns only. IllegalMove."""
    claim, sale = lock(session, actor, sale_id)
    if claim.state != "draft" or (sale.voucher is not None and sale.voucher.state != "issued"):
        raise IllegalMove("这次购买已经结算，商品不能再改。有退货的，请在“退货”里登记。")
    sale.lines = [msgspec.to_builtins(line) for line in lines[:MOST_LINES]]
    session.flush()
    return sale


def lines_of(sale: Sale) -> tuple[Line, ...]:
    """The products of a sale."""
    return read(sale.lines)


def read(lines: Sequence[Any]) -> tuple[Line, ...]:
    """Products as they are kept."""
    return tuple(msgspec.convert(line, Line) for line in lines)


def groups(programme: Programme) -> frozenset[str]:
    """The groups of goods that are subsidised."""
    lists = (rule.params.get("groups", ()) for rule in programme.rules if rule.check == "goods_listed")
    return frozenset(group for listed in lists for group in listed)


def products(sale: Sale) -> list[dict[str, object]]:
    """The products that were kept, as the confirmation's facts name them."""
    return purchase.products(lines_of(sale))


def judged(sale: Sale, now: datetime) -> Judged:
    """What the sale is worth, and what is the matter with its products, by the scheme's rules."""
    scheme, programme = rules_of(sale.claim)
    return purchase.judge(scheme, programme, lines_of(sale), now)


def cancel(session: Session, actor: Actor, now: datetime, sale_id: int, reason: str) -> Sale:
    """Nothing is bought: the draft is withdrawn; a voucher handed out is void, its money free, the chance stays used.

    Raises IllegalMove once the sale is closed: then goods are returned.
    """
    claim, sale = lock(session, actor, sale_id)
    voucher = None if sale.voucher_id is None else vouchers.lock(session, sale.voucher_id)[1]
    if claim.state != "draft" or (voucher is not None and voucher.state == "redeemed"):
        raise IllegalMove("这次购买已经结算。不买了的，请在“退货”里登记。")
    reason = require_text(reason, "reason", "取消的原因", _REASON_LENGTH)
    freed = 0
    if voucher is not None and voucher.state == "issued":
        freed, voucher.held_fen = voucher.held_fen, 0
        voucher.state = flow.move(voucher.state, "cancel", actor.role)
        trail.record(session, claim, actor, now, "cancel_sale", reason=reason)
    trail.move(session, claim, actor, now, "withdraw", reason=reason)
    if freed:
        vouchers.free(session, actor, now, claim, freed, "cancel_sale")
    return sale


def claim_again(session: Session, actor: Actor, now: datetime, sale_id: int) -> Claim:
    """A new claim for a closed sale whose last one came to nothing; its papers are handed in anew. IllegalMove."""
    before, sale = lock(session, actor, sale_id)
    voucher = None if sale.voucher_id is None else vouchers.lock(session, sale.voucher_id)[1]
    if before.state not in OVER or voucher is None or voucher.state != "redeemed":
        raise IllegalMove("这次购买现在不能重新申请。请刷新页面查看最新情况。")
    claim = intake.create_draft(
        session, actor, now, scheme_code=before.scheme_code, programme=before.programme,
        form_key=f"{sale.public_id} {before.id}",
    )  # fmt: skip
    known = consumer(session, before)
    changes = [FactChange.of(f"applicant.{name}", value) for name, value in known.items()]
    intake.set_facts(session, actor, now, claim.id, None, changes)
    sale.claim_id = voucher.settlement_id = claim.id
    fill(session, actor, now, claim, sale)
    session.flush()
    return claim


def goods(sale: Sale) -> str:
    """What was bought and kept, as the claim declares it: 电视机、沙发."""
    return "、".join(dict.fromkeys(line.name for line in purchase.kept(lines_of(sale))))


def fill(session: Session, actor: Actor, now: datetime, claim: Claim, sale: Sale) -> None:
    """What the claim says beside its papers: the goods, and the shop's account, its number as the shop gave it last."""
    account = _last_account(session, sale, claim)
    known = {"declared.category": goods(sale), "account.holder": sale.organisation.name} | account
    intake.set_facts(session, actor, now, claim.id, None, [FactChange.of(key, value) for key, value in known.items()])


def rules_of(claim: Claim) -> tuple[Scheme, Programme]:
    """The scheme and programme in the version the claim is pinned to."""
    scheme = schemes.load(claim.scheme_code, claim.scheme_version)
    return scheme, scheme.programmes[claim.programme]


def kind_of(claim: Claim) -> Kind:
    """The kind of voucher handed out for it; NotFound for a claim that begins elsewhere."""
    kind = flow.handed_out_by_shop(*rules_of(claim))
    if kind is None:
        raise NotFound()
    return kind


def lock(session: Session, actor: Actor, sale_id: int) -> tuple[Claim, Sale]:
    """The sale's claim, then the sale, both locked and freshly read; NotFound for another shop's. NotAllowed."""
    _require_right(session, actor)
    claim_id = session.scalar(
        select(Sale.claim_id).where(Sale.id == sale_id, Sale.organisation_id == actor.organisation_id)
    )
    if claim_id is None:
        raise NotFound()
    claim = trail.lock(session, claim_id)
    found = select(Sale).where(Sale.id == sale_id, Sale.claim_id == claim_id).with_for_update()
    sale = session.scalars(found.execution_options(populate_existing=True)).one_or_none()
    if sale is None:
        raise NotFound()
    return claim, sale


def _require_right(session: Session, actor: Actor) -> None:
    if not may_hand_out(actor):
        raise NotAllowed("只有商户指定的发券人员可以登记购买和发券。请用发券人员的账号登录。")
    standing.require_right(session, actor, "hand_out")


def _last_account(session: Session, sale: Sale, claim: Claim) -> dict[str, str]:
    earlier = select(Claim).where(
        Claim.organisation_id == sale.organisation_id, Claim.submitter_role == claim.submitter_role
    )
    put_in = earlier.where(Claim.ticket.is_not(None), Claim.id != claim.id).order_by(Claim.id.desc()).limit(1)
    last = session.scalars(put_in).one_or_none()
    if last is None:
        return {}
    known = facts.current(session, last).sections["account"]
    asked = (field.name for field in fields.of_section(claim, "account") if field.name != "holder")
    return {f"account.{name}": known[name].value for name in asked if name in known and known[name].value}
