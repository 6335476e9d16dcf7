"""What a claim has in common with others: numbers, cards, telephones, photographs. For people to look at; it decides
nothing.

Nothing is worked out beforehand: a number is shared as long as both claims have it (`ClaimKey.at` until `dropped_at`),
so a correction shows at once. Of a decided claim is shown what was there when it was decided, and marked what came
after or was corrected since.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from reviewapp import schemes
from reviewapp.models import UNDONE, Actor, Claim, ClaimKey, Decision, Page, PageMatch, Paper, Upload
from reviewapp.policy.kinds import KINDS
from reviewapp.policy.masks import mask_name
from reviewapp.policy.workflow import STATES
from reviewapp.queries import scope
from reviewapp.services import checking, facts, identities

#: "": as it stands. On a decided claim `after`: came up after the decision; `corrected`: no longer so.
Mark = Literal["", "after", "corrected"]
MARKS: Mapping[str, str] = {"": "", "after": "决定之后出现", "corrected": "决定之后已更正"}
#: A dealer's telephone stands on hundreds of claims: so many of each number are read, and so many claims shown.
_MOST_A_KEY, _MOST_SHOWN = 40, 12


@dataclass(frozen=True, slots=True)
class Shared:
    """A number that both claims have, masked as far as it is a person's; `shown` is "" when it was corrected since."""

    kind: str
    label: str
    shown: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class SamePicture:
    """A page of this claim and a page of the other that show the same photograph: public ids and what they are."""

    page: str
    title: str
    other_page: str
    other_title: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class Signal:
    """Another claim with all that it shares with this one; the applicant's name is masked."""

    public_id: str
    number: str
    scheme_title: str
    programme_title: str
    state: str
    state_label: str
    submitted_at: datetime
    applicant: str
    submitter: str
    shared: tuple[Shared, ...]
    pictures: tuple[SamePicture, ...]


@dataclass(frozen=True, slots=True)
class Signals:
    """The claims that share most come first. `numbers` says on how many other claims each of this claim's numbers
    stands; `total` counts claims, of which `rows` are the first.
    """

    rows: tuple[Signal, ...]
    total: int
    numbers: tuple[tuple[str, str, int], ...]
    decided_at: datetime | None


class _Span(NamedTuple):
    """What is shared holds from one moment until another, or still."""

    since: datetime
    until: datetime | None

    def mark(self, decided_at: datetime | None) -> Mark | None:
        """None for what is not shown: corrected before anybody decided."""
        if decided_at is None:
            return "" if self.until is None else None
        if self.until is not None and (self.until <= decided_at or self.since > decided_at):
            return None
        return "corrected" if self.until is not None else "after" if self.since > decided_at else ""


def of_claim(session: Session, actor: Actor, claim: Claim) -> Signals:
    """The signals on a claim, for those who read papers; for others there are none."""
    if actor.role not in scope.PAPER_READERS or claim.ticket is None:
        return Signals((), 0, (), None)
    decided = select(func.max(Decision.at)).where(
        Decision.claim_id == claim.id, Decision.action.in_(("approve", "reject")), Decision.id.not_in(UNDONE)
    )
    decided_at = session.scalar(decided)
    shown = _shown(session, claim)
    shared, numbers = _shared(session, claim, decided_at, shown)
    pictures = _pictures(session, claim, decided_at)
    others = _others(session, actor, {*shared, *pictures})
    ordered = sorted(others, key=lambda one: _weight(one, shared, pictures))
    names = facts.values_of(session, [one.id for one in ordered[:_MOST_SHOWN]], "applicant", "name")
    return Signals(
        rows=tuple(_signal(one, names, shared, pictures) for one in ordered[:_MOST_SHOWN]),
        total=max([len(ordered), *(number for *_, number in numbers)]),
        numbers=numbers,
        decided_at=decided_at,
    )


def _shown(session: Session, claim: Claim) -> dict[tuple[str, str], str]:
    """How the values behind the claim's tokens are shown, from the facts that were checked last."""
    kept = checking.latest(session, claim)
    if kept is None or "applicant" not in kept.facts:
        return {}
    return {(one.kind, one.token): one.shown for one in identities.of({"account": {}, **kept.facts})}


def _shared(
    session: Session, claim: Claim, decided_at: datetime | None, shown: Mapping[tuple[str, str], str]
) -> tuple[dict[int, list[Shared]], tuple[tuple[str, str, int], ...]]:
    """What each other claim shares, and on how many others each number stands that is on more than are read."""
    found: dict[int, list[Shared]] = {}
    counts: dict[tuple[str, str], int] = {}
    for row in session.execute(_same_keys(claim)):
        since = max(row.mine_at, row.theirs_at, row.submitted_at)
        mark = _Span(since, _first(row.mine_dropped, row.theirs_dropped)).mark(decided_at)
        if mark is None:
            continue
        label, value = identities.LABELS[row.kind], shown.get((row.kind, row.token), "")
        found.setdefault(row.claim_id, []).append(Shared(row.kind, label, value, mark))
        counts[label, value] = row.total
    many = tuple((label, value, total) for (label, value), total in counts.items() if total > _MOST_A_KEY)
    return found, many


