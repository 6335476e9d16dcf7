"""What the papers say about the applicant and the account, filled in so that nobody types it twice.

A prefilled value follows its paper until a person enters the field; from then on the person's value stands.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from reviewapp.models import Claim, Fact, User
from reviewapp.services import facts
from reviewapp.services.facts import CurrentFact, CurrentFacts


@dataclass(frozen=True, slots=True)
class _Rule:
    """Fill (section, field) from the first paper of `kind` that has `source`."""

    section: str
    field: str
    kind: str
    source: str


_PERSON = (_Rule("applicant", "name", "id_card", "name"), _Rule("applicant", "id_number", "id_card", "id_number"))
_EVERYONE = (*_PERSON, _Rule("account", "card_number", "bank_card", "card_number"))
#: A bank card carries no holder: a claimant asks for the money on their own card, a dealer's form names the person.
#: What a collection point asks for is a voucher: no card, and nothing of an account to be doubted.
_RULES = {
    "claimant": (*_EVERYONE, _Rule("account", "holder", "id_card", "name")),
    "dealer": (
        *_EVERYONE,
        _Rule("applicant", "phone", "registration_form", "phone"),
        _Rule("account", "holder", "registration_form", "name"),
    ),
    "shop": _PERSON,
    "point": _PERSON,
}


def from_account(session: Session, claim: Claim, user: User, now: datetime) -> None:
    """Fill the applicant's telephone number with the one a claimant signed in with."""
    if claim.submitter_role == "claimant" and user.phone:
        session.add(_row(claim, "applicant", "phone", user.phone, now))


def fed_by(claim: Claim, kinds: Collection[str]) -> frozenset[tuple[str, str]]:
    """The (section, field) pairs that papers of these kinds fill in."""
    return frozenset((rule.section, rule.field) for rule in _RULES[claim.submitter_role] if rule.kind in kinds)


def refresh(session: Session, claim: Claim, now: datetime) -> None:
    """Bring the prefilled fields up to what the papers say now; fields a person entered are left alone."""
    present = facts.current(session, claim)
    for rule in _RULES[claim.submitter_role]:
        target = present.sections[rule.section].get(rule.field)
        if target is None or not target.by_person:
            _follow(session, claim, rule, target, next(_sources(present, rule), None), now)


def _sources(present: CurrentFacts, rule: _Rule) -> Iterator[CurrentFact]:
    for paper in present.of_kind(rule.kind):
        fact = paper.facts.get(rule.source)
        if fact is not None and fact.value is not None:
            yield fact


def _follow(
    session: Session, claim: Claim, rule: _Rule, target: CurrentFact | None, source: CurrentFact | None, now: datetime
) -> None:
    if source is None:
        if target is not None and target.value is not None:
            session.add(_row(claim, rule.section, rule.field, None, now))
        return
    row = _row(claim, rule.section, rule.field, source.value, now)
    row.doubtful = source.row.doubtful
    row.confidence = source.row.confidence
    if source.place is not None:
        row.page_id, row.box = source.place.page_id, source.place.box
    if target is None or _seen(target.row) != _seen(row):
        session.add(row)


def _seen(row: Fact) -> tuple[object, ...]:
    return row.value, row.doubtful, row.page_id, row.box


def _row(claim: Claim, section: str, field: str, value: object, now: datetime) -> Fact:
    return Fact(claim_id=claim.id, section=section, field=field, value=value, source="reading", doubtful=False, at=now)
