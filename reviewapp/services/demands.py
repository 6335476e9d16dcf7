"""Paid money asked back after a returned purchase (追回): proposed by one person, confirmed by another, paid back.

What comes in goes to the pool that paid it, in the transaction that records it, and whoever waits there moves up. The
claim stays live whatever comes back of it: the person's one chance stays used (乡政办发〔2024〕42号 八(二)).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from reviewapp import schemes
from reviewapp.errors import IllegalMove, InvalidValue, NotAllowed, NotFound
from reviewapp.models import Actor, Claim, Decision, Demand, DemandReceipt, Evaluation
from reviewapp.policy.money import show_yuan
from reviewapp.policy.refund import award_on
from reviewapp.policy.workflow import FINANCE
from reviewapp.services import funds, trail
from reviewapp.services.days import local_date
from reviewapp.services.entered import require_text

MAY_PROPOSE = ("finance_maker",)
MAY_CONFIRM = ("finance_checker",)
#: The longest clause, reason and bank reference that are kept.
CLAUSE_LENGTH, REASON_LENGTH, REFERENCE_LENGTH = 60, 400, 60
_UNDER_WAY = ("proposed", "open")


@dataclass(frozen=True)
class Payment:
    """Money that came in: how much, under which reference of the bank, on which day."""

    amount_fen: int
    bank_reference: str
    received_on: date


def propose(
    session: Session, actor: Actor, now: datetime, claim_id: int, *, amount_fen: int, clause: str, reason: str
) -> Demand:
    """Ask back the award of a paid claim, or a part of it: a proposal that another person confirms.

    Raises NotAllowed, IllegalMove (not paid, or a demand is under way already), InvalidValue (more than was paid and
    has not come back, no clause, no reason).
    """
    if actor.role not in MAY_PROPOSE or actor.id is None:
        raise NotAllowed("只有财务制单人员可以提请追回。")
    claim = trail.lock(session, claim_id)
    return open_on(session, actor, now, claim, amount_fen=amount_fen, clause=clause, reason=reason)


def open_on(
    session: Session, actor: Actor, now: datetime, claim: Claim, *, amount_fen: int, clause: str, reason: str
) -> Demand:
    """As `propose`, on a locked claim, by whoever the caller let do so: a shop declares its returns itself."""
    if actor.id is None:
        raise NotAllowed("请登录后办理。")
    if claim.state != "paid" or under_way(session, claim) is not None:
        raise IllegalMove("只有“已发放”、没有在办追回的申请可以提请追回。请刷新页面查看最新情况。")
    most = kept_fen(session, claim)
    if not 0 < amount_fen <= most:
        raise InvalidValue(
            f"追回金额应大于 0 元，不超过 {show_yuan(most)} 元"
            f"（已发放 {show_yuan(claim.award_fen or 0)} 元，减去已退回的）。请核对后重新填写。",
            {"amount": f"最多 {show_yuan(most)} 元。"},
        )
    clause = require_text(clause, "clause", "依据的条款", CLAUSE_LENGTH)
    reason = require_text(reason, "reason", "追回的原因", REASON_LENGTH)
    demand = Demand(
        claim_id=claim.id, amount_fen=amount_fen, clause=clause, reason=reason,
        opened_by_id=actor.id, opened_at=now,
    )  # fmt: skip
    session.add(demand)
    session.flush()
    trail.record(session, claim, actor, now, "propose_demand", reason=reason)
    return demand


def confirm(session: Session, actor: Actor, now: datetime, demand_id: int) -> Demand:
    """Begin to ask the money back: by another person than who proposed it. NotAllowed, IllegalMove."""
    if actor.role not in MAY_CONFIRM or actor.id is None:
        raise NotAllowed("只有财务复核人员可以确认追回。")
    claim, demand = _lock(session, demand_id)
    if demand.opened_by_id == actor.id:
        raise NotAllowed("提请人不能确认自己提请的追回，请由另一位财务复核人员确认。")
    _require_state(demand, "proposed")
    demand.state, demand.confirmed_by_id, demand.confirmed_at = "open", actor.id, now
    trail.move(session, claim, actor, now, "demand", reason=demand.reason)
    session.flush()
    return demand


def receive(session: Session, actor: Actor, now: datetime, demand_id: int, payment: Payment) -> Demand:
    """Record money that came in on an open demand; it is free in the pool that paid it, and whoever waits moves up.

    With the last of it the demand is settled: the claim is `paid` again, or `refunded` when nothing of its award is
    left. Raises NotAllowed (role, or who proposed the demand), IllegalMove (not open), InvalidValue (more than is open,
    a reference that was recorded already, a day to come).
    """
    if actor.role not in FINANCE or actor.id is None:
        raise NotAllowed("只有财务人员可以登记退款。")
    claim, demand = _lock(session, demand_id)
    if demand.opened_by_id == actor.id:
        raise NotAllowed("提请追回的人不能登记它的退款，请由另一位财务人员对照银行流水登记。")
    _require_state(demand, "open")
    _require_payment(now, demand, payment)
    _add_receipt(session, actor, now, demand, payment)
    demand.received_fen += payment.amount_fen
    if demand.open_fen == 0:
        demand.state, demand.closed_at = "settled", now
    trail.record(session, claim, actor, now, "pay_back", reason=f"{show_yuan(payment.amount_fen)} 元")
    if demand.state == "settled":
        to = "paid" if kept_fen(session, claim) else "refunded"
        trail.move(session, claim, actor, now, "settle_demand", to=to)
    funds.record_given_back(session, actor, now, claim, payment.amount_fen, payment.bank_reference.strip())
    session.flush()
    return demand


def cancel(session: Session, actor: Actor, now: datetime, demand_id: int, reason: str) -> Demand:
    """Give a demand up, with a reason: a proposal by anybody of finance, an open one by a checker. What came in on it
    stays in the pool. NotAllowed, IllegalMove, InvalidValue.
    """
    if actor.role not in FINANCE or actor.id is None:
        raise NotAllowed("只有财务人员可以撤销追回。")
    claim, demand = _lock(session, demand_id)
    _require_state(demand, *_UNDER_WAY)
    reason = require_text(reason, "reason", "撤销的原因", REASON_LENGTH)
    if demand.state == "open":
        if actor.role not in MAY_CONFIRM:
            raise NotAllowed("已经确认的追回只能由财务复核人员撤销。")
        trail.move(session, claim, actor, now, "drop_demand", reason=reason)
    else:
        trail.record(session, claim, actor, now, "drop_demand", reason=reason)
    demand.state, demand.cancelled_by_id, demand.closed_at = "cancelled", actor.id, now
    demand.cancel_reason = reason
    session.flush()
    return demand


def under_way(session: Session, claim: Claim) -> Demand | None:
    """The claim's demand that is proposed or open; at most one is."""
    return session.scalar(select(Demand).where(Demand.claim_id == claim.id, Demand.state.in_(_UNDER_WAY)))


