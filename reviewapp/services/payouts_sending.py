"""Sending instructions and learning what became of them: the steps between two calls of the bank.

The bank is never called in a transaction. Before it is called, `begin_sending` commits numbers, frozen payees and the
state `sending`; afterwards `settle` writes down what it said. Whoever dies in between leaves `sending`, from then on an
unknown outcome: it is asked for under its number, and sent again only under that number and after the bank's cut-off.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from reviewapp.bank import Answer, Bank, Instruction
from reviewapp.errors import NotFound
from reviewapp.models import SYSTEM, Claim, Outbox, Payout
from reviewapp.services import funds, outbox, trail
from reviewapp.services import payouts_results as results
from reviewapp.services.payouts_lines import lock_claims

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


def cut_off(bank: Bank) -> timedelta:
    """How long after `sent_at` the bank's “not found” is final: it left within one answer's time, and lay on the way no
    longer than another.
    """
    return 2 * bank.answers_within + bank.not_found_final_after


def begin_sending(session: Session, now: datetime, *payout_ids: int) -> dict[int, Instruction]:
    """Mark released instructions as `sending`; commit, then send what is returned, by id.

    What was begun before is not among it: it must not be sent but asked for; nor is what goes to the bank as a file.
    """
    ready = [(claim, payout) for claim, payout in _lock(session, *payout_ids) if _is_ready(payout)]
    begun = update(Payout).where(Payout.id.in_([payout.id for _, payout in ready]))
    session.execute(begun.values(state="sending", sent_at=now))
    trail.move_together(session, [claim for claim, _ in ready], SYSTEM, now, "send")
    return {payout.id: _instruction(payout, claim) for claim, payout in ready}


def _is_ready(payout: Payout) -> bool:
    return payout.state == "released" and payout.batch is not None and payout.batch.channel == "http"


def begin_asking(session: Session, payout_id: int) -> Question | None:
    """What to ask the bank for; None when the instruction has its end (or was never sent)."""
    [(_, payout)] = _lock(session, payout_id)
    if payout.state not in IN_FLIGHT or payout.sent_at is None:
        return None
    return Question(payout.number, payout.sent_at)


def begin_again(session: Session, now: datetime, payout_id: int, asked: Question) -> Instruction | None:
    """The bank did not take `asked` in, finally: commit, then send the same number again.

    None when somebody else learnt or sent something in the meantime.
    """
    [(claim, payout)] = _lock(session, payout_id)
    if payout.state not in IN_FLIGHT or payout.sent_at != asked.sent_at:
        return None
    payout.sent_at = now
    return _instruction(payout, claim)


def settle(session: Session, now: datetime, answers: Mapping[int, Answer], *, ask_at: datetime | None = None) -> None:
    """Write down the bank's answers, by instruction. A final state is never overwritten.

    What is not final stays in flight and is asked for at `ask_at` (by default in a moment): its outbox row is there.
    """
    open_ones = [(claim, payout) for claim, payout in _lock(session, *answers) if payout.state in IN_FLIGHT]
    pools = {claim.pool_id for claim, _ in open_ones}
    if len(pools) > 1:  # one alone is locked as late as can be
        funds.hold_pools(session, pools)
    paid = []
    for claim, payout in open_ones:
        answer = _of_our_amount(payout, answers[payout.id])
        payout.bank_reference = answer.bank_reference or payout.bank_reference
        if answer.status == "paid":
            paid.append((claim, payout))
        elif answer.status == "failed":
            results.mark_failed(session, now, claim, payout, answer.reason or "银行未说明原因")
        else:
            _in_flight(session, now, claim, payout, answer)
            _ask_later(session, now, payout, ask_at or now + _ASK_AFTER)
    results.mark_paid(session, now, *paid)
    funds.record_paid(session, now, *(funds.Settled(claim, payout.bank_reference) for claim, payout in paid))


def _of_our_amount(payout: Payout, answer: Answer) -> Answer:
    """What the bank says, unless it speaks of another amount: then nothing is known."""
    if answer.amount_fen in (None, payout.amount_fen):
        return answer
    text = _OTHER_AMOUNT.format(bank=answer.amount_fen, ours=payout.amount_fen)
    return Answer("unknown", answer.bank_reference, text)


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
        [(_, payout)] = _lock(session, payout_id)
        _ask_later(session, now, payout, now)
    return len(forgotten)


def _lock(session: Session, *payout_ids: int) -> list[tuple[Claim, Payout]]:
    """The claims locked, then the instructions freshly read: whoever moves a released instruction holds its claim.

    Raises NotFound.
    """
    claims = lock_claims(session, select(Payout.claim_id).where(Payout.id.in_(payout_ids)))
    query = select(Payout).where(Payout.id.in_(payout_ids)).order_by(Payout.id)
    payouts = session.scalars(query.execution_options(populate_existing=True)).all()
    if len(payouts) < len(payout_ids):
        raise NotFound()
    return [(claims[payout.claim_id], payout) for payout in payouts]


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
