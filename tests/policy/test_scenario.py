"""Scenario files: what they say, and every mistake with its key and remedy."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from reviewapp import schemes
from reviewapp.policy import SchemeError
from reviewapp.policy.scenario import Arrivals, Decisions, TopUp, parse_scenario
from tests.policy.sample import sample

SCHEME = sample()
WHOLE = """\
title = "样例"
spread = "even"

[[arrivals]]
programme = "car"
from = 2030-02-03
until = 2030-02-10
per_day = 2.5

[[arrivals]]
from = 2030-02-11
until = 2030-02-28
multiplier = 2

[[top_ups]]
pool = "car"
on = 2030-02-12
amount = "1000.50"

[[awards]]
programme = "car"
mix = [{ pays = 100, share = 0.7 }, { pays = "200.50", share = 0.3 }]

[[decisions]]
programme = "car"
approved = 0.9
days = 5
"""


def mistakes(text: str) -> list[str]:
    with pytest.raises(SchemeError) as caught:
        parse_scenario(text, "s.toml", SCHEME)
    return [str(problem) for problem in caught.value.problems]


def test_a_whole_scenario_is_read() -> None:
    scenario = parse_scenario(WHOLE, "s.toml", SCHEME)
    assert (scenario.title, scenario.spread) == ("样例", "even")
    assert scenario.arrivals == (
        Arrivals("car", date(2030, 2, 3), date(2030, 2, 10), per_day=2.5),
        Arrivals(None, date(2030, 2, 11), date(2030, 2, 28), times=2.0),
    )
    assert scenario.top_ups == (TopUp("car", date(2030, 2, 12), 100_050),)
    assert scenario.awards == {"car": {10_000: 0.7, 20_050: 0.3}}
    assert scenario.decisions == {"car": Decisions(0.9, 5)}


def test_the_example_of_the_guide_holds() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "scheme-guide.md").read_text("utf-8")
    text = guide.partition("## Forecast")[2].partition("```toml\n")[2].partition("```")[0]
    scenario = parse_scenario(text, "guide", schemes.load("yangcheng-2023"))
    assert len(scenario.arrivals) == 2
    assert scenario.top_ups
    assert scenario.awards
    assert scenario.decisions


def test_an_empty_scenario_says_nothing() -> None:
    assert parse_scenario("", "s.toml", SCHEME).arrivals == ()


@pytest.mark.parametrize(
    ("old", "new", "key", "told"),
    [
        ('title = "样例"', 'titel = "样例"', "titel", "没有“titel”这个键"),
        ('spread = "even"', 'spread = "wild"', "spread", "请改成"),
        ("per_day = 2.5", "per_day = -1", "arrivals[0].per_day", "请写 0 至"),
        ("per_day = 2.5", "per_day = nan", "arrivals[0].per_day", "请写 0 至"),
        ("per_day = 2.5", "per_day = inf", "arrivals[0].per_day", "请写 0 至"),
        ("per_day = 2.5", "per_day = 10001", "arrivals[0].per_day", "请写 0 至 10000"),
        ("per_day = 2.5", 'per_day = "2"', "arrivals[0].per_day", "不加引号"),
        ("per_day = 2.5", "per_day = true", "arrivals[0].per_day", "请写 0 至"),
        ("per_day = 2.5", "", "arrivals[0]", "应当只写一个"),
        ("per_day = 2.5", "per_day = 2\nmultiplier = 2", "arrivals[0]", "应当只写一个"),
        ("per_day = 2.5", "perday = 2", "arrivals[0].perday", "可用的键"),
        ("from = 2030-02-03", "", "arrivals[0]", "缺少“from”"),
        ("from = 2030-02-03", 'from = "2030-02-03"', "arrivals[0].from", "不加引号"),
        ("from = 2030-02-03", "from = 2030-02-03T10:00:00", "arrivals[0].from", "不是日期"),
        ("until = 2030-02-10", "until = 2030-02-01", "arrivals[0].until", "截止早于开始"),
        ("until = 2030-02-10", "until = 2030-02-11", "arrivals[1]", "重叠"),
        ("multiplier = 2", "multiplier = 101", "arrivals[1].multiplier", "请写 0 至 100"),
        ('programme = "car"\nfrom', 'programme = "bus"\nfrom', "arrivals[0].programme", "可写：car"),
        ('pool = "car"', 'pool = "bus"', "top_ups[0].pool", "可写：car"),
        ('amount = "1000.50"', "amount = 1000.5", "top_ups[0].amount", "写成了小数"),
        ('amount = "1000.50"', "amount = 0", "top_ups[0].amount", "大于 0"),
        ("on = 2030-02-12", "on = 12", "top_ups[0].on", "不是日期"),
        ("share = 0.3", "share = 0.2", "awards[0].mix", "合计 0.9，应为 1"),
        ("share = 0.3", "share = 3", "awards[0].mix[1].share", "请写 0 至 1"),
        ("pays = 100,", "pays = 100.5,", "awards[0].mix[0].pays", "写成了小数"),
        ("approved = 0.9", "approved = 90", "decisions[0].approved", "请写 0 至 1"),
        ("days = 5", "days = 181", "decisions[0].days", "请写 0 至 180"),
        ('programme = "car"\napproved', 'programme = "bus"\napproved', "decisions[0].programme", "可写：car"),
    ],
)
def test_each_mistake_names_its_key_and_the_remedy(old: str, new: str, key: str, told: str) -> None:
    assert old in WHOLE
    found = mistakes(WHOLE.replace(old, new, 1))
    assert any(f"「{key}」" in line and told in line for line in found), found


def test_a_period_outside_the_submission_window_is_told() -> None:
    text = "[[arrivals]]\nfrom = 2030-03-01\nuntil = 2030-03-05\nper_day = 1\n"
    assert "2030-02-01 至 2030-02-28" in mistakes(text)[0]


def test_two_statements_on_one_programme_are_refused() -> None:
    twice = '[[decisions]]\nprogramme = "car"\napproved = 1\ndays = 1\n' * 2
    assert "写了两次" in mistakes(twice)[0]


def test_several_mistakes_are_told_at_once() -> None:
    text = WHOLE.replace("per_day = 2.5", "per_day = -1").replace('pool = "car"', 'pool = "bus"')
    assert len(mistakes(text)) == 2


@pytest.mark.parametrize("text", ["title = ", 'title = "a"\ntitle = "b"\n', "\x00"])
def test_what_is_no_toml_is_one_line(text: str) -> None:
    assert len(mistakes(text)) == 1
