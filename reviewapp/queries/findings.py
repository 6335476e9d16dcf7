"""Findings for a page: each with its clause's text and the fields it rests on, down to the box on the picture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reviewapp.models import Claim, Fact
from reviewapp.policy import PaperRule, Scheme, matters
from reviewapp.policy.kinds import KINDS
from reviewapp.policy.matters import Matter
from reviewapp.queries import display
from reviewapp.schemes.wording import OUTCOMES
from reviewapp.services import fields
from reviewapp.services.facts import CurrentFact, CurrentFacts, CurrentPaper

Box = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Place:
    """A field that a finding rests on; `paper` and `page` are public ids, None where there is no paper or reading.

    `shown` is its value as text, "" when absent; `title` names the paper or the section.
    """

    section: str
    paper: str | None
    field: str
    label: str
    page: str | None
    box: Box | None
    title: str
    shown: str
    doubtful: bool

    @property
    def key(self) -> str:
        """As `FieldView.key`."""
        return ".".join(part for part in (self.section, self.paper, self.field) if part)


@dataclass(frozen=True, slots=True)
class WaiverView:
    """Who let an unsure finding stand, when and why."""

    who: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class FindingView:
    """One finding: its sentence, the clause with its text ("" when the scheme gives none), the places it rests on.

    `matter` is what it decides (`policy.matters`); `alike` says that its values ought to be the same; `waiver` is there
    when a reviewer let it stand.
    """

    check: str
    outcome: str
    outcome_label: str
    clause: str
    clause_text: str
    message: str
    values: Mapping[str, str]
    places: tuple[Place, ...]
    matter: Matter
    alike: bool
    waiver: WaiverView | None

    @property
    def spots(self) -> list[tuple[str, Box | None]]:
        """Page and box of every place that was read, each once."""
        return list(dict.fromkeys((place.page, place.box) for place in self.places if place.page is not None))

    @property
    def waivable(self) -> bool:
        """An unsure finding is, for a reason; one that fails is not."""
        return self.outcome == "unsure" and self.waiver is None

    @property
    def open(self) -> bool:
        """Whether it still wants a person's word."""
        return self.outcome == "fail" or (self.outcome == "unsure" and self.waiver is None)


@dataclass(frozen=True, slots=True)
class MissingView:
    """A required paper that is not there: what it is in Chinese, its clause and a hint; `entry` as in the result.

    `check` is that of the finding which says the same.
    """

    check: str
    entry: str
    title: str
    clause: str
    hint: str


def shown(
    scheme: Scheme,
    claim: Claim,
    result: Mapping[str, Any],
    present: CurrentFacts,
    pages: Mapping[int, str],
    waivers: Mapping[tuple[str, str], WaiverView],
) -> tuple[FindingView, ...]:
    """The findings of a result (`Checked.to_json()`), in its order; `waivers` by check and message."""
    programme = scheme.programmes[claim.programme]
    papers = {paper.paper.public_id: paper for paper in present.papers}
    listed: list[str] = result.get("papers", [])
    return tuple(
        FindingView(
            check=finding["check"],
            outcome=finding["outcome"],
            outcome_label=OUTCOMES[finding["outcome"]],
            clause=finding["clause"],
            clause_text=scheme.clauses.get(finding["clause"], ""),
            message=finding["message"],
            values=finding["values"],
            places=tuple(_places(claim, finding.get("refs", ()), listed, papers, present, pages)),
            matter=matters.of_finding(programme, finding["check"]),
            alike=matters.compares(programme, finding["check"]),
            waiver=waivers.get((finding["check"], finding["message"])),
        )
        for finding in result.get("findings", ())
    )


def missing(scheme: Scheme, claim: Claim, result: Mapping[str, Any]) -> tuple[MissingView, ...]:
    """The papers a result misses, in its order."""
    rules = {rule.finding: rule for rule in scheme.programmes[claim.programme].papers}
    failed = [finding["check"] for finding in result.get("findings", ()) if finding["outcome"] == "fail"]
    return tuple(_missing(rules[check]) for check in failed if check in rules)


def box_of(fact: Fact | None) -> Box | None:
    """Where the fact was read, in pixels of its page."""
    if fact is None or fact.box is None:
        return None
    left, top, right, bottom = fact.box
    return left, top, right, bottom


def _places(
    claim: Claim,
    refs: list[dict[str, Any]],
    listed: list[str],
    papers: Mapping[str, CurrentPaper],
    present: CurrentFacts,
    pages: Mapping[int, str],
) -> Iterator[Place]:
    for ref in refs:
        index, name = ref["paper"], ref["field"]
        if index is None:
            yield from _outside(claim, name, present, pages)
        elif index < len(listed) and listed[index] in papers:
            paper = papers[listed[index]]
            yield _place(claim, "paper", name, paper.facts.get(name), paper, pages)


def _outside(claim: Claim, name: str, present: CurrentFacts, pages: Mapping[int, str]) -> Iterator[Place]:
    """`section.field`; what only the database knows (lists, earlier claims) stands on no page."""
    section, _, field = name.rpartition(".")
    if section in present.sections:
        yield _place(claim, section, field, present.sections[section].get(field), None, pages)


def _place(
    claim: Claim,
    section: str,
    name: str,
    fact: CurrentFact | None,
    paper: CurrentPaper | None,
    pages: Mapping[int, str],
) -> Place:
    field = fields.find(claim, section, name, paper.paper.kind if paper else None)
    spot = fact.place if fact else None
    return Place(
        section=section,
        paper=paper.paper.public_id if paper else None,
        field=name,
        label=field.label if field else name,
        page=pages.get(spot.page_id) if spot is not None and spot.page_id is not None else None,
        box=box_of(spot),
        title=KINDS[paper.paper.kind].title if paper else display.SECTIONS[section],
        shown=display.shown(field, fact.value) if field and fact else "",
        doubtful=fact is not None and fact.row.doubtful,
    )


def _missing(rule: PaperRule) -> MissingView:
    title = rule.title if len(rule.alternatives) == 1 else display.kinds_in_words(rule.id)
    return MissingView(rule.finding, rule.entry, title, rule.clause, rule.hint)
