"""Lines of return files that changed nothing (挂账): explained by one person, or given to an instruction by two.

Giving a line to an instruction vouches for number and account; its amount must be the instruction's, and what it does
is decided by the same rules as for a line that matched.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.bank.returns import Match
from reviewapp.errors import IllegalMove, InvalidValue, NotAllowed, NotFound
from reviewapp.models import Actor, Payout, SuspenseItem
from reviewapp.services import trail
from reviewapp.services.payouts_lines import require_finance
from reviewapp.services.payouts_matching import effect_on
from reviewapp.services.payouts_returns import write_results

_LONGEST_REASON = 500
_REFUSALS = {
    "amount": "金额与这一行不同，不能对应。金额不符请与银行核对，由银行更正后重新回盘",
    "not_sent": "还没有交给银行，不能对应",
    "elsewhere": "走银行接口，结果由接口查询，不能对应",
    "contradicts": "已有相反的最终结果，不能改写。请与银行核对后，把这一行标为已说明",
    "claim_moved": "的申请已不是“已发放”，退汇不能入账。请先核对追回情况",
}


def propose(session: Session, actor: Actor, item_id: int, number: str, reason: str) -> SuspenseItem:
    """Say that the line belongs to the instruction of that number; another person has to confirm it.

    Raises NotAllowed, IllegalMove (settled or proposed already) and InvalidValue (no such number, it cannot be, or no
    reason).
    """
    by_id = require_finance(actor, "处理挂账")
    item = _lock(session, item_id, "open")
    payout = session.scalar(select(Payout).where(Payout.number == number.strip()))
    if payout is None:
        raise InvalidValue(f"没有指令号“{number.strip()[:40]}”。请核对后重新填写。", {"number": "没有这个指令号"})
    _require_fit(effect_on(session, item.line, payout), payout)
    item.reason = _reason(reason)
    item.state, item.payout_id, item.proposer_id = "proposed", payout.id, by_id
    return item


def confirm(session: Session, actor: Actor, now: datetime, item_id: int) -> SuspenseItem:
    """The second person agrees: the line does what it says to the instruction. Raises as `propose`."""
    by_id = require_finance(actor, "处理挂账")
    item = _lock(session, item_id, "proposed")
    if item.proposer_id == by_id:
        raise NotAllowed("提出对应的人不能自己确认，请由另一位财务人员确认。")
    claim_id = session.scalars(select(Payout.claim_id).where(Payout.id == item.payout_id)).one()
    claim = trail.lock(session, claim_id)
    payout = session.get_one(Payout, item.payout_id, populate_existing=True)
    found = effect_on(session, item.line, payout)
    _require_fit(found, payout)
    write_results(session, actor, now, found.outcome, (item.line, claim, payout))
    item.line.payout_id = payout.id
    item.state, item.settler_id, item.settled_at = "assigned", by_id, now
    return item


def withdraw(session: Session, actor: Actor, item_id: int) -> SuspenseItem:
    """Take a proposal back, or send it back: the line is open again. NotAllowed, IllegalMove."""
    require_finance(actor, "处理挂账")
    item = _lock(session, item_id, "proposed")
    item.state = "open"
    item.payout_id = item.proposer_id = item.reason = None
    return item


def explain(session: Session, actor: Actor, now: datetime, item_id: int, reason: str) -> SuspenseItem:
    """The line is of no instruction of ours, or settled otherwise. NotAllowed, IllegalMove, InvalidValue."""
    by_id = require_finance(actor, "处理挂账")
    item = _lock(session, item_id, "open")
    item.reason = _reason(reason)
    item.state, item.settler_id, item.settled_at = "explained", by_id, now
    return item


def _lock(session: Session, item_id: int, state: str) -> SuspenseItem:
    query = select(SuspenseItem).where(SuspenseItem.id == item_id).with_for_update()
    item = session.execute(query.execution_options(populate_existing=True)).scalar_one_or_none()
    if item is None:
        raise NotFound()
    if item.state != state:
        raise IllegalMove("这一笔挂账已有人处理。请刷新页面查看最新情况。")
    return item


def _require_fit(found: Match, payout: Payout) -> None:
    if found.outcome == "suspense":
        said = f"指令 {payout.number} {_REFUSALS[found.problem]}。"
        raise InvalidValue(said, {"number": said})


def _reason(text: str) -> str:
    reason = text.strip()
    if not 0 < len(reason) <= _LONGEST_REASON:
        raise InvalidValue(f"请写明理由（{_LONGEST_REASON} 字以内）。", {"reason": "不能为空"})
    return reason
