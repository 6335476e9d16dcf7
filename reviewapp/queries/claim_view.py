"""Everything a claim's page shows, in one read: papers with pages, fields with their place, findings, history.

Whoever may not see the papers (finance) gets neither papers nor findings, and names and numbers masked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp import schemes
from reviewapp.models import Actor, Batch, Claim, Fact, Page, Payout, Sale, SignedStatement, Upload, User
from reviewapp.policy import Scheme
from reviewapp.policy.kinds import KINDS
from reviewapp.policy.workflow import EDITABLE, REVIEWERS, STATES, allowed
from reviewapp.queries import (
    claim_history,
    display,
    findings,
    mended,
    opinions,
    origin_codes,
    scope,
    settlement_applications,
)
from reviewapp.queries.findings import FindingView, MissingView, WaiverView
from reviewapp.queries.origin_codes import CodeView
from reviewapp.services import checking, facts, fields, mending, queue, review, signatures
from reviewapp.services.facts import CurrentFact, CurrentFacts, CurrentPaper
from reviewapp.services.fields import Field

#: Below this the machine's word on a paper's kind wants a person's look.
SURE_KIND = 0.6


@dataclass(frozen=True, slots=True)
class PageView:
    """One picture; `rotation` is the clockwise turn that makes it upright, boxes are in its unturned pixels."""

    public_id: str
    width: int
    height: int
    rotation: int
    legible: bool
    file_name: str


@dataclass(frozen=True, slots=True)
class FieldView:
    """One field with its current value, None when absent; `paper` is the paper's public id or None.

    `source` is `reading`, `person` or None; `by` names the reviewer who entered it, "" for others. `page` (public id)
    and `box` say where it was read, `alternatives` what other readers saw.
    """

    field: Field
    paper: str | None
    value: Any
    shown: str
    source: str | None
    doubtful: bool
    confidence: float | None
    page: str | None
    box: tuple[int, int, int, int] | None
    alternatives: tuple[str, ...]
    by: str

    @property
    def key(self) -> str:
        """`section.field`, for papers `paper.<public id>.field`: the key of `intake.set_facts`' messages."""
        return ".".join(part for part in (self.field.section, self.paper, self.field.name) if part)

    @property
    def label(self) -> str:
        """What the field is called."""
        return self.field.label

    @property
    def typed(self) -> str:
        """The value as a person enters it, "" when absent; 是 or 否, and an instant by the counties' clock."""
        if self.value is None:
            return ""
        return self.shown if self.field.form.type in ("bool", "instant") else str(self.value)


@dataclass(frozen=True, slots=True)
class PaperView:
    """One paper.

    `kind_doubtful` asks the submitter to look whether the kind is right; `legible` is False when a page is not. `codes`
    say whose form it is, when it was printed by this office.
    """

    public_id: str
    kind: str
    title: str
    kind_by_person: bool
    kind_doubtful: bool
    legible: bool
    pages: tuple[PageView, ...]
    fields: tuple[FieldView, ...]
    codes: tuple[CodeView, ...]

    @property
    def doubtful(self) -> int:
        """How many fields wait for a person's look."""
        return sum(field.doubtful for field in self.fields)


@dataclass(frozen=True, slots=True)
class UploadView:
    """A file as received; `state` is waiting, reading, read or refused, `refusal` the reason with what to do."""

    public_id: str
    name: str
    size: int
    state: str
    refusal: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class SectionView:
    """The fields outside the papers, a heading each."""

    name: str
    title: str
    fields: tuple[FieldView, ...]


