"""Figures of a scheme: days as China counts them, ages, outcomes, minutes, and what readings got wrong."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from reviewapp.models import Claim, Decision, Event, Pool
from reviewapp.policy.values import CHINA
from reviewapp.queries import figures
from reviewapp.queries.figures import Part, Period
from tests import factories
from tests.factories import NOW
from tests.factories.papers import fact, paper
from tests.support.both import both_databases

CODE = "yangcheng-2023"
PERIOD = Period(date(2024, 1, 8), date(2024, 1, 10))


def _pool(session: Session) -> Pool:
    return factories.pool(session, 10**9, scheme_code=CODE)


def _decided(session: Session, claim: Claim, action: str, at: datetime, seconds: int, **more: object) -> None:
    reviewer = factories.user(session, "reviewer")
    taken = at - timedelta(seconds=seconds)
    session.add(
        Event(
            claim_id=claim.id,
            at=taken,
            actor_id=reviewer.id,
            actor_role="reviewer",
            action="take",
            from_state="submitted",
            to_state="in_review",
        )
    )
    seen = factories.evaluation(session, claim)
    session.add(
        Decision(
            claim_id=claim.id, fence=1, action=action, reviewer_id=reviewer.id, evaluation_id=seen.id, at=at, **more
        )
    )
    session.flush()


def _counts(parts: tuple[Part, ...]) -> dict[str, int]:
    return {one.name: one.count for one in parts if one.count}


@both_databases
def test_a_day_begins_at_midnight_in_china(session: Session) -> None:
    pool = _pool(session)
    midnight = datetime(2024, 1, 9, 0, 0, tzinfo=CHINA)
    for at in (midnight - timedelta(seconds=1), midnight, midnight + timedelta(hours=23, minutes=59)):
        factories.claim(session, "submitted", pool=pool, now=at)
    factories.claim(session, "submitted", pool=factories.pool(session), now=midnight)
    told = figures.figures(session, CODE, PERIOD, NOW)

    assert [(str(one.day), one.incoming) for one in told.days] == [
        ("2024-01-08", 1), ("2024-01-09", 2), ("2024-01-10", 0),
    ]  # fmt: skip
    assert (told.incoming_total, told.waiting_total) == (3, 3)
    assert _counts(told.ages) == {"1 天以内": 2, "2—3 天": 1}
    assert _counts(told.waiting) == {"已提交": 3}


@both_databases
def test_outcomes_minutes_and_reasons(session: Session) -> None:
    pool = _pool(session)
    items = [{"paper": "pos_slip", "label": "POS签购单"}, {"paper": "id_card"}]
    returned = {"deadline": NOW, "items": items, "reason": "金额看不清"}
    for state, action, seconds, more in (
        ("approved", "approve", 20, {"award_fen": 1}),
        ("approved", "approve", 50, {"award_fen": 1}),
        ("approved", "approve", 400, {"award_fen": 1}),
        ("returned", "return", 90, returned),
        ("rejected", "reject", 30, {"clause": "四"}),
    ):
        _decided(session, factories.claim(session, state, pool=pool), action, NOW, seconds, **more)
    old = factories.claim(session, "approved", pool=pool)
    _decided(session, old, "approve", NOW - timedelta(days=9), 5, award_fen=1)
    told = figures.figures(session, CODE, PERIOD, NOW)

    assert _counts(told.decided) == {"审核通过": 3, "退回补正": 1, "审核不通过": 1}
    assert told.decided_total == told.days[-1].decided == 5
    assert _counts(told.returned) == {"POS签购单": 1, "居民身份证": 1}
    assert _counts(told.reasons) == {"金额看不清": 1}
    assert _counts(told.minutes) == {"半分钟以内": 2, "半—1 分钟": 1, "1—2 分钟": 1, "5—10 分钟": 1}
    approved = told.paces[0]
    assert (approved.name, approved.count, round(approved.median * 60), round(approved.ninth * 60)) == (
        "审核通过", 3, 50, 50,
    )  # fmt: skip


@both_databases
def test_corrections_are_counted_by_field(session: Session) -> None:
    pool = _pool(session)
    reviewer = factories.user(session, "reviewer")
    for left in ("100.00", "101.00", "102.00"):
        claim = factories.claim(session, "submitted", pool=pool)
        slip = paper(session, claim, "pos_slip", {"amount": "100.00", "bank": "样例银行"}, doubtful=("amount",))
        fact(session, claim, "paper", "amount", left, paper=slip, by=reviewer)
    fact(session, claim, "paper", "bank", "测试银行", paper=slip, by=reviewer)
    amount, bank = figures.figures(session, CODE, PERIOD, NOW).fields

    assert (amount.field, amount.counted.corrected, amount.counted.confirmed, amount.wrong_rate) == (
        "amount",
        2,
        1,
        2 / 3,
    )
    assert (bank.field, bank.counted.silent, bank.wrong_rate) == ("bank", 1, 1.0)


def test_nothing_is_figures_too(session: Session) -> None:
    told = figures.figures(session, CODE, PERIOD, NOW)

    assert (told.incoming_total, told.decided_total, told.waiting_total, told.paces, told.fields) == (0, 0, 0, (), ())
