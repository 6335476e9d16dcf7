"""The claims so far as a forecast counts them: by day in Shanghai, by state, by pool."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from reviewapp.models import Decision
from reviewapp.policy.forecast import Ask
from reviewapp.policy.values import CHINA
from reviewapp.queries import forecast
from tests import factories
from tests.factories import NOW
from tests.support.both import both_databases

CODE = "xiangning-2023"


@both_databases
def test_claims_are_counted_by_day_amount_and_end(session: Session) -> None:
    late = datetime(2024, 1, 9, 23, 59, tzinfo=CHINA)  # the 9th in Shanghai, whatever the database keeps
    factories.claim(session, "paid", now=late, amount_fen=200_000)
    for state in ("draft", "submitted", "rejected", "withdrawn"):
        factories.claim(session, state)
    past = forecast.past(session, CODE, NOW + timedelta(days=1))
    car = past.programmes["car"]
    assert car.arrivals[date(2024, 1, 9)] == 1
    assert sum(car.arrivals.values()) == sum(car.awards.values())
    assert car.awards[200_000] == 1
    assert (car.approved, car.ended) == (1, 3)
    assert past.now.utcoffset() == timedelta(hours=8)


@both_databases
def test_days_to_the_decision(session: Session) -> None:
    claim = factories.claim(session, "rejected")
    seen = factories.evaluation(session, claim)
    for action, days in (("return", 1), ("reject", 4)):
        decision = Decision(
            claim_id=claim.id, fence=days, action=action, reviewer_id=factories.user(session, "reviewer").id,
            evaluation_id=seen.id, at=NOW + timedelta(days=days), reason="理由", clause="三",
            deadline=NOW if action == "return" else None,
        )  # fmt: skip
        session.add(decision)
    session.flush()
    assert forecast.past(session, CODE, NOW).programmes["car"].delays == {4: 1}


def test_who_waits_and_who_holds_money(session: Session) -> None:
    pool = factories.pool(session, 1_000_000)
    for state, amount in (("waitlist", 300_000), ("submitted", 100_000), ("returned", 200_000), ("waitlist", 400_000)):
        factories.claim(session, state, pool=pool, amount_fen=amount)
    now = forecast.past(session, CODE, NOW).pools["car"]
    assert now.available_fen == 700_000
    assert now.waiting == (Ask("car", 300_000), Ask("car", 400_000))
    assert now.undecided == (Ask("car", 100_000), Ask("car", 200_000))


def test_without_claims_and_pools_nothing_is_known(session: Session) -> None:
    past = forecast.past(session, CODE, NOW)
    assert (past.pools, past.programmes) == ({}, {})
