"""A dealer's claims taken together: returns, cards and telephones of several people, prices, cars sold on at once.

Signs for people to look into; nothing is decided by them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from reviewapp import schemes
from reviewapp.models import Claim, ClaimKey, Decision, Evaluation, Organisation
from reviewapp.policy.awards.tiers import TierAward
from reviewapp.policy.crowding import Crowd, crowds
from reviewapp.policy.identifiers import fold_vin, normal_id
from reviewapp.policy.money import fen_from_yuan
from reviewapp.policy.names import same_name
from reviewapp.services import identities

#: A car sold on so soon after it was bought with a subsidy is worth a look.
QUICK_DAYS = 180
#: The newest claims of a dealer that are opened for prices and cars.
MOST_OPENED = 2000
_MOST_SHARED, _MOST_LINKS = 30, 6


@dataclass(frozen=True, slots=True)
class DealerRow:
    """A dealer's numbers: claims put in, those ever returned for correction, decided either way, waiting for that."""

    public_id: str
    name: str
    total: int
    returned: int
    approved: int
    rejected: int

    @property
    def return_rate(self) -> float:
        """Share of the claims put in that were returned at least once."""
        return self.returned / self.total if self.total else 0.0


class Link(NamedTuple):
    """A claim that stands as evidence."""

    public_id: str
    number: str


@dataclass(frozen=True, slots=True)
class SharedNumber:
    """A card or telephone of this dealer's claims that stands for several people, on `claims` claims of any dealer."""

    label: str
    shown: str
    claims: int
    people: int
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class SoldOn:
    """A car that changed hands within QUICK_DAYS of the subsidised purchase; `back` when the dealer itself got it."""

    vin: str
    bought_on: date
    sold_on: date
    buyer: str
    back: bool
    purchase: Link
    transfer: Link

    @property
    def days(self) -> int:
        """How many days between."""
        return (self.sold_on - self.bought_on).days


@dataclass(frozen=True, slots=True)
class DealerView:
    """A dealer's page; `overall` are the same numbers for all dealers together. `opened` claims were looked into."""

    row: DealerRow
    overall: DealerRow
    shared: tuple[SharedNumber, ...]
    crowds: tuple[Crowd, ...]
    sold_on: tuple[SoldOn, ...]
    opened: int


class _Opened(NamedTuple):
    claim_id: int
    public_id: str
    number: str
    scheme: str
    version: str
    programme: str
    facts: Mapping[str, Any]
    result: Mapping[str, Any]

    @property
    def link(self) -> Link:
        return Link(self.public_id, self.number)


def listing(session: Session, scheme_code: str | None = None) -> list[DealerRow]:
    """All dealers with claims put in (under one scheme), the highest return rate first."""
    rows = _rows(session, *([Claim.scheme_code == scheme_code] if scheme_code else []))
    return sorted(rows, key=lambda row: (-row.return_rate, -row.total, row.name))


def overall(rows: Sequence[DealerRow]) -> DealerRow:
    """The numbers of all dealers together."""
    sums = [sum(getattr(row, name) for row in rows) for name in ("total", "returned", "approved", "rejected")]
    return DealerRow("", "全部经销商", *sums)


def dealer_view(session: Session, dealer: Organisation) -> DealerView:
    """Everything on a dealer's page."""
    own = _rows(session, Claim.organisation_id == dealer.id)
    opened = list(_opened(session, Claim.organisation_id == dealer.id))
    return DealerView(
        row=own[0] if own else DealerRow(dealer.public_id, dealer.name, 0, 0, 0, 0),
        overall=overall(_rows(session)),
        shared=tuple(_shared(session, dealer, opened)),
        crowds=tuple(_crowds(opened)),
        sold_on=tuple(_sold_on(session, dealer, opened)),
        opened=len(opened),
    )


def _rows(session: Session, *conditions: ColumnElement[bool]) -> list[DealerRow]:
    returned = select(Decision.claim_id).where(Decision.action == "return").distinct().subquery()
    found = (
        select(
            Organisation.public_id,
            Organisation.name,
            func.count(Claim.id),
            func.count(returned.c.claim_id),
            func.count(Claim.approved_at),
            func.count().filter(Claim.state == "rejected"),
        )
        .join(Claim, Claim.organisation_id == Organisation.id)
        .outerjoin(returned, returned.c.claim_id == Claim.id)
        .where(Organisation.kind == "dealer", Claim.ticket.is_not(None), *conditions)
        .group_by(Organisation.id)
    )
    return [DealerRow(*row) for row in session.execute(found)]


def _opened(session: Session, *conditions: ColumnElement[bool]) -> Iterator[_Opened]:
    """Claims put in with what was checked last, the newest first."""
    newest = select(func.max(Evaluation.id)).where(Evaluation.claim_id == Claim.id)
    newest_id = newest.correlate(Claim).scalar_subquery()
    found = (
        select(
            Claim.id, Claim.public_id, Claim.number, Claim.scheme_code, Claim.scheme_version, Claim.programme,
            Evaluation.facts, Evaluation.result,
        )
        .join(Evaluation, Evaluation.id == newest_id)
        .where(Claim.ticket.is_not(None), *conditions)
        .order_by(Claim.id.desc())
        .limit(MOST_OPENED)
    )  # fmt: skip
    return (_Opened(*row) for row in session.execute(found))