@dataclass(frozen=True, slots=True)
class ClaimView:
    """A claim's page. `claim` gives the plain columns; `full` is False when names and numbers are masked.

    `place` is the place in the queue of an undecided claim, `waiting_before` how many wait for money before one on the
    waitlist; `reviewer` is "" for submitters. `outcome`, `missing` and
    `findings` are the live checks while the submitter can still change the claim, afterwards the evaluation that was
    kept. `unread` counts files that are not read yet. `mended` is what the submitter changed since the last return, for
    who reviews; `locked` are the parts (`paper:<public id>`, keys of fields) that a return keeps from being changed.
    `signed` is what was signed on the screen, oldest first. `sale` is the public id of the sale at a counter it is for,
    "" for others.
    `application` is the settlement application it is part of.
    """

    claim: Claim
    scheme: Scheme
    place: int | None
    waiting_before: int | None
    owner: bool
    full: bool
    actions: tuple[str, ...]
    reviewer: str
    papers: tuple[PaperView, ...]
    uploads: tuple[UploadView, ...]
    unread: int
    sections: tuple[SectionView, ...]
    outcome: str | None
    award: str | None
    special_review: bool
    missing: tuple[MissingView, ...]
    findings: tuple[FindingView, ...]
    decisions: tuple[claim_history.DecisionView, ...]
    returns: tuple[mended.ReturnView, ...]
    mended: mended.Mended | None
    opinions: tuple[opinions.OpinionView, ...]
    locked: frozenset[str]
    takes_files: bool
    events: tuple[claim_history.EventView, ...]
    payouts: tuple[Payout, ...]
    signed: tuple[SignedStatement, ...]
    sale: str
    application: Batch | None

    @property
    def programme_title(self) -> str:
        """What the claim's programme is called."""
        return self.scheme.programmes[self.claim.programme].title

    @property
    def state_label(self) -> str:
        """The state's one Chinese word."""
        return STATES[self.claim.state]

    @property
    def submitter(self) -> str:
        """The firm that put the claim in, or 本人."""
        return self.claim.organisation.name if self.claim.organisation else "本人"

    @property
    def editable(self) -> bool:
        """Whether this viewer can change papers and fields now."""
        return self.owner and self.claim.state in EDITABLE

    def paper(self, public_id: str) -> PaperView | None:
        """The paper of that public id, None when it is not among the claim's."""
        return next((paper for paper in self.papers if paper.public_id == public_id), None)


def claim_view(session: Session, actor: Actor, public_id: str, now: datetime) -> ClaimView:
    """The claim as this viewer may see it. Raises NotFound."""
    claim = scope.claim(session, actor, public_id)
    scheme = schemes.load(claim.scheme_code, claim.scheme_version)
    present = facts.current(session, claim)
    full, owner = scope.sees_papers(actor, claim), scope.owns(actor, claim)
    result = _result(session, claim, now, live=owner and claim.state in EDITABLE) if full else {}
    seen = _seen(session, claim, present, full=full, inside=full and not owner)
    return ClaimView(
        claim=claim,
        scheme=scheme,
        **_places(session, claim),
        owner=owner,
        full=full,
        actions=allowed(claim.state, actor.role),
        reviewer=claim.reviewer.name if claim.reviewer and not owner else "",
        papers=tuple(_paper(paper, seen) for paper in present.papers) if full else (),
        uploads=_uploads(session, claim) if full else (),
        unread=checking.unread(session, claim),
        sections=_sections(claim, present, seen),
        outcome=result.get("outcome"),
        award=result.get("award"),
        special_review=bool(result.get("special_review", claim.special)),
        missing=findings.missing(scheme, claim, result),
        findings=findings.shown(scheme, claim, result, present, seen.pages, seen.waivers),
        decisions=claim_history.decisions(session, claim, named=not owner) if full else (),
        **_beside_the_papers(session, actor, claim, present),
        events=claim_history.events(session, claim, full, named=not owner),
        payouts=_payouts(session, claim),
    )


def _places(session: Session, claim: Claim) -> dict[str, Any]:
    """Where the claim stands among others: in the queue, on the waitlist, in a settlement application."""
    return {
        "place": queue.place(session, claim) if claim.state in queue.UNDECIDED else None,
        "waiting_before": queue.waiting_before(session, claim) if claim.state == "waitlist" else None,
        "application": settlement_applications.of_claim(session, claim),
    }


def _beside_the_papers(session: Session, actor: Actor, claim: Claim, present: CurrentFacts) -> dict[str, Any]:
    """What was asked to be mended, came of it and is locked meanwhile; what was signed; opinions, for who reviews."""
    full, owner = scope.sees_papers(actor, claim), scope.owns(actor, claim)
    still_open = mending.open_parts(session, claim)
    return {
        "returns": mended.returns_of(session, claim, named=not owner) if full else (),
        "mended": mended.last(session, claim) if full and not owner else None,
        "opinions": opinions.opinions_of(session, actor, claim) if full and not owner else (),
        "locked": mending.locked_parts(claim, present, still_open),
        "takes_files": still_open.files,
        "signed": signatures.of_claim(session, claim) if full else (),
        "sale": (session.scalar(select(Sale.public_id).where(Sale.claim_id == claim.id)) or "") if owner else "",
    }


