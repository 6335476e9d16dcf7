"""Motorcycles as the register knows them: what their papers say, where they stand, who else handed them in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from reviewapp import schemes
from reviewapp.models import Claim, ClaimKey, Evaluation, GivenBack, Organisation, Pickup, PickupItem, ShelfMark
from reviewapp.models.collection import OUTCOMES
from reviewapp.policy.awards.age import AgeAward
from reviewapp.policy.masks import mask_id_number
from reviewapp.policy.workflow import LIVE
from reviewapp.queries import stock
from reviewapp.schemes import collection
from reviewapp.services.days import local_date


@dataclass(frozen=True, slots=True)
class Motorcycle:
    """One motorcycle taken in. Texts are "" where nothing is known; `elsewhere` names the other points that took it in.

    `given_back_at`, `item` and `pickup` say where it went.
    """

    claim: Claim
    point: str
    received_on: str
    owner: str
    id_number: str
    vin: str
    engine_number: str
    plate: str
    case: str
    made_on: str
    band: str
    shelf: str
    given_back_at: datetime | None
    item: PickupItem | None
    pickup: Pickup | None
    elsewhere: tuple[str, ...]

    @property
    def masked_id(self) -> str:
        """1405**********9895."""
        return mask_id_number(self.id_number) if self.id_number else ""

    @property
    def award_fen(self) -> int | None:
        """What was approved, before that what was asked for; None for a claim that came to nothing."""
        if self.claim.state in stock.ENDED:
            return None
        return self.claim.wanted_fen if self.claim.award_fen is None else self.claim.award_fen

    @property
    def whereabouts(self) -> str:
        """在点, 应退还车主, 待交接, 已运走, 已收到 …"""
        if self.given_back_at is not None:
            return "已退还车主"
        if self.pickup is None or self.item is None:
            return "应退还车主" if self.claim.state in stock.ENDED else "在点"
        if self.pickup.state == "planned":
            return f"在点，第 {self.pickup.number} 次待交接"
        word = OUTCOMES[self.item.outcome] if self.item.outcome else "已运走"
        return f"第 {self.pickup.number} 次{word}"


def of_claims(session: Session, claims: Sequence[Claim]) -> list[Motorcycle]:
    """The motorcycles of these claims, in their order; a handful of selects however many they are."""
    ids = [claim.id for claim in claims]
    checked, shelves, points = _checked(session, ids), _shelves(session, ids), _points(session, claims)
    given_back = {row.claim_id: row.at for row in session.scalars(select(GivenBack).where(GivenBack.claim_id.in_(ids)))}
    lists, others = _lists(session, ids), _elsewhere(session, ids)
    return [
        Motorcycle(
            claim=claim,
            point=points.get(claim.organisation_id or 0, ""),
            **_said(claim, checked.get(claim.id)),
            shelf=shelves.get(claim.id, ""),
            given_back_at=given_back.get(claim.id),
            item=lists.get(claim.id, (None, None))[0],
            pickup=lists.get(claim.id, (None, None))[1],
            elsewhere=tuple(others.get(claim.id, ())),
        )
        for claim in claims
    ]


def _checked(session: Session, ids: Sequence[int]) -> dict[int, Evaluation]:
    """The evaluation that counts of each claim."""
    newest = (
        select(Evaluation.claim_id, func.max(Evaluation.number).label("number"))
        .where(Evaluation.claim_id.in_(ids))
        .group_by(Evaluation.claim_id)
        .subquery()
    )
    same = (Evaluation.claim_id == newest.c.claim_id) & (Evaluation.number == newest.c.number)
    return {row.claim_id: row for row in session.scalars(select(Evaluation).join(newest, same))}


def _shelves(session: Session, ids: Sequence[int]) -> dict[int, str]:
    marks = select(ShelfMark).where(ShelfMark.claim_id.in_(ids)).order_by(ShelfMark.id)
    return {mark.claim_id: mark.number for mark in session.scalars(marks)}


def _points(session: Session, claims: Sequence[Claim]) -> dict[int, str]:
    ids = {claim.organisation_id for claim in claims}
    return {row.id: row.name for row in session.scalars(select(Organisation).where(Organisation.id.in_(ids)))}


def _lists(session: Session, ids: Sequence[int]) -> dict[int, tuple[PickupItem, Pickup]]:
    live = (PickupItem.claim_id.in_(ids), PickupItem.released_at.is_(None))
    found = select(PickupItem, Pickup).join(Pickup, PickupItem.pickup_id == Pickup.id).where(*live)
    return {item.claim_id: (item, pickup) for item, pickup in session.execute(found)}


def _elsewhere(session: Session, ids: Sequence[int]) -> dict[int, list[str]]:
    """The other points at which a motorcycle of the same frame number was handed in, by claim id (一车一券)."""
    mine, theirs = aliased(ClaimKey), aliased(ClaimKey)
    own, other = aliased(Claim), aliased(Claim)
    found = (
        select(mine.claim_id, Organisation.name)
        .join(theirs, (theirs.kind == "vin") & (theirs.token == mine.token) & (theirs.claim_id != mine.claim_id))
        .join(own, own.id == mine.claim_id)
        .join(other, other.id == theirs.claim_id)
        .join(Organisation, Organisation.id == other.organisation_id)
        .where(mine.claim_id.in_(ids), mine.kind == "vin", mine.dropped_at.is_(None), theirs.dropped_at.is_(None))
        .where(other.submitter_role == "point", other.state.in_(LIVE), other.organisation_id != own.organisation_id)
        .order_by(Organisation.name)
        .distinct()
    )
    others: dict[int, list[str]] = {}
    for claim_id, name in session.execute(found):
        others.setdefault(claim_id, []).append(name)
    return others


def _said(claim: Claim, checked: Evaluation | None) -> dict[str, str]:
    """What the facts that were checked last say of the motorcycle."""
    given: Mapping[str, Any] = checked.facts if checked else {}
    applicant, declared, papers = given.get("applicant", {}), given.get("declared", {}), given.get("papers", [])
    scheme = collection.load(claim.scheme_code)
    submitted = local_date(claim.submitted_at).isoformat() if claim.submitted_at else ""
    return {
        "received_on": declared.get("handed_in_on", submitted),
        "owner": applicant.get("name", ""),
        "id_number": applicant.get("id_number", ""),
        **{name: _on_paper(papers, name) for name in ("vin", "engine_number", "plate")},
        "case": scheme.case_of({paper["kind"] for paper in papers}) if scheme else "",
        **_age(claim, checked),
    }


def _on_paper(papers: Sequence[Mapping[str, Any]], name: str) -> str:
    return next((str(paper["fields"][name]) for paper in papers if paper["fields"].get(name)), "")


def _age(claim: Claim, checked: Evaluation | None) -> dict[str, str]:
    """Day of manufacture and band (四(三)), as the award was worked out."""
    findings = checked.result["findings"] if checked else ()
    award = next((finding for finding in findings if finding["check"] == "award"), None)
    values = award["values"] if award else {}
    return {"made_on": str(values.get("made_on", "")), "band": _band(claim, award) if award else ""}


def _band(claim: Claim, award: Mapping[str, Any]) -> str:
    rules = schemes.load(claim.scheme_code, claim.scheme_version).programmes[claim.programme].award
    years = award["values"].get("years")
    if not isinstance(rules, AgeAward) or not award["values"]:
        return ""
    if years is None:
        return "达到报废年限"
    return next(band.shown for band in rules.bands if band.below is None or int(years) < band.below)
