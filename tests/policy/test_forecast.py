"""The model against processes whose end is known, its rules, and what holds for every seed."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewapp.policy import Scheme
from reviewapp.policy.forecast import Ask, Forecast, Run, play, summarise
from reviewapp.policy.forecast_plan import Past, PoolNow, ProgrammePast, make_plan
from reviewapp.policy.scenario import Arrivals, Decisions, Scenario, TopUp
from reviewapp.policy.values import CHINA
from tests.policy.sample import sample

SCHEME = sample()  # car: submissions 2030-02-01 to 2030-02-28, pool of 100 000 yuan
NOW = datetime(2030, 2, 4, tzinfo=CHINA)  # a Monday, at midnight
FIRST, LAST = date(2030, 2, 4), date(2030, 2, 28)


def forecast(
    scenario: Scenario, past: Past | None = None, *, runs: int = 1, seed: int = 1, scheme: Scheme = SCHEME
) -> Forecast:
    plan = make_plan(scheme, past or known(), scenario)
    return summarise(plan, play(plan, runs, seed, random.Random), seed)


def known(available: int = 1_000_000, now: datetime = NOW, **programme: Any) -> Past:
    """A pool with that many fen; keywords say what is known of its programme."""
    present = {name: programme.pop(name) for name in ("waiting", "undecided") if name in programme}
    return Past(now, {"car": PoolNow(available, **present)}, {"car": ProgrammePast(**programme)} if programme else {})


def even(per_day: float, award: int = 10_000, **more: Any) -> Scenario:
    """So many claims a day, all alike, without chance."""
    arrivals = (Arrivals("car", FIRST, LAST, per_day=per_day),)
    return Scenario(spread="even", arrivals=arrivals, awards={"car": {award: 1}}, **more)


def dry_day(result: Forecast) -> date | None:
    (pool,) = result.pools
    return None if pool.dry.median is None else result.day(pool.dry.median)


# A process that is known to the day


@pytest.mark.parametrize(
    ("available", "per_day", "day"),
    [
        (1_000_000, 4, date(2030, 3, 1)),  # 100 claims: 25 days of 4 use them up exactly, nobody waits
        (1_000_000, 5, date(2030, 2, 24)),  # 20 days of 5; the first of day 21 waits
        (1_000_000, 100, date(2030, 2, 5)),  # one day's claims use it up, the next day's first waits
        (1_000_000, 101, date(2030, 2, 4)),
        (0, 1, date(2030, 2, 4)),
        (995_000, 10, date(2030, 2, 13)),  # 99 and a half claims: the last of day 10 waits
        (100_000, 2.5, date(2030, 2, 8)),  # 2, 3, 2, 3: ten in four days
    ],
)
def test_even_claims_run_dry_on_the_very_day(available: int, per_day: float, day: date) -> None:
    expected = None if day > LAST else day
    assert dry_day(forecast(even(per_day), known(available))) == expected


def test_what_waits_and_what_is_left_are_exact() -> None:
    (pool,) = forecast(even(7, award=15_000), known(1_000_000)).pools
    # 66 of 175 claims get 150.00 each; 100.00 is left and fits nobody.
    assert pool.unspent == (10_000,) * 3
    assert pool.waiting_end == (175 - 66,) * 3
    assert pool.waiting_at_dry == (70 - 66,) * 3
    assert [band.median for band in pool.money][:3] == [1_000_000 - 105_000 * n for n in (1, 2, 3)]


def test_random_claims_come_near_the_known_day() -> None:
    scenario = replace(even(5), spread="random")
    result = forecast(scenario, known(500_000), runs=400)
    (pool,) = result.pools
    assert abs((dry_day(result) - date(2030, 2, 14)).days) <= 1
    assert pool.dry.low < pool.dry.median < pool.dry.high


# Rules of the pool


def test_a_waiting_head_stops_everybody_until_money_comes() -> None:
    past = known(5_000, waiting=(Ask("car", 10_000),))
    scenario = even(1, award=1_000, top_ups=(TopUp("car", date(2030, 2, 6), 6_000),))
    (pool,) = forecast(scenario, past).pools
    assert pool.dry == (0, 0, 0)
    # On the third day 11 000 serve the head and one small claim that waited; the others go on waiting.
    assert [band.median for band in pool.money[:4]] == [5_000, 5_000, 0, 0]
    assert pool.waiting_end == (25 - 1,) * 3


def test_a_refused_claim_frees_money_for_the_head_of_the_waitlist() -> None:
    past = known(0, waiting=(Ask("car", 10_000),), undecided=(Ask("car", 10_000),))
    scenario = Scenario(decisions={"car": Decisions(approved=0.0, days=3)})
    (pool,) = forecast(scenario, past).pools
    assert [band.median for band in pool.money] == [0, 0, 0, 0, 0, 0, 10_000]
    assert pool.waiting_end == (0, 0, 0)


def test_approved_claims_free_nothing() -> None:
    past = known(0, waiting=(Ask("car", 10_000),), undecided=(Ask("car", 10_000),))
    (pool,) = forecast(Scenario(decisions={"car": Decisions(approved=1.0, days=3)}), past).pools
    assert (pool.waiting_end.median, pool.unspent.median) == (1, 0)


def test_no_decision_is_made_before_the_review_begins() -> None:
    programme = replace(SCHEME.programmes["car"], review_from=date(2030, 2, 20))
    past = known(0, undecided=(Ask("car", 10_000),))
    decisions = {"car": Decisions(approved=0.0, days=1)}
    (pool,) = forecast(Scenario(decisions=decisions), past, scheme=_with(programme)).pools
    freed = next(number for number, band in enumerate(pool.money) if band.median)
    assert freed == (date(2030, 2, 20) - FIRST).days


def _with(programme: Any) -> Scheme:
    return replace(SCHEME, programmes={"car": programme})


# Rates of the past


def test_the_pasts_rate_goes_on_and_a_multiplier_works_on_it() -> None:
    past = known(1_000_000, arrivals={date(2030, 2, day): 10 for day in (1, 2, 3)}, awards={10_000: 30})
    assert dry_day(forecast(Scenario(spread="even"), past)) == date(2030, 2, 14)
    twice = Scenario(spread="even", arrivals=(Arrivals(None, FIRST, LAST, times=2.0),))
    assert dry_day(forecast(twice, past)) == date(2030, 2, 9)


def test_weekdays_have_rates_of_their_own_that_few_weeks_do_not_exaggerate() -> None:
    """Seven claims on every working day of three weeks, none at week-ends: five a day on average."""
    now = datetime(2030, 2, 22, tzinfo=CHINA)  # after three of each weekday
    days = [date(2030, 2, 1) + timedelta(days=number) for number in range(21)]
    past = known(now=now, arrivals={day: 7 for day in days if day.weekday() < 5}, awards={10_000: 1})
    expected = make_plan(SCHEME, past, Scenario()).pools[0].streams["car"].expected
    working, free = (3 * 7 + 5) / 4, 5 / 4
    assert expected == pytest.approx((working, free, free, working, working, working, working))
    assert sum(expected) == pytest.approx(35)


def test_part_of_today_counts_as_part_of_a_day() -> None:
    now = datetime(2030, 2, 3, 12, tzinfo=CHINA)
    past = known(10_000, now, arrivals={date(2030, 2, 1): 8, date(2030, 2, 2): 8, date(2030, 2, 3): 4}, awards={10: 1})
    plan = make_plan(SCHEME, past, Scenario())
    assert plan.pools[0].streams["car"].expected[:2] == (4, 8)


def test_nothing_comes_while_the_window_is_shut() -> None:
    window = replace(SCHEME.windows["activity"], every=timedelta(days=7), lasts=timedelta(days=2))  # from a Friday
    scheme = _with(replace(SCHEME.programmes["car"], submission=window))
    plan = make_plan(scheme, known(), even(3))
    days = [number for number, expected in enumerate(plan.pools[0].streams["car"].expected) if expected]
    assert [(FIRST + timedelta(days=number)).weekday() for number in days] == [4, 5] * 3


def test_awards_of_the_past_are_drawn_by_their_share() -> None:
    past = known(10**9, arrivals={date(2030, 2, 1): 300}, awards={10_000: 3, 20_000: 1})
    (pool,) = forecast(Scenario(), past, runs=50).pools
    spent = 10**9 - pool.unspent.median
    assert spent == pytest.approx(25 * 100 * 12_500, rel=0.05)


# What is lacking is said


def test_without_any_claim_and_scenario_it_says_what_is_lacking() -> None:
    result = forecast(Scenario())
    assert dry_day(result) is None
    assert any("per_day" in note for note in result.notes)


def test_without_awards_the_most_counts_and_is_said() -> None:
    scenario = replace(even(5), awards={})
    result = forecast(scenario)
    assert any("最高补贴" in note for note in result.notes)
    most = SCHEME.programmes["car"].most_fen
    assert most
    assert result.pools[0].money[0].median == 1_000_000 - 5 * most


def test_a_closed_window_and_an_unopened_pool_are_said() -> None:
    late = Past(datetime(2030, 3, 5, tzinfo=CHINA), {}, {})
    result = forecast(Scenario(), late)
    assert any("截止" in note for note in result.notes)
    assert any("没有开办" in note for note in result.notes)
    assert result.pools[0].unspent.median == SCHEME.pools["car"].amount_fen


def test_a_top_up_of_the_past_is_not_counted_twice() -> None:
    result = forecast(even(1, top_ups=(TopUp("car", date(2030, 2, 1), 5_000),)), known(10_000))
    assert any("追加" in note for note in result.notes)
    assert result.pools[0].unspent.median == 0


def test_somebody_who_waits_already_means_dry_today() -> None:
    past = known(0, now=datetime(2030, 3, 5, tzinfo=CHINA), waiting=(Ask("car", 10_000),))
    (pool,) = forecast(Scenario(), past).pools
    assert (pool.dry, pool.waiting_end) == ((0, 0, 0), (1, 1, 1))


# For every seed

_PAST: Mapping[str, Any] = {
    "arrivals": {date(2030, 2, day): 6 for day in (1, 2, 3)},
    "awards": {10_000: 2, 30_000: 1},
    "approved": 9,
    "ended": 10,
    "delays": {2: 1, 5: 1},
}


@given(st.integers(0, 10**6))
def test_one_seed_gives_one_result(seed: int) -> None:
    assert forecast(Scenario(), known(**_PAST), runs=3, seed=seed) == forecast(
        Scenario(), known(**_PAST), runs=3, seed=seed
    )


def test_another_seed_gives_another() -> None:
    assert forecast(Scenario(), known(**_PAST), seed=1).pools != forecast(Scenario(), known(**_PAST), seed=2).pools


@given(seed=st.integers(0, 10**6), few=st.floats(0.1, 4), more=st.floats(0, 4))
def test_more_claims_never_run_dry_later(seed: int, few: float, more: float) -> None:
    past = known(**{**_PAST, "approved": 10})

    def dry(times: float) -> float:
        arrivals = (Arrivals(None, FIRST, LAST, times=times),)
        plan = make_plan(SCHEME, past, Scenario(arrivals=arrivals))
        ((run,),) = play(plan, 1, seed, random.Random)
        return float("inf") if run.dry_on is None else run.dry_on

    assert dry(few + more) <= dry(few)


@given(seed=st.integers(0, 10**6), amount=st.integers(1, 10**6))
def test_more_money_never_runs_dry_sooner(seed: int, amount: int) -> None:
    def dry(top_ups: tuple[TopUp, ...]) -> float:
        plan = make_plan(SCHEME, known(300_000, **_PAST), Scenario(top_ups=top_ups))
        ((run,),) = play(plan, 1, seed, random.Random)
        assert min(run.money) >= 0
        return float("inf") if run.dry_on is None else run.dry_on

    assert dry((TopUp("car", FIRST, amount),)) >= dry(())


def test_json_has_days_and_amounts_as_text() -> None:
    data = forecast(even(5)).to_json()
    (pool,) = data["pools"]
    assert pool["dry_on"] == dict.fromkeys(("low", "median", "high"), "2030-02-24")
    assert pool["days"][0] == {"day": "2030-02-04", "available": dict.fromkeys(("low", "median", "high"), "9500.00")}
    assert forecast(even(1)).to_json()["pools"][0]["dry_on"]["median"] is None


def test_what_is_lacking_of_an_award_without_end_is_said() -> None:
    """A share of the price without a cap: nobody knows what a claim will ask for before there is one."""

    class Endless:
        most_fen = None

    scheme = _with(replace(SCHEME.programmes["car"], award=Endless()))
    result = forecast(replace(even(5), awards={}), scheme=scheme)
    assert any("awards" in note for note in result.notes)
    assert result.pools[0].unspent.median == 1_000_000


@pytest.mark.parametrize(
    ("days", "band"),
    [
        (range(10), (0, 4, 8)),
        ([3], (3, 3, 3)),
        ([*range(5), *[None] * 5], (0, 4, None)),
        ([1, *[None] * 9], (1, None, None)),
        ([None] * 10, (None, None, None)),
    ],
)
def test_bands_are_the_tenth_the_half_and_the_nine_tenths_of_the_runs(
    days: Sequence[int | None], band: tuple[int | None, ...]
) -> None:
    plan = make_plan(SCHEME, known(), Scenario())
    (pool,) = summarise(plan, [(Run(day, [0] * 10, [0] * 10),) for day in days], 1).pools
    assert pool.dry == band
    assert pool.dry_runs == sum(day is not None for day in days)
