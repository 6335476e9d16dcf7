"""Audit samples with their work list, and the report: what was found, and the figures that 十(三) names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from reviewapp import schemes
from reviewapp.models import UNDONE, AuditItem, AuditSample, Claim, Decision, Demand, Evaluation
from reviewapp.models.audit_sample import CONCLUSIONS, TOPICS
from reviewapp.policy.money import fen_from_yuan
from reviewapp.policy.values import CHINA
from reviewapp.policy.workflow import PAID_OUT
from reviewapp.services import samples

_INVOICES = ("vehicle_invoice", "used_vehicle_invoice", "product_invoice")


@dataclass(frozen=True, slots=True)
class SampleRow:
    """A sample with how many records it has and how many are concluded."""

    sample: AuditSample
    scheme_title: str
    drawn: int
    concluded: int


@dataclass(frozen=True, slots=True)
class StratumRow:
    """One stratum: how many there are, drawn, looked at, and found flawed or wrong."""

    stratum: str
    population: int
    drawn: int
    concluded: int
    flawed: int
    wrong: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Of all decided claims of the scheme until the day: how many were put in, approved, paid; amounts in fen; returned
    purchases; and of the sample, purchases beside awards (直接带动比).
    """

    submitted: int
    approved: int
    approved_fen: int
    paid: int
    paid_fen: int
    demands: int
    demanded_fen: int
    received_fen: int
    sampled_purchases_fen: int
    sampled_awards_fen: int

    @property
    def leverage(self) -> Decimal | None:
        """Yuan spent for a yuan of subsidy in the sample; None without awards."""
        if not self.sampled_awards_fen:
            return None
        return (Decimal(self.sampled_purchases_fen) / self.sampled_awards_fen).quantize(Decimal("0.01"))


@dataclass(frozen=True, slots=True)
class Finding:
    """A record in which something was found."""

    public_id: str
    number: str
    stratum: str
    conclusion: str
    topic: str
    note: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Report:
    """The report of a sample; `topics` counts findings by what they are about, `same_again` says that it can be drawn
    again.
    """

    sample: AuditSample
    scheme_title: str
    document_number: str
    strata: tuple[StratumRow, ...]
    topics: tuple[tuple[str, int], ...]
    findings: tuple[Finding, ...]
    figures: Figures
    drawn: int
    concluded: int
    same_again: bool


def listed(session: Session) -> list[SampleRow]:
    """All samples, newest first."""
    counts = (
        select(AuditItem.sample_id, func.count().label("drawn"), func.count(AuditItem.conclusion).label("concluded"))
        .group_by(AuditItem.sample_id)
        .subquery()
    )
    rows = session.execute(
        select(AuditSample, counts.c.drawn, counts.c.concluded)
        .join(counts, counts.c.sample_id == AuditSample.id)
        .order_by(AuditSample.id.desc())
        .options(joinedload(AuditSample.drawn_by))
    )
    return [SampleRow(sample, schemes.load(sample.scheme_code).title, *numbers) for sample, *numbers in rows]


def items_of(session: Session, sample: AuditSample) -> Sequence[AuditItem]:
    """The records of a sample: those still to be looked at first, then by stratum and ticket."""
    found = select(AuditItem).join(Claim, AuditItem.claim_id == Claim.id).where(AuditItem.sample_id == sample.id)
    ordered = found.order_by(AuditItem.conclusion.is_not(None), AuditItem.stratum, Claim.pool_id, Claim.ticket)
    return session.scalars(ordered.options(joinedload(AuditItem.claim), joinedload(AuditItem.concluded_by))).all()


def report(session: Session, sample: AuditSample) -> Report:
    """The report as things stand."""
    scheme, items = schemes.load(sample.scheme_code), items_of(session, sample)
    found = [item for item in items if item.conclusion in ("flawed", "wrong")]
    topics = Counter(item.topic for item in found)
    return Report(
        sample=sample,
        scheme_title=scheme.title,
        document_number=scheme.document_number,
        strata=_strata(session, sample, items),
        topics=tuple((label, topics[name]) for name, label in TOPICS.items() if topics[name]),
        findings=tuple(_finding(item) for item in found),
        figures=_figures(session, sample, items),
        drawn=len(items),
        concluded=sum(item.conclusion is not None for item in items),
        same_again=samples.drawn_again(session, sample),
    )


def _strata(session: Session, sample: AuditSample, items: Iterable[AuditItem]) -> tuple[StratumRow, ...]:
    population = Counter(samples.strata(session, sample.scheme_code, sample.until).values())
    by_stratum: dict[str, list[AuditItem]] = {}
    for item in items:
        by_stratum.setdefault(item.stratum, []).append(item)
    return tuple(
        StratumRow(stratum, number, len(drawn), *_counted(drawn))
        for stratum, number in sorted(population.items())
        for drawn in (by_stratum.get(stratum, []),)
    )


def _counted(items: Sequence[AuditItem]) -> tuple[int, int, int]:
    said = Counter(item.conclusion for item in items if item.conclusion is not None)
    return sum(said.values()), said["flawed"], said["wrong"]


def _finding(item: AuditItem) -> Finding:
    return Finding(
        public_id=item.claim.public_id, number=item.claim.number or "", stratum=item.stratum,
        conclusion=CONCLUSIONS[item.conclusion or "flawed"], topic=TOPICS[item.topic or "other"],
        note=item.note or "", by=item.concluded_by.name if item.concluded_by else "",
        at=item.concluded_at or item.sample.drawn_at,
    )  # fmt: skip


def _figures(session: Session, sample: AuditSample, items: Sequence[AuditItem]) -> Figures:
    end = datetime.combine(sample.until + timedelta(days=1), time.min, CHINA)
    of_scheme = (Claim.scheme_code == sample.scheme_code, Claim.submitted_at < end)
    approved = (*of_scheme, Claim.approved_at < end)
    money = func.coalesce(func.sum(Claim.award_fen), 0)
    demanded = (
        select(
            func.count(), func.coalesce(func.sum(Demand.amount_fen), 0), func.coalesce(func.sum(Demand.received_fen), 0)
        )
        .join(Claim, Demand.claim_id == Claim.id)
        .where(*of_scheme, Demand.state.in_(("open", "settled")))
    )
    return Figures(
        session.scalar(select(func.count()).select_from(Claim).where(*of_scheme)) or 0,
        *map(int, session.execute(select(func.count(), money).where(*approved)).one()),
        *map(int, session.execute(select(func.count(), money).where(*approved, Claim.state.in_(PAID_OUT))).one()),
        *map(int, session.execute(demanded).one()),
        *_driven(session, [item.claim_id for item in items]),
    )


def _driven(session: Session, claim_ids: Sequence[int]) -> tuple[int, int]:
    """What the invoices of the approved claims come to, and their awards, in fen, as the approvals saw them."""
    rows = session.execute(
        select(Decision.award_fen, Evaluation.facts)
        .join(Evaluation, Decision.evaluation_id == Evaluation.id)
        .where(Decision.claim_id.in_(claim_ids), Decision.action == "approve", Decision.id.not_in(UNDONE))
    ).all()
    return sum(_bought(facts) for _, facts in rows), sum(award or 0 for award, _ in rows)


def _bought(facts: dict[str, Any]) -> int:
    totals = [
        paper.get("fields", {}).get("total") for paper in facts.get("papers", []) if paper.get("kind") in _INVOICES
    ]
    return sum(fen_from_yuan(str(total)) for total in totals if total)
