"""Past claims put through two versions of their scheme, as they were last evaluated; nothing is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache, partial
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from reviewapp import schemes
from reviewapp.models import Claim, Evaluation, Pool, SchemeDraft
from reviewapp.policy import FactsError, Result, Scheme, evaluate, parse_scheme
from reviewapp.policy import replay as policy
from reviewapp.policy.replay import Change

#: How many rows are held at a time; sealed facts of a claim are some kilobytes.
_BATCH = 200


class Side(NamedTuple):
    """One side of a replay: a scheme and what to call it. None: the version that each claim was evaluated under."""

    scheme: Scheme | None
    label: str
    published: bool = True


#: Every claim under its own version.
OWN = Side(None, "受理时所用的版本")


def side(code: str, version: str | None = None) -> Side:
    """A published version, the newest when none is named. LookupError when there is none."""
    scheme = schemes.load(code, version)
    return Side(scheme, f"第 {scheme.version} 版")


def drafts(session: Session, code: str) -> dict[str, str]:
    """The drafts of a scheme that are not published yet: name for `draft` → what to call it."""
    found = session.scalars(_drafts(code).order_by(SchemeDraft.version))
    return {draft.public_id: f"第 {draft.version} 版草稿" for draft in found}


def draft(session: Session, code: str, name: str) -> Side:
    """A draft as it is written now. LookupError when there is none; SchemeError when it does not hold yet."""
    row = session.scalar(_drafts(code).where(SchemeDraft.public_id == name))
    if row is None:
        raise LookupError("没有这份草稿，可能已经发布或撤回。请重新选择。")
    label = f"第 {row.version} 版草稿"
    return Side(parse_scheme(row.text, label), label, published=False)


def _drafts(code: str) -> Select[SchemeDraft]:
    return select(SchemeDraft).where(SchemeDraft.code == code, SchemeDraft.state.in_(("draft", "proposed")))


def count(session: Session, code: str) -> int:
    """How many claims of the scheme have an evaluation that was kept."""
    return session.scalar(select(func.count()).select_from(_newest(code).subquery())) or 0


def replay(session: Session, code: str, before: Side, after: Side) -> Iterator[Change]:
    """Every claim of the scheme with a kept evaluation, changed or not, in the order of pool and ticket.

    The facts are those of the newest evaluation, with what the database knew then and the time of submission.
    """
    load = cache(partial(schemes.load, code))
    for row in session.execute(_newest(code).execution_options(yield_per=_BATCH)):
        obstacles: list[str] = []
        results = [
            _result(side.scheme or load(row.scheme_version), side.label, row.facts, obstacles)
            for side in (before, after)
        ]
        claim = policy.Claim(row.number or "", row.public_id, row.state, row.pool)
        yield policy.compare(claim, results[0], results[1], "；".join(dict.fromkeys(obstacles)))


def _newest(code: str) -> Select[tuple[str | None, str, str, str, str, Any]]:
    kept = aliased(Evaluation)
    latest = select(func.max(kept.number)).where(kept.claim_id == Claim.id).scalar_subquery()
    return (
        select(
            Claim.number,
            Claim.public_id,
            Claim.state,
            Pool.code.label("pool"),
            Evaluation.scheme_version,
            Evaluation.facts,
        )
        .join(Evaluation, Evaluation.claim_id == Claim.id)
        .join(Pool, Pool.id == Claim.pool_id)
        .where(Claim.scheme_code == code, Evaluation.number == latest)
        .order_by(Claim.pool_id, Claim.ticket)
    )


def _result(scheme: Scheme, label: str, facts: Mapping[str, Any], obstacles: list[str]) -> Result | None:
    """The result; None, and why, where this side knows no such programme or cannot read the facts."""
    programme = facts.get("programme")
    if programme not in scheme.programmes:
        obstacles.append(f"{label}：没有补贴项目“{programme}”")
        return None
    try:
        return evaluate(scheme, facts)
    except FactsError as error:
        obstacles.append(f"{label}：读不了当时的信息（{error.problems[0].key}）")
        return None