def kept_fen(session: Session, claim: Claim) -> int:
    """What the payee of a paid claim still has of its award: paid, less what came back."""
    session.flush()
    back = select(func.sum(Demand.received_fen)).where(Demand.claim_id == claim.id)
    return (claim.award_fen or 0) - int(session.scalar(back) or 0)


def due_fen(session: Session, claim: Claim, kept_price_fen: int) -> int | None:
    """What is to be asked back when only `kept_price_fen` of the purchase was kept, by the scheme's own rule; None
    where the award does not follow from the price.
    """
    scheme = schemes.load(claim.scheme_code, claim.scheme_version)
    facts = session.scalar(
        select(Evaluation.facts)
        .join(Decision, Decision.evaluation_id == Evaluation.id)
        .where(Decision.claim_id == claim.id, Decision.action == "approve")
        .order_by(Decision.id.desc())
        .limit(1)
    )
    worth = None if facts is None else award_on(scheme, facts, kept_price_fen)
    return None if worth is None else max(0, kept_fen(session, claim) - worth)


def _lock(session: Session, demand_id: int) -> tuple[Claim, Demand]:
    """The claim locked, then its demand freshly read: whoever changes a demand holds its claim."""
    claim_id = session.scalar(select(Demand.claim_id).where(Demand.id == demand_id))
    if claim_id is None:
        raise NotFound()
    claim = trail.lock(session, claim_id)
    return claim, session.get_one(Demand, demand_id, populate_existing=True)


def _require_state(demand: Demand, *states: str) -> None:
    if demand.state not in states:
        raise IllegalMove("这笔追回的情况已有变化，不能再做这个操作。请刷新页面查看最新情况。")


def _require_payment(now: datetime, demand: Demand, payment: Payment) -> None:
    if not 0 < payment.amount_fen <= demand.open_fen:
        raise InvalidValue(
            f"退款应大于 0 元，不超过尚未退回的 {show_yuan(demand.open_fen)} 元，没有登记。"
            "多退的部分请由银行原路退还。",
            {"amount": f"最多 {show_yuan(demand.open_fen)} 元。"},
        )
    require_text(payment.bank_reference, "bank_reference", "银行流水号", REFERENCE_LENGTH)
    if payment.received_on > local_date(now):
        raise InvalidValue("到账日期不能晚于今天。请对照银行流水核对。", {"received_on": "不能晚于今天。"})


def _add_receipt(session: Session, actor: Actor, now: datetime, demand: Demand, payment: Payment) -> None:
    reference = payment.bank_reference.strip()
    row: dict[str, Any] = {"demand_id": demand.id, "amount_fen": payment.amount_fen, "received_on": payment.received_on}
    try:
        with session.begin_nested():
            session.add(DemandReceipt(**row, bank_reference=reference, recorded_by_id=actor.id, at=now))
    except IntegrityError:
        raise InvalidValue(
            f"银行流水号 {reference} 已经登记过，没有再记一次。请核对流水。", {"bank_reference": "已经登记过。"}
        ) from None
