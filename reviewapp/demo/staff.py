"""What the office's people do: reviewers who go by the findings, finance makers and checkers who release the money."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp import clock
from reviewapp.demo.office import Office
from reviewapp.models import Actor, Claim, Payout
from reviewapp.services import checking, claim_returns, decisions, payouts

#: What a claimant can mend by another paper; everything else that fails is a reason to reject.
_MENDABLE = frozenset({"card_payment", "same_plate"})
_CORRECTION_DAYS = 30
_LONGEST_REASON = 1000
_SKIPPED = "留待下一批发放。"
Finding = Mapping[str, Any]


def review_all(office: Office, reviewed: Callable[[], None]) -> None:
    """The reviewer takes the next claim in order until none waits, and decides each by its findings."""
    reviewer = office.staff("demo-reviewer")
    while True:
        with office.writing() as session:
            claim = decisions.take_next(session, reviewer, clock.now())
        if claim is None:
            return
        with office.writing() as session:
            decide(session, reviewer, claim.id)
        reviewed()


def review_special(office: Office, claim_id: int) -> None:
    """The lead takes a special review and decides it."""
    lead = office.staff("demo-lead")
    with office.writing() as session:
        decisions.take_out_of_turn(session, lead, clock.now(), claim_id, reason="专项审核由复核专办")
    with office.writing() as session:
        decide(session, lead, claim_id)


def decide(session: Session, actor: Actor, claim_id: int) -> None:
    """Reject under the failing check's clause, return what can be mended, else approve, in doubt with a reason."""
    claim = session.get_one(Claim, claim_id)
    evaluation = checking.latest(session, claim)
    if evaluation is None:
        raise ValueError(f"claim {claim_id} was never checked")
    now, fence, result = clock.now(), claim.fence, evaluation.result
    failing, unsure = _with(result, "fail"), _with(result, "unsure")
    if not failing:
        decisions.approve(session, actor, now, claim_id, fence, reason=_reason("已人工核实：", unsure))
    elif all(finding["check"] in _MENDABLE for finding in failing):
        items = _items(session, claim, failing, result["papers"])
        reason = _reason("请更正：", failing)
        decisions.return_for_correction(
            session, actor, now, claim_id, fence, items=items, reason=reason, workdays=_CORRECTION_DAYS
        )
    else:
        reason = _reason("", failing)
        decisions.reject(session, actor, now, claim_id, fence, clause=failing[0]["clause"], reason=reason)


def _with(result: Finding, outcome: str) -> list[Finding]:
    return [finding for finding in result["findings"] if finding["outcome"] == outcome]


def _reason(lead: str, findings: Sequence[Finding]) -> str:
    said = "；".join(finding["message"] for finding in findings)
    return f"{lead}{said}"[:_LONGEST_REASON] if said else ""


def _items(session: Session, claim: Claim, failing: Sequence[Finding], papers: Sequence[str]) -> dict[str, str]:
    """The papers that the failing findings rest on, as a return names them."""
    named = {f"paper:{papers[ref['paper']]}" for one in failing for ref in one["refs"] if ref["paper"] is not None}
    return {part: "" for part in claim_returns.parts_of(session, claim) if part in named}


def pay(office: Office, scheme: str, but_not: Collection[int] = ()) -> None:
    """Maker and checker pay out everything that is ready in a scheme, but not these claims; waits for the bank."""
    office.wait_paid_out()
    batch_id = make_batch(office, scheme, lambda claim_id: claim_id not in but_not)
    if batch_id is None:
        return
    with office.writing() as session:
        lines = session.scalars(
            select(Payout).where(Payout.batch_id == batch_id).order_by(Payout.approved_at, Payout.id)
        ).all()
        payouts.release_batch(
            session,
            office.staff("demo-checker"),
            clock.now(),
            batch_id,
            count=len(lines),
            total_fen=sum(line.amount_fen for line in lines),
            digest=payouts.digest(lines),
        )
    office.wait_paid_out()


def make_batch(office: Office, scheme: str, wanted: Callable[[int], bool]) -> int | None:
    """The maker puts the wanted claims' instructions into a batch and skips the others; its id, None for nothing."""
    ready = (
        select(Payout.id, Payout.claim_id)
        .join(Claim, Claim.id == Payout.claim_id)
        .where(Payout.state == "ready", Claim.scheme_code == scheme)
    )
    with office.writing() as session:
        rows = session.execute(ready).all()
        skips = {payout_id: _SKIPPED for payout_id, claim_id in rows if not wanted(claim_id)}
        if len(skips) == len(rows):
            return None
        return payouts.make_batch(session, office.staff("demo-maker"), clock.now(), scheme, skips=skips).id
