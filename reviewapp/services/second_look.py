"""Second look: the first person's approval or rejection is written down but not carried out; a second person, who does
not see it, decides on their own. The same twice is carried out; else the lead decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reviewapp import schemes, sealing
from reviewapp.models import Actor, Claim, Decision, Evaluation, Opinion
from reviewapp.policy import SecondLook
from reviewapp.policy.second_look import sampled
from reviewapp.services import leases, trail

_FIRST = ("share", "amount")


@dataclass(frozen=True, slots=True)
class Word:
    """What a reviewer wants: `approve` with an award in fen, or `reject` under a clause; and why."""

    action: str
    award_fen: int | None = None
    clause: str | None = None
    reason: str = ""

    def same(self, other: Opinion) -> bool:
        """Is it what the other would do? Rejections are the same under any clause."""
        return (self.action, self.award_fen) == (other.action, other.award_fen)


def keep_back(
    session: Session, actor: Actor, now: datetime, claim: Claim, evaluation: Evaluation, word: Word
) -> Opinion | None:
    """Write the word down and move the locked claim on, if it is not to be carried out yet; None when it is.

    It is carried out when no second look is wanted, when it is the second's and the same as the first's, and when it is
    the lead's after two who did not agree.
    """
    if claim.second_look is None:
        return _first(session, actor, now, claim, evaluation, word)
    if claim.second_look == "waiting":
        first = first_opinion(session, claim)
        if first is None or not word.same(first):
            return _dispute(session, actor, now, claim, evaluation, word)
    return None


def first_opinion(session: Session, claim: Claim) -> Opinion | None:
    """The newest first word on a claim."""
    found = select(Opinion).where(Opinion.claim_id == claim.id, Opinion.grounds.in_(_FIRST))
    return session.scalars(found.order_by(Opinion.id.desc()).limit(1)).one_or_none()


def settle(claim: Claim) -> None:
    """Nothing is waited for any more: the claim was decided, returned, taken back or waits for money."""
    claim.second_look = claim.first_by_id = None


def rule_of(claim: Claim) -> SecondLook:
    """The scheme's rule."""
    return schemes.load(claim.scheme_code, claim.scheme_version).second_look


def _first(
    session: Session, actor: Actor, now: datetime, claim: Claim, evaluation: Evaluation, word: Word
) -> Opinion | None:
    grounds = _grounds(session, actor, claim, word)
    if grounds is None:
        return None
    opinion = _write(session, actor, now, claim, evaluation, word, grounds)
    leases.end(claim)
    claim.second_look, claim.first_by_id = "waiting", actor.id
    trail.move(session, claim, actor, now, "first_look", to=leases.place(claim), evaluation=evaluation)
    return opinion


def _dispute(
    session: Session, actor: Actor, now: datetime, claim: Claim, evaluation: Evaluation, word: Word
) -> Opinion:
    opinion = _write(session, actor, now, claim, evaluation, word, "second")
    leases.end(claim)
    claim.special, claim.second_look = True, "disputed"
    trail.move(session, claim, actor, now, "dispute", evaluation=evaluation)
    return opinion


def _write(
    session: Session, actor: Actor, now: datetime, claim: Claim, evaluation: Evaluation, word: Word, grounds: str
) -> Opinion:
    opinion = Opinion(
        claim_id=claim.id, fence=claim.fence, reviewer_id=actor.id, evaluation_id=evaluation.id, action=word.action,
        award_fen=word.award_fen, clause=word.clause, reason=word.reason.strip(), grounds=grounds, at=now,
    )  # fmt: skip
    session.add(opinion)
    session.flush()
    return opinion


def _grounds(session: Session, actor: Actor, claim: Claim, word: Word) -> str | None:
    """Why somebody else is to look; a rejection is worth what the claim asks for."""
    rule = rule_of(claim)
    if rule.over_fen is not None and max(word.award_fen or 0, claim.wanted_fen) > rule.over_fen:
        return "amount"
    if rule.percent and sampled(rule.percent, *_counts(session, actor, claim), _chance(actor, claim)):
        return "share"
    return None


def _counts(session: Session, actor: Actor, claim: Claim) -> tuple[int, int]:
    """How many claims of the scheme the reviewer has decided, with this one; how many were taken for their share."""
    own = (Claim.scheme_code == claim.scheme_code,)
    decided = select(func.count(Decision.id)).join(Claim, Decision.claim_id == Claim.id)
    decided = decided.where(*own, Decision.reviewer_id == actor.id, Decision.action.in_(("approve", "reject")))
    spoke = select(Opinion.grounds, func.count()).join(Claim, Opinion.claim_id == Claim.id)
    spoke = spoke.where(*own, Opinion.reviewer_id == actor.id, Opinion.grounds.in_(_FIRST)).group_by(Opinion.grounds)
    by_grounds = {row[0]: row[1] for row in session.execute(spoke)}
    return (session.scalar(decided) or 0) + sum(by_grounds.values()) + 1, by_grounds.get("share", 0)


def _chance(actor: Actor, claim: Claim) -> float:
    """A number from 0 to 1 for this reviewer and this reading of the claim that nobody can work out beforehand."""
    drawn = sealing.current().blind("second_look", f"{claim.id}.{claim.fence}.{actor.id}")
    return int(drawn[:8], 16) / 0xFFFFFFFF
