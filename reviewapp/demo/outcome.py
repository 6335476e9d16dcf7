"""What the database says came of each claim, and where that differs from what was planted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reviewapp.demo.scenario_model import Expected, Plan
from reviewapp.models import Claim, Decision, Evaluation, Event, Page, Payout, Pool, Reading, Upload, User
from reviewapp.policy import money
from reviewapp.queries.corrections import Corrections, corrections

_NOTHING: Mapping[str, list[str]] = {"fail": [], "unsure": []}


@dataclass(frozen=True)
class Found:
    """One claim as it stands: `failing` and `unsure` are the sentences of the first evaluation's findings."""

    plan: Plan
    state: str
    award: int | None
    ticket: int | None
    failing: tuple[str, ...]
    unsure: tuple[str, ...]
    read: Corrections
    seconds: float
    differences: tuple[str, ...]


@dataclass(frozen=True)
class _Facts:
    """The rows an expectation is compared with."""

    claim: Claim
    first: Mapping[str, list[str]]
    decisions: list[Decision]
    payouts: list[Payout]
    read: Corrections
    refusal: str | None


def found(session: Session, plan: Plan, claim_id: int, refusal: str | None) -> Found:
    """Compare one claim with its plan. `refusal` is the only thing the database does not keep."""
    claim = session.get_one(Claim, claim_id)
    evaluation = session.scalars(
        select(Evaluation).where(Evaluation.claim_id == claim_id, Evaluation.number == 1)
    ).first()
    rows = _Facts(
        claim,
        _checks(evaluation),
        list(session.scalars(select(Decision).where(Decision.claim_id == claim_id).order_by(Decision.id))),
        list(session.scalars(select(Payout).where(Payout.claim_id == claim_id).order_by(Payout.id))),
        corrections(session, claim_id),
        refusal,
    )
    return Found(
        plan=plan,
        state=claim.state,
        award=claim.award_fen,
        ticket=claim.ticket,
        failing=_sentences(evaluation, "fail"),
        unsure=_sentences(evaluation, "unsure"),
        read=rows.read,
        seconds=_seconds(session, claim_id),
        differences=tuple(_differences(session, plan.expected, rows)),
    )


def _checks(evaluation: Evaluation | None) -> Mapping[str, list[str]]:
    if evaluation is None:
        return _NOTHING
    findings = evaluation.result["findings"]
    return {name: [one["check"] for one in findings if one["outcome"] == name] for name in _NOTHING}


def _sentences(evaluation: Evaluation | None, outcome: str) -> tuple[str, ...]:
    findings = evaluation.result["findings"] if evaluation else []
    return tuple(one["message"] for one in findings if one["outcome"] == outcome)


def _seconds(session: Session, claim_id: int) -> float:
    """How long the engines read the claim's pages."""
    spent = select(func.sum(Reading.seconds)).join(Page).join(Upload).where(Upload.claim_id == claim_id)
    return session.scalar(spent) or 0.0


def _differences(session: Session, expected: Expected, rows: _Facts) -> Iterator[str]:
    claim = rows.claim
    clause = next((decision.clause for decision in rows.decisions if decision.clause), None)
    compared = (
        ("状态", expected.state, claim.state),
        ("补贴金额", _fen(expected.award), claim.award_fen),
        ("占用额度", expected.reserved * 100, claim.reserved_fen),
        ("不符合", sorted(expected.failing), sorted(rows.first["fail"])),
        ("需核实", sorted(expected.unsure), sorted(rows.first["unsure"])),
        ("审核决定", list(expected.decisions), [decision.action for decision in rows.decisions]),
        ("依据条款", expected.clause, clause),
        ("发放", list(expected.payouts), [payout.state for payout in rows.payouts]),
        ("提交时被拒", expected.refusal, rows.refusal),
        ("专项审核", expected.special, claim.special),
    )
    for what, planned, is_now in compared:
        if planned != is_now:
            yield f"{what}：应为 {planned}，实为 {is_now}"
    if expected.doubts and not rows.read.confirmed + rows.read.corrected:
        yield "没有存疑的读数可供核对"
    if expected.special and any(_role(session, decision) != "lead" for decision in rows.decisions):
        yield "专项审核不是由复核决定的"


def _fen(yuan: int | None) -> int | None:
    return None if yuan is None else yuan * 100


def _role(session: Session, decision: Decision) -> str:
    return session.get_one(User, decision.reviewer_id).role


def wrong_balances(session: Session, plans: Iterable[Plan]) -> list[str]:
    """Where a pool's money is not what the plans add up to."""
    wanted: dict[str, dict[str, int]] = {}
    for plan in plans:
        sums = wanted.setdefault(plan.scheme, {"paid": 0, "committed": 0, "reserved": 0})
        sums["reserved"] += plan.expected.reserved * 100
        if plan.expected.award is not None:
            sums["paid" if plan.expected.state == "paid" else "committed"] += plan.expected.award * 100
    return [line for scheme, sums in wanted.items() for line in _wrong_pool(session, scheme, sums)]


def _wrong_pool(session: Session, scheme: str, sums: Mapping[str, int]) -> Iterator[str]:
    pool = session.scalars(select(Pool).where(Pool.scheme_code == scheme, Pool.code == "car")).one()
    for column, fen in sums.items():
        if getattr(pool, column) != fen:
            now, planned = (money.yuan_from_fen(amount) for amount in (getattr(pool, column), fen))
            yield f"资金池 {scheme}/car 的 {column}：应为 {planned} 元，实为 {now} 元"


def out_of_order(session: Session) -> list[str]:
    """Pools in which tickets do not follow the order of submission, or a ticket was given twice."""
    submitted = select(Event.claim_id).where(Event.action == "submit").order_by(Event.id)
    tickets: dict[int, list[int]] = {}
    for claim_id in session.scalars(submitted):
        claim = session.get_one(Claim, claim_id)
        tickets.setdefault(claim.pool_id, []).append(claim.ticket or 0)
    return [
        f"资金池 {pool_id} 的排队号与提交先后不一致：{numbers}"
        for pool_id, numbers in tickets.items()
        if numbers != list(range(1, len(numbers) + 1))
    ]
