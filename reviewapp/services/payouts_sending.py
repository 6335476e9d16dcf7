"""Sending one instruction and learning what became of it: the steps between two calls of the bank.

The bank is never called in a transaction. Before it is called, `begin_sending` commits number, frozen payee and the
state `sending`; afterwards `settle` writes down what it said. Whoever dies in between leaves `sending`, from then on an
unknown outcome: it is asked for under its number, and sent again only under that number and after the bank's cut-off.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from reviewapp.bank import Answer, Instruction
from reviewapp.errors import NotFound
from reviewapp.models import SYSTEM, Claim, Outbox, Payout
from reviewapp.services import funds, outbox, trail
from reviewapp.services import payouts_results as results

#: The bank may know of these; everything else is not sent yet or has its end.
IN_FLIGHT = ("sending", "accepted", "unknown")
_ASK_AFTER = timedelta(seconds=2)
#: What is in flight this long without anybody due to ask for it is asked for by the clock.
_FORGOTTEN_AFTER = timedelta(seconds=60)
_OTHER_AMOUNT = "银行记录的金额是 {bank} 分，与发放指令的 {ours} 分不一致，请人工核对。"


@dataclass(frozen=True)
class Question:
    """An instruction in flight: its number, and when it was last sent."""

    number: str
    sent_at: datetime


def begin_sending(session: Session, now: datetime, payout_id: int) -> Instruction | None:
    """Mark a released instruction as `sending`; commit, then send what is returned.

    None when it was begun before: then it must not be sent but asked for; and for what goes to the bank as a file.
    """
    claim, payout = _lock(session, payout_id)
    if payout.state != "released" or payout.batch is None or payout.batch.channel != "http":
        return None
    payout.state = "sending"
    payout.sent_at = now
    trail.move(session, claim, SYSTEM, now, "send")
    return _instruction(payout, claim)


def begin_asking(session: Session, payout_id: int) -> Question | None:
    """What to ask the bank for; None when the instruction has its end (or was never sent)."""
    _, payout = _lock(session, payout_id)
    if payout.state not in IN_FLIGHT or payout.sent_at is None:
        return None
    return Question(payout.number, payout.sent_at)


def begin_again(session: Session, now: datetime, payout_id: int, asked: Question) -> Instruction | None:
    """The bank did not take `asked` in, finally: commit, then send the same number again.

    None when somebody else learnt or sent something in the meantime.
    """
    claim, payout = _lock(session, payout_id)
    if payout.state not in IN_FLIGHT or payout.sent_at != asked.sent_at:
        return None
    payout.sent_at = now
    return _instruction(payout, claim)


def settle(
    session: Session, now: datetime, payout_id: int, answer: Answer, *, ask_at: datetime | None = None
) -> Payout:
    """Write down the bank's answer. A final state is never overwritten.

    What is not final stays in flight and is asked for at `ask_at` (by default in a moment): its outbox row is there.
    """
    claim, payout = _lock(session, payout_id)
    if payout.state not in IN_FLIGHT:
        return payout
    if answer.amount_fen not in (None, payout.amount_fen):
        text = _OTHER_AMOUNT.format(bank=answer.amount_fen, ours=payout.amount_fen)
        answer = Answer("unknown", answer.bank_reference, text)
    payout.bank_reference = answer.bank_reference or payout.bank_reference
    if answer.status == "paid":
        results.mark_paid(session, now, claim, payout)
        funds.record_paid(session, now, claim)
    elif answer.status == "failed":
        results.mark_failed(session, now, claim, payout, answer.reason or "银行未说明原因")
    else:
        _in_flight(session, now, claim, payout, answer)
        _ask_later(session, now, payout, ask_at or now + _ASK_AFTER)
    return payout


def ask_unknown(session: Session, now: datetime, limit: int = 500) -> int:
    """See to it that everything in flight is asked for, also where no work for it is open; how many were taken up."""
    pending = exists().where(
        Outbox.subject_id == Payout.id, Outbox.topic.in_(("payout.send", "payout.ask")), Outbox.done_at.is_(None)
    )
    query = (
        select(Payout.id)
        .where(Payout.state.in_(IN_FLIGHT), Payout.sent_at <= now - _FORGOTTEN_AFTER, ~pending)
        .order_by(Payout.id)
        .limit(limit)
    )
    forgotten = session.scalars(query).all()
    for payout_id in forgotten:
        _, payout = _lock(session, payout_id)
        _ask_later(session, now, payout, now)
    return len(forgotten)


def _lock(session: Session, payout_id: int) -> tuple[Claim, Payout]:
    """The claim locked, then the instruction freshly read: whoever moves a released instruction holds its claim."""
    claim_id = session.scalar(select(Payout.claim_id).where(Payout.id == payout_id))
    if claim_id is None:
        raise NotFound()
    claim = trail.lock(session, claim_id)
    return claim, session.get_one(Payout, payout_id, populate_existing=True)


def _instruction(payout: Payout, claim: Claim) -> Instruction:
    payee = payout.payee
    return Instruction(payout.number, payout.amount_fen, payee["name"], payee["card_number"], note=claim.number or "")


def _in_flight(session: Session, now: datetime, claim: Claim, payout: Payout, answer: Answer) -> None:
    payout.state = "accepted" if answer.status == "accepted" else "unknown"
    payout.failure = answer.reason[: results.FAILURE_LENGTH] if answer.reason else None
    if payout.state == "unknown" and claim.state == "sending":
        trail.move(session, claim, SYSTEM, now, "lose_answer", reason=answer.reason)


def _ask_later(session: Session, now: datetime, payout: Payout, due_at: datetime) -> None:
    payout.ask_after = due_at
    if not outbox.is_open(session, "payout.ask", payout.id):
        outbox.add(session, "payout.ask", payout.id, now, due_at=due_at)