def _shared(session: Session, dealer: Organisation, opened: Sequence[_Opened]) -> Iterator[SharedNumber]:
    """Cards and telephones of this dealer's claims that stand on claims of more than one person."""
    shown = {
        (one.kind, one.token): one.shown
        for claim in opened
        if "applicant" in claim.facts
        for one in identities.of({"account": {}, **claim.facts})
    }
    own, any_, person = aliased(ClaimKey), aliased(ClaimKey), aliased(ClaimKey)
    people = func.count(person.token.distinct())
    of_dealer = (
        select(own.kind, own.token)
        .join(Claim, Claim.id == own.claim_id)
        .where(Claim.organisation_id == dealer.id, own.kind.in_(("card", "phone")), own.dropped_at.is_(None))
        .distinct()
        .subquery()
    )
    found = (
        select(of_dealer.c.kind, of_dealer.c.token, func.count(any_.claim_id.distinct()), people)
        .join(any_, (any_.kind == of_dealer.c.kind) & (any_.token == of_dealer.c.token) & any_.dropped_at.is_(None))
        .join(person, (person.claim_id == any_.claim_id) & (person.kind == "id_number") & person.dropped_at.is_(None))
        .group_by(of_dealer.c.kind, of_dealer.c.token)
        .having(people > 1)
        .order_by(of_dealer.c.kind, people.desc())
        .limit(_MOST_SHARED)
    )
    for kind, token, claims, persons in session.execute(found):
        label = identities.LABELS[kind]
        yield SharedNumber(label, shown.get((kind, token), ""), claims, persons, _links(session, kind, token))


def _links(session: Session, kind: str, token: str) -> tuple[Link, ...]:
    found = (
        select(Claim.public_id, Claim.number)
        .join(ClaimKey, ClaimKey.claim_id == Claim.id)
        .where(ClaimKey.kind == kind, ClaimKey.token == token, ClaimKey.dropped_at.is_(None), Claim.ticket.is_not(None))
        .order_by(Claim.id.desc())
        .limit(_MOST_LINKS)
    )
    return tuple(Link(*row) for row in session.execute(found))


def _crowds(opened: Iterable[_Opened]) -> Iterator[Crowd]:
    amounts: dict[tuple[str, str, str], list[tuple[str, int]]] = defaultdict(list)
    for claim in opened:
        amounts[claim.scheme, claim.version, claim.programme] += _amount(claim)
    for (code, version, programme), known in sorted(amounts.items()):
        yield from crowds(schemes.load(code, version).programmes[programme], known)


def _amount(claim: _Opened) -> Iterator[tuple[str, int]]:
    """What the award was worked out from, with the value that chose the table."""
    award = schemes.load(claim.scheme, claim.version).programmes[claim.programme].award
    if not isinstance(award, TierAward):
        return
    for finding in claim.result.get("findings", ()):
        amount = finding["values"].get(award.amount.name) if finding["check"] == "award" else None
        if amount is not None:
            yield finding["values"].get(award.trait.ref.name, "") if award.trait else "", fen_from_yuan(amount)


class _Hand(NamedTuple):
    """A car that changed hands, as some paper of a claim says."""

    vin: str
    on: date
    buyer: str
    claim: _Opened


def _sold_on(session: Session, dealer: Organisation, opened: Sequence[_Opened]) -> Iterator[SoldOn]:
    bought = [hand for claim in opened for hand in _hands(claim, "vehicle_invoice", "invoice_date", "buyer_name")]
    sold = defaultdict(list)
    for claim in (*opened, *_others_on_the_cars(session, dealer)):
        for hand in (
            *_hands(claim, "used_vehicle_invoice", "invoice_date", "buyer_name"),
            *_hands(claim, "registration_certificate", "transfer_date", "transfer_owner"),
        ):
            sold[hand.vin].append(hand)
    for first in bought:
        for then in sold[first.vin]:
            if first.on < then.on <= first.on + timedelta(days=QUICK_DAYS):
                back = same_name(then.buyer, dealer.name) == "same"
                yield SoldOn(first.vin, first.on, then.on, then.buyer, back, first.claim.link, then.claim.link)


def _others_on_the_cars(session: Session, dealer: Organisation) -> Iterator[_Opened]:
    """Claims of others on a car that this dealer's claims are about."""
    own = (
        select(ClaimKey.token)
        .join(Claim, Claim.id == ClaimKey.claim_id)
        .where(Claim.organisation_id == dealer.id, ClaimKey.kind == "vin")
    )
    on_them = select(ClaimKey.claim_id).where(ClaimKey.kind == "vin", ClaimKey.token.in_(own))
    elsewhere = Claim.organisation_id.is_(None) | (Claim.organisation_id != dealer.id)
    return _opened(session, Claim.id.in_(on_them), elsewhere)


def _hands(claim: _Opened, kind: str, day: str, buyer: str) -> Iterator[_Hand]:
    for paper in claim.facts.get("papers", ()):
        said = paper["fields"]
        if paper["kind"] == kind and said.get("vin") and said.get(day):
            yield _Hand(fold_vin(normal_id(said["vin"])), date.fromisoformat(said[day]), said.get(buyer) or "", claim)
