"""Orders that change what a pool has: one person proposes, another confirms, and only then is anything posted.

The document's sum is the limit: what the treasury brings in all, over the pools of a scheme, is at most what the
document gives them (or lets them be raised to). Its shares may be moved between pools by an order of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reviewapp import schemes
from reviewapp.errors import IllegalMove, InvalidValue, NotAllowed, NotFound
from reviewapp.models import Actor, FundOrder, Pool, Posting
from reviewapp.policy import pool as rules
from reviewapp.policy.model import PoolRule
from reviewapp.policy.money import show_yuan
from reviewapp.services import funds
from reviewapp.services.entered import require_text

MAY_PROPOSE = ("finance_maker", "admin")
MAY_CONFIRM = ("finance_checker",)
MAY_CANCEL = (*MAY_PROPOSE, *MAY_CONFIRM)
#: The longest document number and reason that are kept.
DOCUMENT_LENGTH, REASON_LENGTH = 120, 200


@dataclass(frozen=True)
class Proposal:
    """What somebody wants ordered; `to_pool` is the receiving pool of a move. `form_key` tells a form sent twice."""

    kind: str
    amount_fen: int
    document: str
    reason: str
    form_key: str
    source: str | None = None
    to_pool: Pool | None = None


def propose(session: Session, actor: Actor, now: datetime, pool: Pool, proposal: Proposal) -> FundOrder:
    """Write an order down; nothing moves. The same form sent twice gives the order it made.

    Raises NotAllowed, and InvalidValue with what is wrong: an amount beyond the document's sum or beyond what the
    giving pool has free, no document, no reason, another scheme's pool, an unknown source.
    """
    if actor.role not in MAY_PROPOSE or actor.id is None:
        raise NotAllowed("只有财务制单人员和管理员可以提出资金单。")
    pools = funds.lock_pools(session, pool.scheme_code)
    made = select(FundOrder).where(FundOrder.maker_id == actor.id, FundOrder.form_key == proposal.form_key)
    if (earlier := session.scalar(made)) is not None:
        return earlier
    to_pool = proposal.to_pool
    order = FundOrder(
        kind=proposal.kind, form_key=proposal.form_key, pool_id=pool.id, to_pool_id=to_pool.id if to_pool else None,
        amount_fen=proposal.amount_fen, source=proposal.source or None, document=proposal.document.strip(),
        reason=proposal.reason.strip(), maker_id=actor.id, made_at=now,
    )  # fmt: skip
    _require_whole(order, pool, to_pool)
    _require_covered(session, order, pools)
    session.add(order)
    session.flush()
    return order


def confirm(session: Session, actor: Actor, now: datetime, order_id: int) -> FundOrder:
    """Carry out a proposed order: by another person than the maker. The postings are written under the locks of the
    scheme's pools, and whoever waits for the money moves up.

    Raises NotAllowed (role, or the maker), IllegalMove (decided already), InvalidValue (not covered any more).
    """
    if actor.role not in MAY_CONFIRM or actor.id is None:
        raise NotAllowed("只有财务复核人员可以确认资金单。")
    order = _lock_proposed(session, order_id)
    if order.maker_id == actor.id:
        raise NotAllowed("提出人不能确认自己的资金单，请由另一位财务复核人员确认。")
    pools = funds.lock_pools(session, order.pool.scheme_code)
    _require_covered(session, order, pools)
    order.state, order.checker_id, order.decided_at = "confirmed", actor.id, now
    _carry_out(session, actor, now, order, pools)
    return order


def cancel(session: Session, actor: Actor, now: datetime, order_id: int, reason: str) -> FundOrder:
    """Take a proposed order back, with a reason. NotAllowed, IllegalMove, InvalidValue."""
    if actor.role not in MAY_CANCEL or actor.id is None:
        raise NotAllowed("只有财务人员和管理员可以取消资金单。")
    order = _lock_proposed(session, order_id)
    reason = require_text(reason, "reason", "取消的原因", REASON_LENGTH)
    order.state, order.cancelled_by_id, order.decided_at = "cancelled", actor.id, now
    order.cancel_reason = reason
    return order


def rule_of(pool: Pool) -> PoolRule | None:
    """What the newest version of its document says of a pool; None when it knows it no more."""
    try:
        return schemes.load(pool.scheme_code).pools.get(pool.code)
    except LookupError:
        return None


def granted_fen(session: Session, pool_ids: list[int]) -> int:
    """What the treasury has brought to these pools in all, less what it took back; moves between pools aside."""
    brought = func.sum(Posting.amount).filter(Posting.from_account == "treasury")
    taken = func.sum(Posting.amount).filter(Posting.to_account == "treasury")
    row = session.execute(select(brought, taken).where(Posting.pool_id.in_(pool_ids), Posting.reason != "move")).one()
    return int(row[0] or 0) - int(row[1] or 0)


def _require_whole(order: FundOrder, pool: Pool, to_pool: Pool | None) -> None:
    """The order by itself makes sense."""
    if order.amount_fen <= 0:
        raise InvalidValue("金额必须大于 0 元。请核对后重新填写。", {"amount": "必须大于 0 元。"})
    require_text(order.document, "document", "所依据文件的文号", DOCUMENT_LENGTH)
    require_text(order.reason, "reason", "事由", REASON_LENGTH)
    if order.kind == "move":
        _require_target(pool, to_pool)
    rule = rule_of(pool)
    known = [source.title for source in rule.sources] if rule else []
    if known and order.source not in known:
        raise InvalidValue(f"请选择资金来源：{'、'.join(known)}。", {"source": "请选择一级。"})
    if not known and order.source:
        raise InvalidValue("这个资金池的文件没有分级来源，请不要选择来源。", {"source": "请留空。"})


def _require_target(pool: Pool, to_pool: Pool | None) -> None:
    if to_pool is None or to_pool.scheme_code != pool.scheme_code or to_pool.id == pool.id:
        raise InvalidValue("请选择同一活动的另一个资金池作为调入方。", {"to_pool": "请选择另一个资金池。"})


def _require_covered(session: Session, order: FundOrder, pools: dict[int, Pool]) -> None:
    """InvalidValue when the locked pools cannot carry the order: with the figures."""
    if order.kind == "top_up":
        _require_within_document(session, order, pools)
    else:
        _require_free(session, order, pools[order.pool_id])


def _require_within_document(session: Session, order: FundOrder, pools: dict[int, Pool]) -> None:
    scheme = schemes.load(pools[order.pool_id].scheme_code)
    most = sum(rule.most_fen for rule in scheme.pools.values())
    granted = granted_fen(session, list(pools))
    if granted + order.amount_fen > most:
        raise InvalidValue(
            f"超出文件的总额：{scheme.document_number} 共 {show_yuan(most)} 元，已下达 {show_yuan(granted)} 元，"
            f"最多还能追加 {show_yuan(max(0, most - granted))} 元。总额增加的，请先按新文件发布方案的新版本。",
            {"amount": f"最多还能追加 {show_yuan(max(0, most - granted))} 元。"},
        )


def _require_free(session: Session, order: FundOrder, pool: Pool) -> None:
    if order.amount_fen > pool.available:
        raise InvalidValue(
            f"资金池“{pool.title}”可用 {show_yuan(pool.available)} 元，不足 {show_yuan(order.amount_fen)} 元，"
            "没有划出。已预留、待付的钱属于已受理的申请，不能动用；请减少金额。",
            {"amount": f"最多 {show_yuan(pool.available)} 元。"},
        )
    if order.source is not None:
        _require_brought(session, order, pool)


def _require_brought(session: Session, order: FundOrder, pool: Pool) -> None:
    """A level of government gets back no more than it brought."""
    by_source = select(func.sum(Posting.amount)).where(Posting.pool_id == pool.id, Posting.source == order.source)
    brought = session.scalar(by_source.where(Posting.from_account == "treasury")) or 0
    taken = session.scalar(by_source.where(Posting.to_account == "treasury")) or 0
    if order.amount_fen > brought - taken:
        raise InvalidValue(
            f"{order.source}在这个资金池里只有 {show_yuan(int(brought - taken))} 元，"
            f"不足 {show_yuan(order.amount_fen)} 元。请减少金额，或选择别的来源。",
            {"amount": f"最多 {show_yuan(int(brought - taken))} 元。"},
        )


def _carry_out(session: Session, actor: Actor, now: datetime, order: FundOrder, pools: dict[int, Pool]) -> None:
    pool = pools[order.pool_id]
    if order.kind == "top_up":
        _post(session, actor, now, order, pool, rules.on_appropriate(order.amount_fen))
        funds.promote(session, now, pool)
        return
    _post(session, actor, now, order, pool, rules.on_take(pool.available, order.amount_fen))
    if order.to_pool_id is not None:
        target = pools[order.to_pool_id]
        _post(session, actor, now, order, target, rules.on_appropriate(order.amount_fen))
        funds.promote(session, now, target)


def _post(
    session: Session, actor: Actor, now: datetime, order: FundOrder, pool: Pool, movements: rules.Movements
) -> None:
    funds.post(
        session, pool, movements,
        now=now, reason=order.kind, actor=actor, document=order.document, source=order.source, order_id=order.id,
    )  # fmt: skip


def _lock_proposed(session: Session, order_id: int) -> FundOrder:
    query = select(FundOrder).where(FundOrder.id == order_id).with_for_update()
    order = session.execute(query.execution_options(populate_existing=True)).scalar_one_or_none()
    if order is None:
        raise NotFound()
    if order.state != "proposed":
        raise IllegalMove("这张资金单已经确认或取消，不能再做这个操作。请刷新页面查看最新情况。")
    return order