def _same_keys(claim: Claim) -> Select[Any]:
    """For each of the claim's keys the newest other claims that have it, and how many there are."""
    mine, theirs = aliased(ClaimKey), aliased(ClaimKey)
    window = {"partition_by": (mine.kind, mine.token)}
    ranked = (
        select(
            theirs.claim_id,
            mine.kind,
            mine.token,
            mine.at.label("mine_at"),
            mine.dropped_at.label("mine_dropped"),
            theirs.at.label("theirs_at"),
            theirs.dropped_at.label("theirs_dropped"),
            func.row_number().over(order_by=theirs.claim_id.desc(), **window).label("place"),
            func.count().over(**window).label("total"),
        )
        .join(theirs, and_(theirs.kind == mine.kind, theirs.token == mine.token))
        .where(mine.claim_id == claim.id, theirs.claim_id != claim.id, mine.kind.in_(identities.LABELS))
        .subquery()
    )
    joined = select(ranked, Claim.submitted_at).join(Claim, Claim.id == ranked.c.claim_id)
    return joined.where(ranked.c.place <= _MOST_A_KEY, Claim.ticket.is_not(None))


def _first(*ends: datetime | None) -> datetime | None:
    return min((end for end in ends if end is not None), default=None)


def _pictures(session: Session, claim: Claim, decided_at: datetime | None) -> dict[int, list[SamePicture]]:
    """The photographs of this claim that other claims show, by the other claim."""
    own = select(Page.id).join(Upload).where(Upload.claim_id == claim.id)
    matched = select(PageMatch).where(or_(PageMatch.page_id.in_(own), PageMatch.other_id.in_(own)))
    matches = session.scalars(matched.order_by(PageMatch.id).limit(10 * _MOST_A_KEY)).all()
    pages = _pages(session, {page_id for match in matches for page_id in (match.page_id, match.other_id)})
    found: dict[int, list[SamePicture]] = {}
    for match in matches:
        here, there = pages[match.page_id], pages[match.other_id]
        if there.upload.claim_id == claim.id:
            here, there = there, here
        ends = (here.upload.removed_at, there.upload.removed_at, here.paper.removed_at, there.paper.removed_at)
        since = max(match.at, there.upload.claim.submitted_at or match.at)
        mark = _Span(since, _first(*ends)).mark(decided_at)
        if mark is not None:
            pair = SamePicture(here.public_id, _title(here), there.public_id, _title(there), mark)
            found.setdefault(there.upload.claim_id, []).append(pair)
    return found


def _pages(session: Session, ids: Iterable[int]) -> dict[int, Page]:
    deep = (joinedload(Page.upload).joinedload(Upload.claim), joinedload(Page.paper))
    return {page.id: page for page in session.scalars(select(Page).where(Page.id.in_(ids)).options(*deep))}


def _title(page: Page) -> str:
    paper: Paper = page.paper
    return KINDS[paper.kind].title


def _others(session: Session, actor: Actor, ids: Iterable[int]) -> Sequence[Claim]:
    seen = scope.claims_visible_to(actor).where(Claim.id.in_(ids))
    return session.scalars(seen.options(joinedload(Claim.organisation))).all()


def _weight(
    claim: Claim, shared: Mapping[int, list[Shared]], pictures: Mapping[int, list[SamePicture]]
) -> tuple[int, int]:
    """Rare things before common ones, newer claims before older ones."""
    kinds = {one.kind for one in shared.get(claim.id, ())}
    rare = 2 * len(kinds - {"phone", "id_number"}) + 2 * len(pictures.get(claim.id, ()))
    return -(rare + len(kinds)), -claim.id


def _signal(
    claim: Claim,
    names: Mapping[int, Any],
    shared: Mapping[int, list[Shared]],
    pictures: Mapping[int, list[SamePicture]],
) -> Signal:
    scheme = schemes.load(claim.scheme_code, claim.scheme_version)
    order = list(identities.LABELS)
    if claim.submitted_at is None or claim.number is None:
        raise ValueError("a claim without a ticket is nobody else's business")
    return Signal(
        public_id=claim.public_id,
        number=claim.number,
        scheme_title=scheme.title,
        programme_title=scheme.programmes[claim.programme].title,
        state=claim.state,
        state_label=STATES[claim.state],
        submitted_at=claim.submitted_at,
        applicant=mask_name(names.get(claim.id) or "—"),
        submitter=claim.organisation.name if claim.organisation else "本人",
        shared=tuple(sorted(shared.get(claim.id, ()), key=lambda one: order.index(one.kind))),
        pictures=tuple(pictures.get(claim.id, ())),
    )
