"""People decide: approve, return for correction, reject, each under the fence of the reviewer's lease.

Every decision keeps the evaluation it rests on and the person. Taking and giving back claims is in `leases`; its verbs
are handed on here so that the desk has one entrance.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from reviewapp import schemes
from reviewapp.errors import InvalidValue, NotAllowed, Unavailable
from reviewapp.models import Actor, Claim, ClaimReturn, Decision, Evaluation, Opinion
from reviewapp.policy import Programme, Scheme, money
from reviewapp.policy import pool as rules
from reviewapp.policy.model import LONGEST_WHY
from reviewapp.services import (
    checking,
    claim_returns,
    funds,
    outbox,
    queue,
    rechecks,
    review,
    second_look,
    trail,
    voucher_money,
    vouchers,
)
from reviewapp.services.leases import (
    LEASE,
    end,
    extend,
    hand_to_lead,
    place,
    put_back,
    release_expired,
    require_held,
    require_impartial,
    skip,
    take_back,
    take_next,
    take_out_of_turn,
)

__all__ = [
    "LEASE",
    "approve",
    "await_funds",
    "cancel_return",
    "extend",
    "hand_to_lead",
    "put_back",
    "reject",
    "release_expired",
    "return_for_correction",
    "skip",
    "take_back",
    "take_next",
    "take_out_of_turn",
]

_MOST_DAYS = 60
_WAITING = ("submitted", "special_review")


def approve(
    session: Session,
    actor: Actor,
    now: datetime,
    claim_id: int,
    fence: int,
    *,
    award_fen: int | None = None,
    reason: str = "",
) -> Decision | Opinion:
    """Approve for the evaluated award, or for `award_fen` with a reason; reserved → committed, surplus to the waitlist.

    An Opinion is what it comes to where somebody else has to look first: no money moves, the claim waits for them.
    Anything but a clean evaluation needs a reason, unless every doubt was waived with one; so does what is approved
    again after an objection. A failing one, or more than was evaluated, needs the lead. The payout order goes into the
    outbox, unless what was approved is a voucher: its money is paid when it is settled.
    Raises IllegalMove, InvalidValue, NotAllowed, Stale.
    """
    claim = _open(session, actor, claim_id, fence, "approve")
    evaluation = rechecks.confirm(session, claim, now)
    award = _award(actor, evaluation, award_fen, reason.strip(), review.settled(session, claim, evaluation))
    if award > claim.reserved_fen and not queue.reserve_more(session, actor, now, claim, award):
        raise InvalidValue(_too_little(claim, award), {"award": "超过已占用额度"})
    word = second_look.Word("approve", award, reason=reason)
    if opinion := second_look.keep_back(session, actor, now, claim, evaluation, word):
        return opinion
    decision = _decide(session, actor, now, claim, evaluation, "approve", reason=reason, award_fen=award)
    _commit(session, actor, now, claim, award, evaluation)
    return decision


def _commit(session: Session, actor: Actor, now: datetime, claim: Claim, award: int, evaluation: Evaluation) -> None:
    """The award leaves the reservation, and the payout is ordered or the voucher issued."""
    reserved, claim.reserved_fen = claim.reserved_fen, 0
    claim.award_fen, claim.approved_at = award, now
    if _programme(claim).payee == "voucher":
        vouchers.issue(session, now, claim, evaluation.facts)
    else:
        voucher_money.settle(session, actor, claim)
        outbox.add(session, "payout.order", claim.id, now)
    pool = funds.lock_pool(session, claim.pool_id)
    movements = rules.on_approve(reserved, award)
    funds.post(session, pool, movements, now=now, reason="approve", actor=actor, claim_id=claim.id)
    funds.promote(session, now, pool)


def await_funds(
    session: Session,
    actor: Actor,
    now: datetime,
    claim_id: int,
    fence: int,
    *,
    award_fen: int | None = None,
    reason: str = "",
) -> Claim:
    """Not approved for want of money: the claim waits at its ticket for what its award needs beyond its reservation.

    The award is what `approve` would have committed, under the same conditions. When the money is there the claim is
    read again. Raises IllegalMove, InvalidValue, NotAllowed, Stale; InvalidValue, too, when nothing is lacking.
    """
    claim = _open(session, actor, claim_id, fence, "await_funds")
    evaluation = rechecks.confirm(session, claim, now)
    award = _award(actor, evaluation, award_fen, reason.strip(), review.settled(session, claim, evaluation))
    if queue.reserve_more(session, actor, now, claim, award):
        raise InvalidValue("资金池的额度足够支付这笔补贴，不需要候补。请直接通过。")
    end(claim)
    second_look.settle(claim)
    trail.move(session, claim, actor, now, "await_funds", reason=_lacking(claim, reason), evaluation=evaluation)
    return claim


def return_for_correction(
    session: Session,
    actor: Actor,
    now: datetime,
    claim_id: int,
    fence: int,
    *,
    items: Mapping[str, str],
    reason: str = "",
    workdays: int | None = None,
) -> Decision:
    """Send back what is to be mended; ticket and reservation stay, and everything not named is locked.

    `items`: parts of the claim (`claim_returns.parts_of`) → what is wrong with each, in the submitter's words; "" where
    `reason` says it. `workdays` (1 to 60, after today) defaults to the programme's own time for corrections. Raises
    IllegalMove, InvalidValue, NotAllowed, Stale.
    """
    claim = _open(session, actor, claim_id, fence, "return")
    if not items:
        raise InvalidValue("请至少选出一项需要补正的材料或信息，申领人才知道改哪里。", {"items": "至少一项"})
    if reason.strip() or not all(why.strip() for why in items.values()):
        _require_reason(reason, "请给每一项选出原因，或写明退回补正的原因，申领人会看到。")
    if workdays is not None and not 1 <= workdays <= _MOST_DAYS:
        raise InvalidValue(f"补正期限应为 1 至 {_MOST_DAYS} 个工作日。", {"workdays": f"1 至 {_MOST_DAYS}"})
    named, until = _named(session, claim, items), claim_returns.deadline(claim, now, workdays)
    listed = [{"id": part, "label": label, "note": why} for part, (label, why) in named.items()]
    evaluation = rechecks.latest(session, claim)
    decision = _decide(session, actor, now, claim, evaluation, "return", reason=reason, items=listed, deadline=until.at)
    claim_returns.begin(session, claim, decision, named=named, workdays=workdays, until=until)
    return decision


def _named(session: Session, claim: Claim, items: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """The parts with what they are called and what is wrong with them."""
    parts = claim_returns.parts_of(session, claim)
    if not items.keys() <= parts.keys():
        raise InvalidValue("要补正的内容里有这份申请没有的材料或信息。请刷新页面后重新选择。", {"items": "请重新选择"})
    if any(len(why) > LONGEST_WHY for why in items.values()):
        raise InvalidValue(f"每一项的原因请控制在 {LONGEST_WHY} 字以内，详细情况写在说明里。", {"items": "原因太长"})
    return {part: (parts[part], why.strip()) for part, why in items.items()}


def cancel_return(
    session: Session, actor: Actor, now: datetime, claim_id: int, *, revision: int, reason: str
) -> ClaimReturn | None:
    """Take a return back: the claim stands at its place again, as it is now; the return stays, with the reason.

    For the reviewer who returned it, and the lead. Raises IllegalMove, InvalidValue, NotAllowed, Stale; Unavailable
    while a file of the submitter is being read.
    """
    claim = trail.lock(session, claim_id)
    trail.require_revision(claim, revision)
    trail.require_move(claim, actor, "cancel_return")
    row = claim_returns.current(session, claim)
    if actor.role != "lead" and (row is None or row.reviewer_id != actor.id):
        raise NotAllowed("只有退回这份申请的审核员或复核可以撤销退回。")
    _require_reason(reason, "请写明撤销退回的原因，申领人会看到。")
    if checking.unread(session, claim):
        raise Unavailable("申领人刚上传的文件还在识别。请稍等片刻，再撤销退回。")
    claim_returns.close(session, claim, actor, now, "cancelled", reason=reason.strip())
    claim.correction_until = None
    trail.move(session, claim, actor, now, "cancel_return", to=place(claim), reason=reason.strip())
    return row


def reject(
    session: Session, actor: Actor, now: datetime, claim_id: int, fence: int, *, clause: str, reason: str
) -> Decision | Opinion:
    """Reject under a clause of the document; the money goes to the waitlist. An Opinion as for `approve`.

    Raises IllegalMove, InvalidValue, NotAllowed, Stale.
    """
    claim = _open(session, actor, claim_id, fence, "reject")
    if clause not in _scheme(claim).clauses:
        raise InvalidValue("请选择不予通过所依据的文件条款。", {"clause": "请从列表中选择"})
    _require_reason(reason, "请写明不予通过的原因，申领人会看到。")
    evaluation, word = rechecks.latest(session, claim), second_look.Word("reject", clause=clause, reason=reason)
    if opinion := second_look.keep_back(session, actor, now, claim, evaluation, word):
        return opinion
    decision = _decide(session, actor, now, claim, evaluation, "reject", reason=reason, clause=clause)
    queue.release(session, actor, now, claim, reason="reject")
    return decision


def _open(session: Session, actor: Actor, claim_id: int, fence: int, action: str) -> Claim:
    """The locked claim, if the table allows the action and the actor holds the lease.

    A claim that waits again, or that another reads, has been lost (Stale); a decided one has moved on (IllegalMove).
    """
    claim = trail.lock(session, claim_id)
    if claim.state not in _WAITING:
        trail.require_move(claim, actor, action)
    require_held(session, claim, actor, fence)
    require_impartial(session, claim, actor)
    return claim


def _decide(
    session: Session,
    actor: Actor,
    now: datetime,
    claim: Claim,
    evaluation: Evaluation,
    action: str,
    *,
    reason: str,
    award_fen: int | None = None,
    clause: str | None = None,
    items: list[dict[str, str]] | None = None,
    deadline: datetime | None = None,
) -> Decision:
    """Write the decision, end the lease and move the claim."""
    decision = Decision(
        claim_id=claim.id, fence=claim.fence, action=action, reviewer_id=actor.id, evaluation_id=evaluation.id,
        award_fen=award_fen, reason=reason.strip(), clause=clause, items=items or [], deadline=deadline, at=now,
    )  # fmt: skip
    session.add(decision)
    session.flush()
    end(claim)
    second_look.settle(claim)
    claim.correction_until = deadline
    stated = reason.strip() or None
    trail.move(session, claim, actor, now, action, reason=stated, evaluation=evaluation, decision=decision)
    return decision


def _award(actor: Actor, evaluation: Evaluation, award_fen: int | None, reason: str, settled: bool) -> int:
    """The award to commit: positive, and within what this person may do on this evaluation. Raises as `approve`.

    `settled`: nothing in the evaluation is left to say.
    """
    award = evaluation.award_fen if award_fen is None else award_fen
    if award is None or award <= 0:
        raise InvalidValue("核验没有得出补贴金额。请填写金额和理由，或退回补正。", {"award": "请填写"})
    more = award > (evaluation.award_fen or 0)
    if (evaluation.outcome == "fail" or more) and actor.role != "lead":
        raise NotAllowed("有核验项不符合，或金额高于核算金额，只有复核可以通过。请转交复核，或退回补正、不予通过。")
    if not settled or award != evaluation.award_fen:
        _require_reason(reason, "有核验项未明确通过，金额与核算金额不同，或原来的通过因异议撤销。请写明通过的理由。")
    return award


def _require_reason(reason: str, message: str) -> None:
    if not reason.strip():
        raise InvalidValue(message, {"reason": "不能为空"})
    if len(reason) > 1000:
        raise InvalidValue("原因太长，请控制在 1000 字以内。", {"reason": "最多 1000 字"})


def _too_little(claim: Claim, award: int) -> str:
    wanted, held = money.yuan_from_fen(award), money.yuan_from_fen(claim.reserved_fen)
    return (
        f"补贴金额 {wanted} 元超过这份申请已占用的额度 {held} 元，资金池余额不足以补上差额（或前面有人候补）。"
        "可以“转候补”：保留排队号和已占用的额度，有资金时最先补上，再回到审核。"
    )


def _lacking(claim: Claim, reason: str) -> str:
    wanted, held = money.yuan_from_fen(claim.wanted_fen), money.yuan_from_fen(claim.reserved_fen)
    said = f"。{reason.strip()}" if reason.strip() else ""
    return f"应补贴 {wanted} 元，已占用 {held} 元，等待资金补足{said}"


def _programme(claim: Claim) -> Programme:
    return _scheme(claim).programmes[claim.programme]


def _scheme(claim: Claim) -> Scheme:
    return schemes.load(claim.scheme_code, claim.scheme_version)
