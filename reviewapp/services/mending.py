"""What of a claim its submitter can change: all of a draft; of a returned claim what its return names, and what came
since. The rest is locked, whichever page or program asks.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.errors import InvalidValue
from reviewapp.models import Claim, ClaimReturn, Paper
from reviewapp.policy.kinds import KINDS
from reviewapp.services import claim_returns, fields, prefill
from reviewapp.services.facts import CurrentFacts

_LOCKED = "这次退回没有要求改这一项，它已锁定。需要改时请联系审核部门。"
_NO_FILES = "这次退回只要求更正填写的内容，不需要上传或更换材料。"
_LOCKED_PAPER = "这次退回没有要求更换“{title}”，它已锁定。请只更换列出的材料。"
_NOT_ASKED = "“{titles}”不在这次要求补正的范围内，不能一起提交。请移除后再提交。"


@dataclass(frozen=True, slots=True)
class Open:
    """The parts that are open. `parts` None: everything is. `kinds` are those of the papers named, `since` the newest
    paper that was there when the claim was returned.
    """

    parts: frozenset[str] | None = None
    kinds: frozenset[str] = frozenset()
    since: int = 0
    fed: frozenset[tuple[str, str]] = frozenset()

    @property
    def everything(self) -> bool:
        """Nothing is locked."""
        return self.parts is None

    @property
    def files(self) -> bool:
        """May files be added?"""
        return self.parts is None or bool(self.kinds)

    def paper(self, paper: Paper) -> bool:
        """May this paper be replaced, and all of its fields changed? Papers of a kind that is asked for may."""
        if self.parts is None or paper.id > self.since:
            return True
        return f"paper:{paper.public_id}" in self.parts or paper.kind in self.kinds_asked_anew

    @property
    def kinds_asked_anew(self) -> Collection[str]:
        """The kinds of the paper rules that the return names."""
        named = (part.removeprefix("rule:") for part in self.parts or () if part.startswith("rule:"))
        return {kind.partition("@")[0] for rule in named for way in rule.split("|") for kind in way.split("+")}

    def field(self, section: str, paper: Paper | None, name: str) -> bool:
        """May this field be changed? What is filled in from an open paper may, too."""
        if self.parts is None or (paper is not None and self.paper(paper)):
            return True
        key = f"{section}.{name}" if paper is None else f"paper.{paper.public_id}.{name}"
        return key in self.parts or (section, name) in self.fed


EVERYTHING = Open()


def open_parts(session: Session, claim: Claim) -> Open:
    """What is open now. A return older than these objects leaves everything open."""
    row = claim_returns.current(session, claim) if claim.state == "returned" else None
    return _open(session, claim, row) if row is not None else EVERYTHING


def _open(session: Session, claim: Claim, row: ClaimReturn) -> Open:
    parts = frozenset(item.part for item in row.items)
    ids = [part.removeprefix("paper:") for part in parts if part.startswith("paper:")]
    kinds = set(session.scalars(select(Paper.kind).where(Paper.claim_id == claim.id, Paper.public_id.in_(ids))))
    for rule in fields.programme(claim).papers:
        if f"rule:{rule.id}" in parts:
            kinds.update(rule.kinds)
    return Open(parts, frozenset(kinds), row.paper_id or 0, prefill.fed_by(claim, kinds))


def locked_parts(claim: Claim, present: CurrentFacts, still_open: Open) -> frozenset[str]:
    """The papers and fields that are locked, as `claim_returns.parts_of` names them."""
    if still_open.everything:
        return frozenset()
    shut: set[str] = set()
    for section in present.sections:
        names = [field.name for field in fields.of_section(claim, section)]
        shut.update(f"{section}.{name}" for name in names if not still_open.field(section, None, name))
    for paper in (one.paper for one in present.papers):
        if not still_open.paper(paper):
            shut.add(f"paper:{paper.public_id}")
        names = [field.name for field in fields.of_kind(paper.kind) if not still_open.field("paper", paper, field.name)]
        shut.update(f"paper.{paper.public_id}.{name}" for name in names)
    return frozenset(shut)


def require_files(session: Session, claim: Claim) -> None:
    """InvalidValue when the return asks for no papers."""
    if not open_parts(session, claim).files:
        raise InvalidValue(_NO_FILES)


def require_papers(session: Session, claim: Claim, papers: Collection[Paper]) -> None:
    """InvalidValue when one of these papers is locked."""
    still_open = open_parts(session, claim)
    for paper in papers:
        if not still_open.paper(paper):
            raise InvalidValue(_LOCKED_PAPER.format(title=KINDS[paper.kind].title))


def locked(still_open: Open, section: str, paper: Paper | None, name: str) -> str:
    """What to say about a field that is locked; "" for an open one."""
    return "" if still_open.field(section, paper, name) else _LOCKED


def require_only_asked(session: Session, claim: Claim) -> None:
    """InvalidValue when papers came in since the return that it did not ask for."""
    still_open = open_parts(session, claim)
    if still_open.everything:
        return
    came = select(Paper.kind).where(Paper.claim_id == claim.id, Paper.id > still_open.since, Paper.removed_at.is_(None))
    strange = [KINDS[kind].title for kind in session.scalars(came.order_by(Paper.id)) if kind not in still_open.kinds]
    if strange:
        raise InvalidValue(_NOT_ASKED.format(titles="、".join(dict.fromkeys(strange))))
