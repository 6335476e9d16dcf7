"""Lists of claims, a page at a time, for claimants, dealers, the desk, finance and auditors, each within its scope."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, joinedload

from reviewapp import schemes, sealing
from reviewapp.models import Actor, Claim, ClaimKey, Upload
from reviewapp.policy.identifiers import fold_vin, normal_id
from reviewapp.policy.masks import mask_name
from reviewapp.policy.workflow import STATES
from reviewapp.queries import objections, scope
from reviewapp.queries.paging import Paged
from reviewapp.services import facts

PAGE_SIZE = 50
_MOST_PAGE_SIZE = 200
#: Beyond any list, and still a number that databases take.
_MOST_PAGES = 1_000_000


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """One line of a list. Amounts in fen; `applicant` is masked for finance, "" while nobody is named yet.

    `reading` counts files that still wait to be read, `refused` files that could not be. `published_until` is the last
    day of a published claim.
    """

    public_id: str
    number: str | None
    scheme_code: str
    scheme_title: str
    programme: str
    programme_title: str
    state: str
    state_label: str
    special: bool
    ticket: int | None
    applicant: str
    submitter: str
    wanted_fen: int
    reserved_fen: int
    award_fen: int | None
    created_at: datetime
    submitted_at: datetime | None
    approved_at: datetime | None
    changed_at: datetime
    correction_until: datetime | None
    published_until: date | None
    reviewer: str
    lease_until: datetime | None
    reading: int
    refused: int


@dataclass(frozen=True, slots=True)
class ClaimFilter:
    """What a list is narrowed to; `text` is a claim's number (or its end), an ID number or a VIN, whole."""

    states: tuple[str, ...] = ()
    scheme_code: str | None = None
    text: str = ""


def listed(
    session: Session, actor: Actor, narrowed: ClaimFilter = ClaimFilter(), *, number: int = 1, size: int = PAGE_SIZE
) -> Paged[ClaimRow]:
    """Page `number` (from 1) of the claims this viewer may see.

    Submitters see what changed last first, reviewers and auditors the order of submission, finance that of approval.
    """
    conditions = [scope.visible(actor), *_conditions(narrowed)]
    total = session.scalar(select(func.count()).select_from(Claim).where(*conditions)) or 0
    size = min(max(1, size), _MOST_PAGE_SIZE)
    number = min(max(1, number), _MOST_PAGES)
    claims = session.scalars(
        select(Claim)
        .where(*conditions)
        .order_by(*_order(actor))
        .limit(size)
        .offset((number - 1) * size)
        .options(joinedload(Claim.organisation), joinedload(Claim.reviewer))
    ).all()
    return Paged(_rows(session, actor, claims), total, number, size)


def counts(session: Session, actor: Actor) -> dict[str, int]:
    """How many of the viewer's claims are in each state; states without any are left out."""
    found = select(Claim.state, func.count()).where(scope.visible(actor)).group_by(Claim.state)
    numbers = {row[0]: row[1] for row in session.execute(found)}
    return {state: numbers[state] for state in STATES if state in numbers}


def _conditions(narrowed: ClaimFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if narrowed.states:
        conditions.append(Claim.state.in_(narrowed.states))
    if narrowed.scheme_code:
        conditions.append(Claim.scheme_code == narrowed.scheme_code)
    if text := narrowed.text.strip():
        conditions.append(_matching(text))
    return conditions


def _matching(text: str) -> ColumnElement[bool]:
    """Claim numbers are kept in clear; persons and vehicles only as tokens, so those are found whole or not at all."""
    blind = sealing.current().blind
    tokens = [blind("id_number", normal_id(text)), blind("vin", fold_vin(normal_id(text)))]
    keyed = select(ClaimKey.claim_id).where(ClaimKey.token.in_(tokens))
    return or_(func.upper(Claim.number).endswith(text.upper(), autoescape=True), Claim.id.in_(keyed))


def _order(actor: Actor) -> tuple[Any, ...]:
    if actor.role in scope.FINANCE:
        return Claim.approved_at, Claim.id
    if actor.role in scope.PAPER_READERS:
        return Claim.submitted_at, Claim.id
    return Claim.changed_at.desc(), Claim.id.desc()


def _rows(session: Session, actor: Actor, claims: Sequence[Claim]) -> tuple[ClaimRow, ...]:
    ids = [claim.id for claim in claims]
    names = facts.values_of(session, ids, "applicant", "name")
    if actor.role in scope.FINANCE:
        names = {claim_id: mask_name(name) for claim_id, name in names.items()}
    files = _files(session, ids)
    return tuple(_row(claim, names.get(claim.id, ""), files) for claim in claims)


def _files(session: Session, ids: Sequence[int]) -> dict[tuple[int, str], int]:
    found = (
        select(Upload.claim_id, Upload.state, func.count())
        .where(Upload.claim_id.in_(ids), Upload.removed_at.is_(None))
        .group_by(Upload.claim_id, Upload.state)
    )
    return {(claim_id, state): number for claim_id, state, number in session.execute(found)}


def _row(claim: Claim, applicant: str, files: dict[tuple[int, str], int]) -> ClaimRow:
    scheme = schemes.load(claim.scheme_code, claim.scheme_version)
    return ClaimRow(
        public_id=claim.public_id,
        number=claim.number,
        scheme_code=claim.scheme_code,
        scheme_title=scheme.title,
        programme=claim.programme,
        programme_title=scheme.programmes[claim.programme].title,
        state=claim.state,
        state_label=STATES[claim.state],
        special=claim.special,
        ticket=claim.ticket,
        applicant=applicant,
        submitter=claim.organisation.name if claim.organisation else "本人",
        wanted_fen=claim.wanted_fen,
        reserved_fen=claim.reserved_fen,
        award_fen=claim.award_fen,
        created_at=claim.created_at,
        submitted_at=claim.submitted_at,
        approved_at=claim.approved_at,
        changed_at=claim.changed_at,
        correction_until=claim.correction_until,
        published_until=objections.last_day(claim),
        reviewer=claim.reviewer.name if claim.reviewer else "",
        lease_until=claim.lease_until,
        reading=files.get((claim.id, "waiting"), 0) + files.get((claim.id, "reading"), 0),
        refused=files.get((claim.id, "refused"), 0),
    )
