"""Does the evaluation a person looks at still hold? Facts may have changed, and so may other claims on the same car.

A claim is checked when it is put in, again when a reviewer takes it, and again when it is approved: two claims on one
car that were put in at the same moment do not know of each other until then.
"""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from reviewapp.errors import Stale
from reviewapp.models import SYSTEM, Claim, ClaimKey, Evaluation
from reviewapp.services import checking, trail
from reviewapp.services.checking import Checked
from reviewapp.services.identities import RULED

_CHANGED = (
    "这份申请的核验结果与您看到的不同（内容有变化，或同一车辆、发票另有申请）。"
    "请重新领取这份申请，核对最新结果后再决定。"
)


def refresh(session: Session, claim: Claim, now: datetime) -> Evaluation:
    """Check a locked claim again; the evaluation in force, a new one (on the trail) if the old one no longer holds."""
    return _kept(session, claim, now, checking.evaluate_claim(session, claim, now))


def renew(session: Session, claim: Claim, now: datetime) -> Evaluation:
    """A reviewer changed facts of a locked claim: as `refresh`, and later claims find it by what it says now."""
    checked = checking.evaluate_claim(session, claim, now)
    checking.write_keys(session, claim, checked, now)
    return _kept(session, claim, now, checked)


def _kept(session: Session, claim: Claim, now: datetime, checked: Checked) -> Evaluation:
    evaluation = checking.latest(session, claim)
    if evaluation is None or not _holds(session, claim, evaluation, checked):
        evaluation = checking.store(session, claim, now, checked)
        checking.write_keys(session, claim, checked, now)
        trail.record(session, claim, SYSTEM, now, "check", evaluation=evaluation)
    return evaluation


def confirm(session: Session, claim: Claim, now: datetime) -> Evaluation:
    """The latest evaluation of a locked claim, if it holds at this moment; else Stale.

    Claims on the same person, car or invoice are confirmed one after the other: the second sees the first's approval.
    """
    _wait_for_rivals(session, claim)
    evaluation = latest(session, claim)
    if not _holds(session, claim, evaluation, checking.evaluate_claim(session, claim, now)):
        raise Stale(_CHANGED)
    return evaluation


def latest(session: Session, claim: Claim) -> Evaluation:
    """The latest evaluation; Stale for a claim that has none."""
    evaluation = checking.latest(session, claim)
    if evaluation is None:
        raise Stale(_CHANGED)
    return evaluation


def _holds(session: Session, claim: Claim, evaluation: Evaluation, checked: Checked) -> bool:
    """Same facts, same findings with the same values. What the database knows besides counts by its findings."""
    same_findings = json.dumps(evaluation.result, sort_keys=True) == json.dumps(checked.to_json(), sort_keys=True)
    return same_findings and checking.is_current(session, claim, evaluation)


def _wait_for_rivals(session: Session, claim: Claim) -> None:
    """Lock the tokens that this claim shares with others, in one order for all; held until the transaction ends."""
    session.flush()
    own = select(ClaimKey.kind, ClaimKey.token).where(ClaimKey.claim_id == claim.id, ClaimKey.kind.in_(RULED))
    shared = tuple_(ClaimKey.kind, ClaimKey.token).in_(own)
    session.execute(select(ClaimKey.id).where(shared).order_by(ClaimKey.id).with_for_update()).all()
