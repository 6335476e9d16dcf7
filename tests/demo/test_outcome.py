"""The demonstration's own judgement: it notices what did not come out as planted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.orm import Session

from reviewapp.demo import outcome, scenario
from reviewapp.demo.scenario_model import Expected, Plan
from reviewapp.models import Claim, Event, Fact
from reviewapp.queries.corrections import Corrections, corrections
from tests import factories
from tests.factories import NOW

PLAN = next(plan for plan in scenario.played() if plan.id == "Y2")


def _planned(**expected: Any) -> Plan:
    return replace(PLAN, expected=Expected(**expected))


def _submitted(session: Session, state: str = "submitted") -> Claim:
    pool = factories.pool(session, scheme_code="yangcheng-2023")
    claim = factories.claim(session, state, pool=pool, amount_fen=200_000)
    factories.evaluation(session, claim)
    return claim


def test_a_claim_as_planned_has_no_differences(session: Session) -> None:
    claim = _submitted(session)

    found = outcome.found(session, _planned(state="submitted", reserved=2000), claim.id, None)

    assert found.differences == ()
    assert (found.state, found.ticket) == ("submitted", claim.ticket)


@pytest.mark.parametrize(
    ("expected", "said"),
    [
        ({"state": "paid"}, "状态"),
        ({"reserved": 3000}, "占用额度"),
        ({"award": 2000}, "补贴金额"),
        ({"failing": frozenset({"card_payment"})}, "不符合"),
        ({"unsure": frozenset({"emission"})}, "需核实"),
        ({"decisions": ("approve",)}, "审核决定"),
        ({"clause": "七(二)"}, "依据条款"),
        ({"payouts": ("paid",)}, "发放"),
        ({"refusal": "incomplete"}, "提交时被拒"),
        ({"special": True}, "专项审核"),
        ({"doubts": True}, "没有存疑的读数"),
    ],
)
def test_every_difference_is_named(session: Session, expected: dict[str, Any], said: str) -> None:
    claim = _submitted(session)

    found = outcome.found(session, _planned(**({"state": "submitted", "reserved": 2000} | expected)), claim.id, None)

    assert len(found.differences) == 1
    assert found.differences[0].startswith(said)


def test_pools_are_compared_with_the_sum_of_the_plans(session: Session) -> None:
    _submitted(session)
    _submitted(session, "paid")
    plans = [_planned(state="submitted", reserved=2000), _planned(state="paid", award=2000)]

    assert outcome.wrong_balances(session, plans) == []
    (paid, reserved) = outcome.wrong_balances(session, [_planned(state="paid", award=4000)])
    assert "paid：应为 4000.00 元，实为 2000.00 元" in paid
    assert "reserved：应为 0.00 元，实为 2000.00 元" in reserved


def test_tickets_out_of_the_order_of_submission_are_seen(session: Session) -> None:
    first, second = _submitted(session), _submitted(session)
    for claim in (second, first):
        session.add(
            Event(
                claim_id=claim.id,
                at=NOW,
                actor_role="claimant",
                action="submit",
                from_state="draft",
                to_state="submitted",
            )
        )
    session.flush()

    (line,) = outcome.out_of_order(session)

    assert "[2, 1]" in line


def test_what_a_person_did_about_readings_is_counted(session: Session) -> None:
    claim = factories.claim(session)
    paper = factories.add_paper(session, claim, "vehicle_invoice", {"seller_name": "测试汽贸"})
    for field, doubtful, value, said in (
        ("total", True, "128000.00", "128000.00"),
        ("vin", True, "LTS1", "LTS2"),
        ("buyer_name", False, "测试申", "测试甲"),
        ("brand_model", False, "测试牌", None),
    ):
        _fact(session, claim, paper.id, field, value, doubtful=doubtful)
        if said is not None:
            _fact(session, claim, paper.id, field, said, by=claim.entered_by_id)

    assert corrections(session, claim.id) == Corrections(read=4, confirmed=1, corrected=1, silent=1, entered=1)
    assert corrections(session, claim.id) + Corrections(read=1) == Corrections(5, 1, 1, 1, 1)


def _fact(
    session: Session,
    claim: Claim,
    paper_id: int,
    field: str,
    value: str,
    *,
    doubtful: bool = False,
    by: int | None = None,
) -> None:
    session.add(
        Fact(
            claim_id=claim.id, section="paper", paper_id=paper_id, field=field, value=value,
            source="person" if by else "reading", doubtful=doubtful, by_id=by, at=NOW,
        )
    )  # fmt: skip
    session.flush()
