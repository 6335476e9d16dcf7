"""A scheme as an office reads it, and its windows on a line of time."""

from __future__ import annotations

from datetime import datetime

from reviewapp.policy import parse_scheme, read_toml
from reviewapp.policy.values import CHINA
from reviewapp.schemes.reading import Entry, by_clause
from reviewapp.web.schemes.timeline import timeline
from tests.factories.schemes import SCHEME

NOW = datetime(2030, 2, 15, tzinfo=CHINA)


def read(text: str, elsewhere: dict[str, str] | None = None):  # type: ignore[no-untyped-def]
    return {each.number: each for each in by_clause(parse_scheme(text, ""), read_toml(text, ""), elsewhere or {})}


def test_each_clause_has_what_rests_on_it() -> None:
    clauses = read(SCHEME)
    assert list(clauses) == ["一", "二", "三", "四"]
    assert [entry.noun for entry in clauses["一"].entries] == ["时间窗口", "资金池", "核验", "未明事项"]
    assert clauses["二"].entries[1] == Entry(
        "补贴", "购车补贴", "燃油汽车", ("3 万元（含）至 6 万元（不含）：1,000.00", "6 万元（含）以上：2,000.50")
    )
    assert list(clauses["一"].by_programme) == ["", "购车补贴"]
    assert clauses["四"].entries == ()


def test_a_clause_that_no_rule_can_express_says_what_settles_it() -> None:
    assert read(SCHEME, {"四": "由商务局答复"})["四"].elsewhere == "由商务局答复"


def test_rules_for_some_claims_only_say_for_which() -> None:
    text = SCHEME.replace('hint = "拍清价税合计" }', 'when = { energy = ["fuel"] } }')
    assert read(text)["三"].entries[0].lines == ("只限燃油汽车",)


def test_a_check_that_only_a_person_can_decide_says_so() -> None:
    text = SCHEME.replace('check = "within"', 'check = "within"\notherwise = "unsure"')
    assert text != SCHEME
    lines = [line for clause in read(text).values() for entry in clause.entries for line in entry.lines]
    assert lines.count("文件没有写明：不符合时标为需核实") == 1


def test_windows_lie_on_the_line_where_their_days_are() -> None:
    line = timeline(parse_scheme(SCHEME, ""), NOW)
    assert line is not None
    (row,) = line.rows
    assert (row.when, row.bars[0].x, row.bars[0].width) == ("2030-02-01 至 2030-02-28", 0, 100)
    assert line.today == 50
    assert [tick.label for tick in line.ticks] == ["2030-02"]
    assert timeline(parse_scheme(SCHEME, ""), NOW.replace(year=2031)).today is None  # type: ignore[union-attr]


def test_rounds_are_bars_of_their_own() -> None:
    text = SCHEME.replace("until = 2030-02-28", "until = 2030-02-28\nevery_days = 7\nlasts_hours = 24")
    line = timeline(parse_scheme(text, ""), NOW)
    assert line is not None
    assert len(line.rows[0].bars) == 4
    assert line.rows[0].when == "2030-02-01 至 2030-02-28，每 7 天一轮，每轮开放 24 小时"


def test_months_below_the_line_stay_few() -> None:
    line = timeline(parse_scheme(SCHEME.replace("until = 2030-02-28", "until = 2033-02-28"), ""), NOW)
    assert line is not None
    assert 2 <= len(line.ticks) <= 4
