"""What stands on a claim's decision sheet: the facts and findings that were decided upon, not those of later."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from reviewapp import schemes
from reviewapp.errors import IllegalMove
from reviewapp.models import Claim, Decision, Evaluation, Event, Link, Page
from reviewapp.policy import Scheme
from reviewapp.policy.kinds import KINDS
from reviewapp.policy.money import show_yuan
from reviewapp.policy.values import CHINA
from reviewapp.policy.workflow import STATES
from reviewapp.queries import display, findings, objections
from reviewapp.queries.names import file_name
from reviewapp.schemes.wording import OUTCOMES
from reviewapp.services import chain, facts, fields
from reviewapp.services.facts import CurrentFact, CurrentPaper

_UNDECIDED = "这份申请还没有审核决定，暂无决定单。"
_SECTIONS = (("applicant", "申领人"), ("account", "收款账户"), ("declared", "申报情况"))
_SOURCES = {"reading": "识别", "person": "人工"}


@dataclass(frozen=True, slots=True)
class Cut:
    """A piece of a page that the sheet shows under `name`: the page's picture, a box in its pixels, its turn."""

    name: str
    view_sha256: str
    box: tuple[int, int, int, int]
    rotation: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """The sheet for printing: a name for the file, its content as JSON (with its digest), the pictures it shows."""

    name: str
    content: dict[str, Any]
    cuts: tuple[Cut, ...]


def decision_sheet(session: Session, claim: Claim, now: datetime) -> Sheet:
    """The sheet of a claim that was decided at least once. Raises IllegalMove before that."""
    scheme = schemes.load(claim.scheme_code, claim.scheme_version)
    decided = select(Decision).where(Decision.claim_id == claim.id).order_by(Decision.id)
    decisions = session.scalars(decided.options(joinedload(Decision.reviewer))).all()
    if not decisions:
        raise IllegalMove(_UNDECIDED)
    seen = session.get_one(Evaluation, decisions[-1].evaluation_id)
    undone = objections.undone_decisions(session, claim)
    cuts: list[Cut] = []
    content: dict[str, Any] = {
        "title": f"审核决定单 {claim.number}",
        "office": scheme.county,
        "number": claim.number,
        "scheme": f"{scheme.title}（{scheme.document_number}，第 {claim.scheme_version} 版）",
        "head": _head(claim, scheme),
        "decisions": [_decision(one, scheme, undone=one.id in undone) for one in decisions],
        "checked": f"{_moment(seen.at)} 核验，共 {len(seen.result['findings'])} 项；决定依据的是这一次的结果。",
        "findings": [_finding(one) for one in seen.result["findings"]],
        "facts": list(_facts(session, claim, seen, cuts)),
        "clauses": _clauses(scheme, seen, decisions),
        "events": _events(session, claim),
        "proof": _proof(session, claim, seen, decisions[-1]),
        "printed": _moment(now),
    }
    content["digest"] = digest(content)
    name = file_name(scheme, f"审核决定单_{claim.number}", now, "pdf")
    return Sheet(name, content, tuple(cuts))


def digest(content: Mapping[str, Any]) -> str:
    """SHA-256 of a sheet's content without the digest itself: JSON with sorted keys and no blanks, UTF-8."""
    whole = {name: value for name, value in content.items() if name != "digest"}
    text = json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _moment(instant: datetime) -> str:
    return instant.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")


def _head(claim: Claim, scheme: Scheme) -> list[tuple[str, str]]:
    submitted = _moment(claim.submitted_at) if claim.submitted_at else ""
    return [
        ("项目", scheme.programmes[claim.programme].title),
        ("排队号", str(claim.ticket)),
        ("提交方", claim.organisation.name if claim.organisation else "本人"),
        ("提交时间", submitted),
        ("当前状态", STATES[claim.state]),
        ("核定补贴", "—" if claim.award_fen is None else f"¥{show_yuan(claim.award_fen)}"),
    ]


