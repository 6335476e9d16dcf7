"""What is planted is what the documents make of it: every plan, its papers read perfectly, checked by the policy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from reviewapp import schemes
from reviewapp.bank.sandbox.faults import PLANTED
from reviewapp.demo import run, scenario
from reviewapp.demo.scenario_model import Plan
from reviewapp.demo.scenario_papers import county_of
from reviewapp.policy import Result, evaluate
from reviewapp.policy.identifiers import card_ok
from reviewapp.specimens import people
from reviewapp.specimens.purchases import COUNTIES

PLANS = (*scenario.played(), *scenario.standing())
_SUBMITTED = {
    "xiangning": run.NOVEMBER,
    "waiting_xiangning": run.NOVEMBER_QUEUE,
    "yangcheng": run.JANUARY,
    "yangcheng_late": run.LATE_JANUARY,
    "waiting_yangcheng": run.LATE_JANUARY,
    "overdue": run.OVERDUE,
    "half_filled": run.END,
}


def _facts(plan: Plan, *, whole: bool = True) -> dict[str, Any]:
    """The facts of the claim when it is put in; without `whole`, only what was handed in at first."""
    bought = plan.purchase
    files = plan.all_files if whole and not plan.swaps else plan.files
    return {
        "programme": "car",
        "submitted_at": _SUBMITTED[plan.act].isoformat(),
        "submitter": {"role": plan.by},
        "applicant": {"name": bought.buyer.name, "id_number": bought.buyer.id_number, "phone": bought.buyer.phone},
        "account": {"holder": bought.buyer.name, "card_number": bought.card.number, "kind": "debit"},
        "declared": {"energy": bought.vehicle.energy, "vehicle_class": plan.vehicle_class},
        "papers": [{"kind": file.kind, "fields": dict(file.values)} for file in files],
        "context": {"listed_sellers": _listed(plan), "excluded": [], "prior_claims": _prior(plan)},
    }


def _listed(plan: Plan) -> list[str]:
    return [people.dealer(number, COUNTIES[county_of(plan.scheme)]).name for number in (0, 1)]


def _prior(plan: Plan) -> list[dict[str, str]]:
    """Earlier plans on the same car."""
    vin = plan.purchase.vehicle.vin
    earlier = PLANS[: PLANS.index(plan)]
    return [{"programme": "car", "vin": vin} for other in earlier if other.purchase.vehicle.vin == vin]


def _result(plan: Plan, *, whole: bool = True) -> Result:
    return evaluate(schemes.load(plan.scheme), _facts(plan, whole=whole))


def _with(result: Result, outcome: str) -> set[str]:
    return {finding.check for finding in result.findings if finding.outcome == outcome}


@pytest.mark.parametrize("plan", [plan for plan in PLANS if plan.expected.state != "draft"], ids=lambda plan: plan.id)
def test_the_document_finds_what_is_planted(plan: Plan) -> None:
    result = _result(plan)

    assert _with(result, "fail") == plan.expected.failing
    assert _with(result, "unsure") == plan.expected.unsure
    assert result.special_review == plan.expected.special
    assert result.missing == ()


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.id)
def test_awards_and_reservations_are_the_documents(plan: Plan) -> None:
    wanted = plan.expected.award or plan.expected.reserved
    if wanted:
        assert _result(plan).award_fen == wanted * 100


def test_what_is_refused_at_first_lacks_a_paper_or_an_award() -> None:
    refused = {plan.id: plan for plan in PLANS if plan.expected.refusal}

    assert _result(refused["X4"], whole=False).missing == ("pos_slip",)
    assert _result(refused["Y6"]).award_fen is None
    assert set(refused) == {"X4", "Y6"}


def test_a_mended_claim_has_nothing_failing() -> None:
    (mended,) = [plan for plan in PLANS if plan.swaps]
    facts = _facts(mended)
    kept = [paper for paper in facts["papers"] if paper["kind"] not in mended.swaps]
    later: list[Mapping[str, Any]] = [{"kind": file.kind, "fields": dict(file.values)} for file in mended.later]

    result = evaluate(schemes.load(mended.scheme), {**facts, "papers": [*kept, *later]})

    assert not _with(result, "fail")


def test_a_rejection_names_the_clause_of_what_fails() -> None:
    for plan in PLANS:
        if plan.expected.clause:
            clauses = {finding.clause for finding in _result(plan).findings if finding.outcome == "fail"}
            assert clauses == {plan.expected.clause}


def test_cards_that_fail_are_the_ones_the_sandbox_bank_refuses() -> None:
    for plan in PLANS:
        refused = plan.purchase.card.number[-4:] in PLANTED
        assert refused == ("failed" in plan.expected.payouts)
        assert card_ok(plan.purchase.card.number)
        assert plan.new_card is None or (card_ok(plan.new_card.number) and plan.new_card.number[-4:] not in PLANTED)


def test_fifteen_are_played_and_ten_wait_at_the_desk() -> None:
    assert len(scenario.played()) == 15
    waiting = [plan for plan in scenario.standing() if plan.expected.state == "submitted"]
    assert len(waiting) == 10
    assert {plan.scheme for plan in waiting} == {"xiangning-2023", "yangcheng-2023"}
    assert any(plan.expected.failing for plan in waiting)
    others = Counter(plan.expected.state for plan in scenario.standing()) - Counter(submitted=10)
    assert set(others) == {"draft", "returned", "failed", "payable"}


def test_nobody_and_no_file_comes_twice() -> None:
    for what in ("id_number", "phone", "name"):
        seen = [getattr(plan.purchase.buyer, what) for plan in (*PLANS,)] + [getattr(scenario.VISITOR.buyer, what)]
        assert len(set(seen)) == len(seen)
    names = [file.name for plan in PLANS for file in plan.all_files]
    assert len(set(names)) == len(names)
    assert len({plan.id for plan in PLANS}) == len(PLANS)
    vins = Counter(plan.purchase.vehicle.vin for plan in PLANS)
    assert sorted(vins.values())[-2:] == [1, 2]


def test_only_who_may_submits() -> None:
    for plan in PLANS:
        assert plan.by in schemes.load(plan.scheme).programmes["car"].submitters


def test_the_visitors_papers_are_good_on_the_day_the_demonstration_ends() -> None:
    papers = [{"kind": file.kind, "fields": dict(file.values)} for file in scenario.for_the_visitor()]
    plan = next(plan for plan in PLANS if plan.id == "Y2")
    buyer = scenario.VISITOR.buyer
    facts = _facts(plan) | {
        "submitted_at": run.END.isoformat(),
        "applicant": {"name": buyer.name, "id_number": buyer.id_number, "phone": buyer.phone},
        "account": {"holder": buyer.name, "card_number": scenario.VISITOR.card.number, "kind": "debit"},
        "papers": papers,
    }

    result = evaluate(schemes.load("yangcheng-2023"), facts)

    assert not _with(result, "fail")
    assert result.award_fen == 200_000
