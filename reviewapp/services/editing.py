"""Who may change a claim's content, and what a person enters into its fields."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from reviewapp.errors import IllegalMove, InvalidValue, NotFound
from reviewapp.models import Actor, Claim, Fact
from reviewapp.policy.workflow import EDITABLE, STATES
from reviewapp.queries import scope
from reviewapp.services import facts, fields, mending, prefill, standing, trail
from reviewapp.services.facts import CurrentFact, CurrentFacts, CurrentPaper
from reviewapp.services.values import BadValue, normalise

_CLOSED = "这份申请现在是“{state}”，材料和内容不能再改。需要修改时请等待退回补正，或撤回后重新申请。"
_GONE = "这份材料已经不在申请里了。请刷新页面查看最新情况。"


@dataclass(frozen=True, slots=True)
class FactChange:
    """What a person says of one field; `paper` is its public id in section `paper`, else None. "" empties the field."""

    section: str
    paper: str | None
    field: str
    value: Any

    @classmethod
    def of(cls, key: str, value: Any) -> FactChange:
        """The change of the field that `key` names."""
        section, _, rest = key.partition(".")
        paper, _, field = rest.rpartition(".")
        return cls(section, paper or None, field, value)

    @property
    def key(self) -> str:
        """`section.field`, for papers `paper.<public id>.field`."""
        return ".".join(part for part in (self.section, self.paper, self.field) if part)


@dataclass(frozen=True, slots=True)
class _Target:
    """The field a change is about, and the fact that counts for it now."""

    field: fields.Field
    paper: CurrentPaper | None
    before: CurrentFact | None


def editable(session: Session, actor: Actor, claim_id: int, revision: int | None = None) -> Claim:
    """The claim, locked, for who may change its content: NotFound for others, IllegalMove in other states, Stale."""
    claim = trail.lock(session, claim_id)
    if not scope.owns(actor, claim):
        raise NotFound()
    standing.require_right(session, actor, "claims")
    if claim.state not in EDITABLE:
        raise IllegalMove(_CLOSED.format(state=STATES[claim.state]))
    if revision is not None:
        trail.require_revision(claim, revision)
    return claim


def set_facts(
    session: Session, actor: Actor, now: datetime, claim_id: int, revision: int | None, changes: Sequence[FactChange]
) -> Claim:
    """Write what a person entered; a doubtful reading repeated unchanged is thereby confirmed, a sure one left alone.

    Raises as `enter`; Stale when `revision` is given and old.
    """
    claim = editable(session, actor, claim_id, revision)
    enter(session, actor, now, claim, changes)
    return claim


def enter(session: Session, actor: Actor, now: datetime, claim: Claim, changes: Sequence[FactChange]) -> int:
    """Write changes into a locked claim that the actor may change; how many of them say something new.

    Only the form of the values is looked at; all of them are written or none. What a return left locked is not changed.
    Raises InvalidValue whose `fields` are keyed by `FactChange.key`; NotFound for a paper that is not there.
    """
    present, still_open = facts.current(session, claim), mending.open_parts(session, claim)
    rows: list[Fact] = []
    wrong: dict[str, str] = {}
    for change in changes:
        target = _target(claim, present, change)
        try:
            entered = _entered(claim, target, change)
        except BadValue as bad:
            wrong[change.key] = f"“{target.field.label}”{bad.remedy}"
            continue
        paper = target.paper.paper if target.paper else None
        if entered and (said := mending.locked(still_open, change.section, paper, change.field)):
            wrong[change.key] = f"“{target.field.label}”：{said}"
        rows += entered
    if wrong:
        raise InvalidValue("有填写的内容需要核对：" + "".join(wrong.values()), wrong)
    _write(session, actor, now, claim, rows)
    return len(rows)


def confirm(session: Session, actor: Actor, now: datetime, claim_id: int, revision: int) -> Claim:
    """A person has looked at the applicant and the account as they stand in that revision, and says they are right.

    Raises InvalidValue when a number among them cannot be right, and as `set_facts`.
    """
    claim = editable(session, actor, claim_id, revision)
    still_open = mending.open_parts(session, claim)
    doubtful = [
        FactChange(section, None, name, fact.value)
        for section, known in facts.current(session, claim).sections.items()
        for name, fact in known.items()
        if fact.row.doubtful and fact.value is not None and still_open.field(section, None, name)
    ]
    return set_facts(session, actor, now, claim_id, revision, doubtful)


def _target(claim: Claim, present: CurrentFacts, change: FactChange) -> _Target:
    paper = _paper(present, change)
    field = fields.find(claim, change.section, change.field, paper.paper.kind if paper else None)
    if field is None:
        raise InvalidValue(f"这里没有“{change.field}”这一项。请刷新页面后重新填写。")
    known = paper.facts if paper else present.sections[change.section]
    return _Target(field, paper, known.get(change.field))


def _paper(present: CurrentFacts, change: FactChange) -> CurrentPaper | None:
    if change.section != "paper":
        return None
    for paper in present.papers:
        if paper.paper.public_id == change.paper:
            return paper
    raise NotFound(_GONE)


def _entered(claim: Claim, target: _Target, change: FactChange) -> list[Fact]:
    """The row to write, its writer still open; none when it would say what is there already."""
    value = normalise(target.field.form, change.value)
    if _says_nothing_new(target.before, value):
        return []
    paper_id = target.paper.paper.id if target.paper else None
    return [
        Fact(
            claim_id=claim.id,
            section=change.section,
            paper_id=paper_id,
            field=change.field,
            value=value,
            source="person",
            doubtful=False,
        )
    ]


def _says_nothing_new(before: CurrentFact | None, value: Any) -> bool:
    if before is None:
        return value is None
    return bool(before.value == value) and not before.row.doubtful


def _write(session: Session, actor: Actor, now: datetime, claim: Claim, rows: Sequence[Fact]) -> None:
    if not rows:
        return
    for row in rows:
        row.by_id, row.at = actor.id, now
    session.add_all(rows)
    session.flush()
    prefill.refresh(session, claim, now)
    trail.record(session, claim, actor, now, "change_fact", reason=f"填写或核对 {len(rows)} 项内容")