def _result(session: Session, claim: Claim, now: datetime, *, live: bool) -> Mapping[str, Any]:
    kept = None if live else checking.latest(session, claim)
    if kept is not None:
        return kept.result  # type: ignore[no-any-return]
    return checking.evaluate_claim(session, claim, now).to_json()


@dataclass(frozen=True, slots=True)
class _Seen:
    """What fields and findings are shown with: pages' public ids, names of reviewers by user id, waivers by check and
    message, codes of printed forms by page id, whether values are whole.
    """

    pages: Mapping[int, str]
    reviewers: Mapping[int, str]
    waivers: Mapping[tuple[str, str], WaiverView]
    codes: Mapping[int, CodeView]
    full: bool


def _seen(session: Session, claim: Claim, present: CurrentFacts, *, full: bool, inside: bool) -> _Seen:
    """`inside` is for the office alone: what its people did under their names."""
    return _Seen(
        pages={page.id: page.public_id for paper in present.papers for page in paper.paper.pages},
        reviewers=_reviewers(session, claim) if inside else {},
        waivers=_waivers(session, claim) if inside else {},
        codes=origin_codes.of_claim(session, claim) if full else {},
        full=full,
    )


def _reviewers(session: Session, claim: Claim) -> dict[int, str]:
    """The names of those who entered facts of the claim as its reviewers."""
    entered = select(Fact.by_id).where(Fact.claim_id == claim.id, Fact.by_id.is_not(None))
    found = select(User.id, User.name).where(User.id.in_(entered), User.role.in_(REVIEWERS))
    return {row.id: row.name for row in session.execute(found)}


def _waivers(session: Session, claim: Claim) -> dict[tuple[str, str], WaiverView]:
    return {
        (row.check, row.message): WaiverView(row.by.name, row.at, row.reason) for row in review.waivers(session, claim)
    }


def _paper(paper: CurrentPaper, seen: _Seen) -> PaperView:
    row = paper.paper
    shown = [page for page in row.pages if page.upload.removed_at is None]
    by_person = row.kind_by == "person"
    return PaperView(
        public_id=row.public_id,
        kind=row.kind,
        title=KINDS[row.kind].title,
        kind_by_person=by_person,
        kind_doubtful=not by_person and row.kind_confidence < SURE_KIND,
        legible=all(page.legible for page in shown),
        pages=tuple(_page(page) for page in shown),
        fields=tuple(
            _field(field, row.public_id, paper.facts.get(field.name), seen) for field in fields.of_kind(row.kind)
        ),
        codes=tuple(seen.codes[page.id] for page in shown if page.id in seen.codes),
    )


def _page(page: Page) -> PageView:
    return PageView(page.public_id, page.width, page.height, page.rotation, page.legible, page.upload.name)


def _sections(claim: Claim, present: CurrentFacts, seen: _Seen) -> tuple[SectionView, ...]:
    def made(name: str) -> tuple[FieldView, ...]:
        known = present.sections[name]
        return tuple(_field(one, None, known.get(one.name), seen) for one in fields.of_section(claim, name))

    return tuple(SectionView(name, title, made(name)) for name, title in display.SECTIONS.items())


def _field(field: Field, paper: str | None, fact: CurrentFact | None, seen: _Seen) -> FieldView:
    if fact is None:
        return FieldView(field, paper, None, "", None, False, None, None, None, (), "")
    full = seen.full
    value = fact.value if full else display.masked(field, fact.value)
    row, place = fact.row, fact.place
    return FieldView(
        field=field,
        paper=paper,
        value=value,
        shown=display.shown(field, value),
        source=row.source,
        doubtful=row.doubtful,
        confidence=row.confidence,
        page=seen.pages.get(place.page_id) if full and place is not None and place.page_id is not None else None,
        box=findings.box_of(place) if full else None,
        alternatives=tuple(place.alternatives or ()) if full and place is not None else (),
        by=seen.reviewers.get(row.by_id or 0, ""),
    )


def _uploads(session: Session, claim: Claim) -> tuple[UploadView, ...]:
    rows = session.scalars(
        select(Upload).where(Upload.claim_id == claim.id, Upload.removed_at.is_(None)).order_by(Upload.id)
    )
    return tuple(UploadView(row.public_id, row.name, row.size, row.state, row.refusal, row.created_at) for row in rows)


def _payouts(session: Session, claim: Claim) -> tuple[Payout, ...]:
    return tuple(session.scalars(select(Payout).where(Payout.claim_id == claim.id).order_by(Payout.id)))
