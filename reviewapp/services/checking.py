"""Checking a claim against its scheme: its facts, what the database knows beside them, and the findings kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, tuple_
from sqlalchemy.orm import Session

from reviewapp import schemes
from reviewapp.models import Claim, ClaimKey, Evaluation, Paper, Upload
from reviewapp.policy import Result, evaluate
from reviewapp.policy.workflow import PAID_OUT
from reviewapp.services import exclusions, facts, fields, identities, listings
from reviewapp.services.days import local_date
from reviewapp.services.facts import CurrentFacts
from reviewapp.services.identities import Identity

_GRANTED = ("approved", "publication", "payable", "sending", *PAID_OUT, "failed", "unknown")


@dataclass(frozen=True, slots=True)
class Checked:
    """One run of the checks. Index i in a finding's `refs` is `papers[i]`; `facts_json` is what they were given."""

    result: Result
    facts_json: dict[str, Any]
    papers: tuple[Paper, ...]
    scheme_version: str
    fact_id: int | None
    unread: int
    unconfirmed: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """The result (INTERFACES.md), each finding with its `refs`, and the public ids of the papers they point to."""
        return with_places(self.result, self.papers)


def evaluate_claim(session: Session, claim: Claim, now: datetime) -> Checked:
    """Run the checks of the claim's pinned scheme version over its current facts; writes nothing.

    A draft is checked as if submitted `now`. `unread` counts the files that still wait to be read; `unconfirmed` names
    the fields of applicant and account that rest on a doubtful reading nobody has looked at: money follows them.
    """
    scheme = schemes.load(claim.scheme_code, claim.scheme_version)
    present = facts.current(session, claim)
    submitted_at = claim.submitted_at or now
    context = _context(session, claim, present, submitted_at)
    given = facts.as_json(present, claim, submitted_at=submitted_at, context=context)
    return Checked(
        result=evaluate(scheme, given),
        facts_json=given,
        papers=tuple(paper.paper for paper in present.papers),
        scheme_version=scheme.version,
        fact_id=present.newest_id,
        unread=unread(session, claim),
        unconfirmed=_unconfirmed(claim, present),
    )


def _unconfirmed(claim: Claim, present: CurrentFacts) -> tuple[str, ...]:
    return tuple(
        field.label
        for section in ("applicant", "account")
        for field in fields.of_section(claim, section)
        if (fact := present.sections[section].get(field.name)) and fact.row.doubtful and fact.value is not None
    )


def unread(session: Session, claim: Claim) -> int:
    """How many of the claim's files are not read yet; while there are any, the findings are not the last word."""
    waiting = select(func.count()).where(
        Upload.claim_id == claim.id, Upload.removed_at.is_(None), Upload.state.in_(("waiting", "reading"))
    )
    return session.scalar(waiting) or 0


def with_places(result: Result, papers: tuple[Paper, ...]) -> dict[str, Any]:
    """The result as JSON with the fields each finding rests on and the papers' public ids: enough to show it again."""
    out: dict[str, Any] = result.to_json()
    for shown, finding in zip(out["findings"], result.findings, strict=True):
        shown["refs"] = [{"paper": ref.paper, "field": ref.field} for ref in finding.refs]
    return out | {"papers": [paper.public_id for paper in papers]}


def store(session: Session, claim: Claim, now: datetime, checked: Checked) -> Evaluation:
    """Keep a run of the checks as the (locked) claim's next evaluation, with the facts as they were given."""
    latest_number = select(func.max(Evaluation.number)).where(Evaluation.claim_id == claim.id)
    evaluation = Evaluation(
        claim_id=claim.id,
        number=(session.scalar(latest_number) or 0) + 1,
        scheme_version=checked.scheme_version,
        fact_id=checked.fact_id,
        facts=checked.facts_json,
        result=checked.to_json(),
        outcome=checked.result.outcome,
        award_fen=checked.result.award_fen,
        at=now,
    )
    session.add(evaluation)
    session.flush()
    return evaluation


def latest(session: Session, claim: Claim) -> Evaluation | None:
    """The newest evaluation that was kept, None before the first submission."""
    return session.scalars(
        select(Evaluation).where(Evaluation.claim_id == claim.id).order_by(Evaluation.number.desc()).limit(1)
    ).one_or_none()


