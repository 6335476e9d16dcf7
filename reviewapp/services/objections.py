"""Objections (异议) while a claim is published: recorded by the desk, settled by a lead who did not approve it.

An open one holds the claim in publication, whatever days have passed. One that is upheld undoes the approval: the money
is the claim's reservation again, and it is decided anew at its old place. Upholding settles the claim's other open
ones, too: what they spoke against is gone, whoever decides anew has all of them before them, and none is left that
nobody could settle once the claim is published no more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reviewapp.errors import IllegalMove, InvalidValue, NotAllowed, NotFound
from reviewapp.models import UNDONE, Actor, Claim, Decision, Objection, Opinion, Payout
from reviewapp.policy import pool as rules
from reviewapp.policy.objections import CHANNELS, CONTACT_LENGTH, NAME_LENGTH, REASON_LENGTH, TEXT_LENGTH
from reviewapp.policy.workflow import REVIEWERS
from reviewapp.services import funds, trail, voucher_money
from reviewapp.services.days import local_date
from reviewapp.services.entered import require_text
from reviewapp.services.queue import UNDECIDED
from reviewapp.services.reach import bias

MAY_RECORD, MAY_SETTLE = REVIEWERS, ("lead",)
_ANOTHER = "异议须由另一位复核处理。"
_REVIEWED = "这份申请还在审核，没有公示，异议没有登记。请把情况告诉审核员或复核，由其在审核时核实。"
_APPROVED = (
    "这份申请已审核通过，但不在公示中，异议没有登记。刚刚通过的，请稍后刷新再试；不公示的项目，请把情况告诉财务和复核。"
)
_PAYABLE = (
    "公示已经结束，这份申请已转入发放，异议没有登记。补贴还没有发出：请立即告诉财务，制单时写明原因跳过这一笔；"
    "已经发出而查实不应补贴的，由财务提请追回。"
)
_SENDING = (
    "公示已经结束，这笔补贴正在发放，不能停下，异议没有登记。请告诉财务：查实不应补贴的，发放以后由财务提请追回。"
)
_PAID = "这笔补贴已经发放，异议没有登记。查实不应补贴的，请财务提请追回。"
_CLOSED = "这份申请已经办结，不发放补贴，不需要登记异议。"
#: Why nothing can be recorded any more, or not yet, and what can be done instead.
_INSTEAD = {
    **dict.fromkeys(UNDECIDED, _REVIEWED),
    "approved": _APPROVED,
    **dict.fromkeys(("payable", "failed"), _PAYABLE),
    **dict.fromkeys(("sending", "unknown"), _SENDING),
    **dict.fromkeys(("paid", "clawback", "refunded"), _PAID),
}


@dataclass(frozen=True)
class Received:
    """An objection as it reached the office: on which day, how (of CHANNELS), what it says; who raised it and how to
    reach them, "" where that is not known.
    """

    received_on: date
    channel: str
    text: str
    raised_by: str = ""
    contact: str = ""


def record(
    session: Session, actor: Actor, now: datetime, claim_id: int, received: Received, *, form_key: str
) -> Objection:
    """Write down an objection to a published claim, which it holds from now on; the same form sent twice is one.

    Raises NotAllowed, InvalidValue; IllegalMove for a claim that is not published, with what can still be done.
    """
    if actor.role not in MAY_RECORD or actor.id is None:
        raise NotAllowed("只有审核员和复核可以登记异议。")
    claim = trail.lock(session, claim_id)
    same = select(Objection).where(Objection.claim_id == claim.id, Objection.form_key == form_key)
    if (there := session.scalar(same)) is not None:
        return _as_before(there, received)
    if claim.state != "publication":
        raise IllegalMove(_INSTEAD.get(claim.state, _CLOSED))
    row = _written(session, actor, now, claim, _sound(now, claim, received), form_key)
    claim.open_objections += 1
    how = f"{CHANNELS[row.channel]}，{row.received_on} 收到"
    trail.move(session, claim, actor, now, "object", reason=f"异议 {row.number}（{how}）：{row.text}")
    session.flush()
    return row


def dismiss(session: Session, actor: Actor, now: datetime, objection_id: int, *, reason: str) -> Objection:
    """The objection does not hold (不成立), for a reason; without another one the claim goes on when its days are over.

    Raises NotAllowed (role, or who entered or approved the claim), IllegalMove (settled already), InvalidValue.
    """
    claim, row = _lock(session, objection_id)
    reason = _settle(session, actor, now, row, "dismissed", reason)
    claim.open_objections -= 1
    trail.move(session, claim, actor, now, "dismiss_objection", reason=f"异议 {row.number} 不成立：{reason}")
    session.flush()
    return row


def uphold(session: Session, actor: Actor, now: datetime, objection_id: int, *, reason: str) -> Objection:
    """The objection holds (成立), for a reason that the claimant is told: the approval is undone.

    The claim waits for a lead (专项审核) at its old place with its award as its reservation, out of what was committed.
    Raises as `dismiss`.
    """
    claim, row = _lock(session, objection_id)
    reason = _settle(session, actor, now, row, "upheld", reason)
    others = select(Objection).where(Objection.claim_id == claim.id, Objection.state == "open")
    for other in session.scalars(others):
        other.state, other.joined_to_id = "joined", row.id
        other.settled_by_id, other.settled_at = actor.id, now
    _undo_approval(session, actor, now, claim, row, reason)
    session.flush()
    return row


def _undo_approval(session: Session, actor: Actor, now: datetime, claim: Claim, row: Objection, reason: str) -> None:
    """`decisions.approve` backwards, as far as money goes: the decision stays, and another one will be made.

    The claim wants no more than it holds: what was left over at the approval is long somebody else's.
    """
    _require_no_instruction(session, claim)
    voucher_money.reopen(session, actor, claim)
    award, claim.award_fen = claim.award_fen or 0, None
    claim.reserved_fen = claim.wanted_fen = award
    claim.special, claim.open_objections, claim.approved_at, claim.published_at = True, 0, None, None
    trail.move(session, claim, actor, now, "uphold_objection", reason=f"异议 {row.number} 成立：{reason}")
    pool, cause = funds.lock_pool(session, claim.pool_id), f"{claim.number} 异议 {row.number}"
    funds.post(
        session, pool, rules.on_reopen(award),
        now=now, reason="uphold_objection", actor=actor, claim_id=claim.id, document=cause,
    )  # fmt: skip


def _require_no_instruction(session: Session, claim: Claim) -> None:
    """RuntimeError for a published claim with a live instruction: there is none, or the books are wrong."""
    live = select(Payout.number).where(Payout.claim_id == claim.id, Payout.state.not_in(("failed", "returned")))
    if (number := session.scalar(live)) is not None:
        raise RuntimeError(f"claim {claim.id} is published and has the instruction {number}")


def _sound(now: datetime, claim: Claim, received: Received) -> Received:
    """The objection without blanks around its words. InvalidValue naming the field that does not hold."""
    if received.channel not in CHANNELS:
        raise InvalidValue("请从列表中选择异议是怎样收到的。", {"channel": "请从列表中选择。"})
    published = local_date(claim.published_at or now)
    if not published <= received.received_on <= local_date(now):
        said = f"应在开始公示的 {published} 到今天之间。"
        raise InvalidValue(f"收到日期{said}请核对。", {"received_on": said})
    for field, what, text, longest in (
        ("raised_by", "提出人", received.raised_by, NAME_LENGTH),
        ("contact", "联系方式", received.contact, CONTACT_LENGTH),
    ):
        if len(text.strip()) > longest:
            raise InvalidValue(f"{what}最多 {longest} 个字。", {field: f"最多 {longest} 个字。"})
    text = require_text(received.text, "text", "异议的内容", TEXT_LENGTH)
    return Received(received.received_on, received.channel, text, received.raised_by.strip(), received.contact.strip())


def _as_before(there: Objection, received: Received) -> Objection:
    """The objection that this form wrote down already; IllegalMove when it says something else by now."""
    kept = (there.received_on, there.channel, there.text, there.raised_by or "", there.contact or "")
    given = (
        received.received_on,
        received.channel,
        *(text.strip() for text in (received.text, received.raised_by, received.contact)),
    )
    if kept != given:
        raise IllegalMove(f"这张表已经登记成异议 {there.number}，改动没有保存。另一条异议请刷新页面后登记。")
    return there


def _written(
    session: Session, actor: Actor, now: datetime, claim: Claim, received: Received, form_key: str
) -> Objection:
    approvals = select(Decision).where(Decision.claim_id == claim.id, Decision.action == "approve")
    approval = session.scalars(approvals.order_by(Decision.id.desc()).limit(1)).one()
    last = session.scalar(select(func.max(Objection.number)).where(Objection.claim_id == claim.id)) or 0
    row = Objection(
        claim_id=claim.id, decision_id=approval.id, number=last + 1, form_key=form_key,
        received_on=received.received_on, channel=received.channel, text=received.text,
        raised_by=received.raised_by or None, contact=received.contact or None,
        entered_by_id=claim.entered_by_id, approved_by_id=approval.reviewer_id,
        recorded_by_id=actor.id, recorded_at=now,
    )  # fmt: skip
    session.add(row)
    return row


def _lock(session: Session, objection_id: int) -> tuple[Claim, Objection]:
    """The claim locked, then its objection freshly read: whoever changes an objection holds its claim."""
    claim_id = session.scalar(select(Objection.claim_id).where(Objection.id == objection_id))
    if claim_id is None:
        raise NotFound()
    claim = trail.lock(session, claim_id)
    return claim, session.get_one(Objection, objection_id, populate_existing=True)


def _settle(session: Session, actor: Actor, now: datetime, row: Objection, state: str, reason: str) -> str:
    """Write down what became of an open objection, if this person may say so; the reason as it is kept."""
    if actor.role not in MAY_SETTLE or actor.id is None:
        raise NotAllowed("只有复核可以处理异议。")
    if said := partiality(session, actor, row):
        raise NotAllowed(said)
    if row.state != "open":
        raise IllegalMove("这条异议已经处理过了，刚才的操作没有保存。请刷新页面查看处理结果。")
    reason = require_text(reason, "reason", "处理的理由", REASON_LENGTH)
    row.state, row.reason, row.settled_by_id, row.settled_at = state, reason, actor.id, now
    session.flush()
    return reason


def partiality(session: Session, actor: Actor, row: Objection) -> str:
    """Why this person is not to settle the objection, as a sentence; "" when nothing stands against it."""
    if actor.id == row.entered_by_id:
        return f"这份申请是您自己录入的，{_ANOTHER}"
    before = select(func.coalesce(func.max(Decision.fence), -1)).where(
        Decision.claim_id == row.claim_id, Decision.id < row.decision_id, Decision.id.in_(UNDONE)
    )
    spoke = select(Opinion.id).where(
        Opinion.claim_id == row.claim_id, Opinion.reviewer_id == actor.id, Opinion.action == "approve",
        Opinion.fence > before.scalar_subquery(),
    )  # fmt: skip
    if actor.id == row.approved_by_id or session.scalar(spoke.limit(1)) is not None:
        return f"这份申请是您同意通过的，{_ANOTHER}"
    why = bias(session, actor, row.claim)
    return f"{why}，{_ANOTHER}" if why else ""