def _decision(row: Decision, scheme: Scheme, *, undone: bool) -> dict[str, str]:
    return {
        "action": display.ACTIONS[row.action] + ("（异议成立，已撤销）" if undone else ""),
        "at": _moment(row.at),
        "who": row.reviewer.name,
        "award": "" if row.award_fen is None else f"¥{show_yuan(row.award_fen)}",
        "reason": row.reason or "",
        "clause": row.clause or "",
        "clause_text": scheme.clauses.get(row.clause or "", ""),
        "items": "、".join(str(item.get("label") or item.get("paper") or "") for item in row.items),
    }


def _finding(one: Mapping[str, Any]) -> dict[str, str]:
    outcome = str(one["outcome"])
    return {"outcome": outcome, "label": OUTCOMES[outcome], "message": one["message"], "clause": one["clause"]}


def _facts(session: Session, claim: Claim, seen: Evaluation, cuts: list[Cut]) -> Iterator[dict[str, Any]]:
    """The fields as they stood when the evaluation was made, each with the piece of the page it was read from."""
    present = facts.current(session, claim, until=seen.fact_id)
    for name, title in _SECTIONS:
        known = [(field, present.sections[name].get(field.name)) for field in fields.of_section(claim, name)]
        yield from _group(session, title, known, cuts)
    listed = set(seen.result.get("papers", ()))
    for paper in present.papers:
        if not listed or paper.paper.public_id in listed:
            yield from _group(session, KINDS[paper.paper.kind].title, _of_paper(paper), cuts)


def _of_paper(paper: CurrentPaper) -> list[tuple[fields.Field, CurrentFact | None]]:
    return [(field, paper.facts.get(field.name)) for field in fields.of_kind(paper.paper.kind)]


def _group(
    session: Session, title: str, known: Sequence[tuple[fields.Field, CurrentFact | None]], cuts: list[Cut]
) -> Iterator[dict[str, Any]]:
    rows = [
        {
            "label": field.label,
            "value": display.shown(field, fact.value),
            "source": _source(fact),
            "picture": _picture(session, fact, cuts),
        }
        for field, fact in known
        if fact is not None and fact.value is not None
    ]
    if rows:
        yield {"title": title, "fields": rows}


def _source(fact: CurrentFact) -> str:
    sure = f" {fact.row.confidence:.0%}" if not fact.by_person and fact.row.confidence is not None else ""
    return f"{_SOURCES[fact.row.source]}{sure}{'，存疑' if fact.row.doubtful else ''}"


def _picture(session: Session, fact: CurrentFact, cuts: list[Cut]) -> str:
    box = findings.box_of(fact.place)
    if fact.place is None or fact.place.page_id is None or box is None:
        return ""
    page = session.get_one(Page, fact.place.page_id)
    name = f"cut-{len(cuts) + 1}"
    cuts.append(Cut(name, page.view_sha256, box, page.rotation))
    return name


def _clauses(scheme: Scheme, seen: Evaluation, decisions: Sequence[Decision]) -> list[tuple[str, str]]:
    named = [*(one["clause"] for one in seen.result["findings"]), *(one.clause for one in decisions)]
    return [(clause, scheme.clauses[clause]) for clause in dict.fromkeys(named) if clause in scheme.clauses]


def _events(session: Session, claim: Claim) -> list[dict[str, str]]:
    rows = session.scalars(
        select(Event).where(Event.claim_id == claim.id).order_by(Event.id).options(joinedload(Event.actor))
    )
    return [
        {
            "at": _moment(row.at),
            "who": display.who(row.actor_role, row.actor.name if row.actor else ""),
            "action": display.ACTIONS[row.action],
            "reason": row.reason or "",
        }
        for row in rows
    ]


def _proof(session: Session, claim: Claim, seen: Evaluation, last: Decision) -> list[tuple[str, str]]:
    """Digests that tie the sheet to the trail: of the evaluation, of the decision's link, and the chain's head now."""
    number, head = chain.head(session, claim.pool)
    event = select(Event.id).where(Event.claim_id == claim.id, Event.action == last.action, Event.at == last.at)
    link = session.scalars(select(Link).where(Link.event_id.in_(event)).order_by(Link.number.desc()).limit(1)).first()
    proof = [("核验结果（含全部内容）", chain.fingerprint(seen))]
    if link is not None:
        proof.append((f"本决定：链上第 {link.number} 环", link.digest))
    return [*proof, (f"打印时链头：第 {number} 环", head)]
