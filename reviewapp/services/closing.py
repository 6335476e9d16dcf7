"""A shop's sale is closed: the voucher comes off the price, and what it committed beyond that is free; goods that come
back afterwards (乡政办发〔2024〕42号 八(二)).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.errors import IllegalMove, InvalidValue
from reviewapp.models import SYSTEM, Actor, Claim, Demand, Redemption, Sale, Voucher
from reviewapp.policy import voucher_flow as flow
from reviewapp.policy import workflow
from reviewapp.policy.money import show_yuan
from reviewapp.services import demands, handing_out, sales, trail, vouchers

_GOODS_LENGTH = 20
_WITHDRAWABLE = tuple(state for state in workflow.STATES if "withdraw" in workflow.allowed(state, "shop"))


def close(session: Session, actor: Actor, now: datetime, sale_id: int) -> Redemption:
    """The consumer pays less the voucher: its value is now what the products are worth, the rest is free again.

    Raises as `vouchers.require_open`; InvalidValue when a product cannot be subsidised, or the pool cannot carry more
    than was committed.
    """
    claim, sale = sales.lock(session, actor, sale_id)
    _, voucher = vouchers.lock(session, sale.voucher_id)
    vouchers.require_open(session, actor, now, voucher)
    bought = sales.judged(sale, now)
    if bought.refused:
        matters = "；".join(one.message for one in bought.refused)
        raise InvalidValue(f"有商品不能享受补贴，请更正或移除后再结算：{matters}")
    if not bought.award_fen:
        raise InvalidValue("还没有录入商品。请先录入商品和价格，再结算。")
    row = Redemption(
        voucher_id=voucher.id, organisation_id=sale.organisation_id, by_id=actor.id, at=now,
        goods=sales.goods(sale)[:_GOODS_LENGTH], price_fen=bought.total_fen,
    )  # fmt: skip
    session.add(row)
    before, voucher.value_fen, voucher.held_fen = voucher.held_fen, bought.award_fen, bought.award_fen
    voucher.state = flow.move(voucher.state, "redeem", actor.role)
    voucher.settlement_id = claim.id
    sales.fill(session, actor, now, claim, sale)
    said = f"{sale.organisation.name}，成交 {show_yuan(bought.total_fen)} 元，抵扣 {show_yuan(bought.award_fen)} 元"
    trail.record(session, claim, actor, now, "redeem_voucher", reason=said)
    _adjust(session, actor, now, claim, before, bought.award_fen)
    return row


def take_back(
    session: Session, actor: Actor, now: datetime, sale_id: int, back: Sequence[int], reason: str
) -> Redemption:
    """Goods of a closed sale came back before its claim is decided: `back` pieces of each line (八(二)).

    The voucher is worth what the rest is worth; with all of them it is void and the claim withdrawn, the person's
    chance stays used. Raises InvalidValue, IllegalMove as `vouchers.take_goods_back`.
    """
    claim, sale = sales.lock(session, actor, sale_id)
    redemption = session.scalars(select(Redemption).where(Redemption.voucher_id == sale.voucher_id)).one_or_none()
    if redemption is None:
        raise IllegalMove("这次购买还没有结算，没有可以退的货。不买了的，请取消购买。")
    returned_fen, left = returning(sale, back)
    vouchers.take_goods_back(session, actor, now, redemption.id, returned_fen=returned_fen, reason=reason)
    sale.lines = left
    if redemption.voided_at is not None and claim.state == "draft":
        trail.move(session, claim, actor, now, "withdraw", reason="全部退货")
    session.flush()
    return redemption


def lapse_due(session: Session, now: datetime, limit: int = 100) -> int:
    """What vouchers hold for closed sales that nobody claimed is free once papers are taken in no more; how many. Their
    claims are all locked first, then pool after pool.
    """
    over = [scheme.code for scheme, programme, _ in sales.offers() if now > programme.submission.until]
    query = (
        select(Claim)
        .join(Voucher, Voucher.settlement_id == Claim.id)
        .where(Claim.scheme_code.in_(over), Claim.state.in_(("draft", *sales.OVER)))
        .where(Voucher.state == "redeemed", Voucher.held_fen > 0)
        .order_by(Claim.pool_id, Claim.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=Claim)
    )
    claims = session.scalars(query.execution_options(populate_existing=True)).all()
    for claim in claims:
        voucher = vouchers.locked(session, Voucher.settlement_id == claim.id)
        freed, voucher.held_fen = voucher.held_fen, 0
        voucher.state = flow.move(voucher.state, "lapse", SYSTEM.role)
        trail.record(session, claim, SYSTEM, now, "expire_voucher", reason="材料受理截止仍未提交，额度退回资金池")
        vouchers.free(session, SYSTEM, now, claim, freed, "expire_voucher")
    return len(claims)


def way_back(session: Session, sale: Sale) -> str:
    """How goods of a sale come back now: `counter` (before a claim is put in), `withdraw` (the claim first), `paid`
    (the shop declares it), `declared` (a demand is under way), `wait` (while it is decided or paid), "" where there is
    nothing to return.
    """
    voucher, state = sale.voucher, sale.claim.state
    if demands.under_way(session, sale.claim) is not None:
        return "declared"
    if voucher is None or not any(line.kept for line in sales.lines_of(sale)):
        return ""
    if voucher.state == "redeemed":
        return "counter" if voucher.held_fen else "withdraw" if state in _WITHDRAWABLE else "wait"
    return ("paid" if state == "paid" else "wait") if voucher.state == "settled" else ""


def declare(session: Session, actor: Actor, now: datetime, sale_id: int, back: Sequence[int], reason: str) -> Demand:
    """The shop declares that goods came back after it was paid (八(二)): a demand for what the rest is worth less.

    Finance confirms it, and the shop pays back the way the money came.

    Raises IllegalMove (not paid, or a demand is under way), InvalidValue (the rest is worth as much).
    """
    claim, sale = sales.lock(session, actor, sale_id)
    _, lines = returning(sale, back)
    left = sum(line.total_fen for line in sales.read(lines))
    due = demands.due_fen(session, claim, left)
    if claim.state == "paid" and not due:
        raise InvalidValue("留下的商品按规则补贴不变，不用退回补贴。请留存退货凭证备查。", {"back": "补贴不变。"})
    clause = sales.kind_of(claim).clause
    demand = demands.open_on(session, actor, now, claim, amount_fen=due or 0, clause=clause, reason=reason)
    sale.lines = lines
    session.flush()
    return demand


def returning(sale: Sale, back: Sequence[int]) -> tuple[int, list[dict[str, Any]]]:
    """Fen of the price of `back` pieces of each line, and the lines without them. InvalidValue: more than there is."""
    lines = sales.lines_of(sale)
    if len(back) != len(lines) or any(not 0 <= pieces <= line.kept for pieces, line in zip(back, lines, strict=False)):
        raise InvalidValue("退货件数应在 0 和未退的件数之间。请核对后重新填写。", {"back": "请核对件数。"})
    if not any(back):
        raise InvalidValue("请填写退了几件。", {"back": "请填写退货件数。"})
    pairs = list(zip(lines, back, strict=True))
    left = [msgspec.structs.replace(line, returned=line.returned + pieces) for line, pieces in pairs]
    return sum(line.price_fen * pieces for line, pieces in pairs), [msgspec.to_builtins(line) for line in left]


def _adjust(session: Session, actor: Actor, now: datetime, claim: Claim, before: int, after: int) -> None:
    if after > before:
        handing_out.reserve(session, actor, now, claim, after - before, "redeem_voucher")
    elif before > after:
        vouchers.free(session, actor, now, claim, before - after, "redeem_voucher")