def is_current(session: Session, claim: Claim, evaluation: Evaluation) -> bool:
    """True when the evaluation saw the papers and facts that count now; what only the database knows is left aside."""
    present = facts.as_json(facts.current(session, claim), claim, submitted_at=evaluation.at)
    aside = ("submitted_at", "context")
    return all(evaluation.facts.get(name) == value for name, value in present.items() if name not in aside)


def write_keys(session: Session, claim: Claim, checked: Checked, now: datetime) -> None:
    """Bring the blind tokens by which other claims on the same person, vehicle, invoice… find this one up to its facts.

    What was corrected is marked as dropped, not removed; corrected back, it holds again from now on.
    """
    _write_keys(session, claim, checked.facts_json, now)


def rewrite_keys(session: Session, claim_id: int) -> None:
    """The tokens of a claim put in before tokens of some kind were kept: from the facts checked last, since then."""
    claim = session.scalars(select(Claim).where(Claim.id == claim_id).with_for_update()).one()
    kept = latest(session, claim)
    if kept is not None:
        _write_keys(session, claim, kept.facts, kept.at)


def _write_keys(session: Session, claim: Claim, given: Mapping[str, Any], now: datetime) -> None:
    known = {(row.kind, row.token): row for row in session.scalars(_keys_of(claim))}
    # A firm's own account is on all its claims: that two of them name it says nothing.
    told_nothing = {"card"} if fields.programme(claim).pays_firm else set()
    present = [(one.kind, one.token) for one in identities.of(given) if one.kind not in told_nothing]
    for kind, token in present:
        row = known.get((kind, token))
        if row is None:
            session.add(ClaimKey(claim_id=claim.id, kind=kind, token=token, at=now))
        elif row.dropped_at is not None:
            row.at, row.dropped_at = now, None
    for key, row in known.items():
        if key not in present and row.dropped_at is None:
            row.dropped_at = now
    session.flush()


def _keys_of(claim: Claim) -> Select[ClaimKey]:
    return select(ClaimKey).where(ClaimKey.claim_id == claim.id)


def _context(session: Session, claim: Claim, present: CurrentFacts, submitted_at: datetime) -> dict[str, Any]:
    """What the database knows: the scheme's lists as on the day the claim was put in, who is excluded at this moment,
    and claims on the same things. A list nobody entered is unknown.
    """
    lists: dict[str, Any] = listings.named(session, claim.scheme_code, local_date(submitted_at))
    lists["excluded"] = exclusions.names(session, claim.scheme_code)
    known = list(identities.of(facts.as_json(present, claim, submitted_at=claim.created_at)))
    return lists | {"prior_claims": _prior_claims(session, claim, known)}


def _prior_claims(session: Session, claim: Claim, known: list[Identity]) -> list[dict[str, str]]:
    """Claims put in before on the same person, vehicle or invoice, as they came, with the values that are the same."""
    by_token = {(one.kind, one.token): one for one in known if one.values}
    rows = session.execute(
        select(Claim, ClaimKey.kind, ClaimKey.token)
        .join(ClaimKey, ClaimKey.claim_id == Claim.id)
        .where(tuple_(ClaimKey.kind, ClaimKey.token).in_(list(by_token)), ClaimKey.dropped_at.is_(None))
        .where(Claim.id != claim.id, _before(claim))
        .order_by(Claim.submitted_at, Claim.id, ClaimKey.id)
    )
    prior: dict[int, list[dict[str, str]]] = {}
    for other, kind, token in rows:
        entries = prior.setdefault(other.id, [_prior(other)])
        if kind == "invoice" and "invoice_number" in entries[-1]:
            # The code of one invoice beside the number of another would be neither.
            entries.append(_prior(other))
        entries[-1].update(by_token[kind, token].values)
    return [entry for entries in prior.values() for entry in entries]


def _before(claim: Claim) -> ColumnElement[bool]:
    """Put in earlier; or later, but approved already: who was second does not make the first one a repeater."""
    if claim.submitted_at is None:
        return Claim.ticket.is_not(None)
    earlier = tuple_(Claim.submitted_at, Claim.id) < tuple_(claim.submitted_at, claim.id)
    return Claim.ticket.is_not(None) & (earlier | Claim.state.in_(_GRANTED))


def _prior(other: Claim) -> dict[str, str]:
    return {"scheme": other.scheme_code, "programme": other.programme, "state": other.state}
