"""What another version changes: outcomes, findings, papers, awards, and the sums by pool and stage."""

from __future__ import annotations

from typing import Any

import pytest

from reviewapp.policy import Result, evaluate, parse_scheme
from reviewapp.policy.replay import STAGES, Change, Claim, Totals, compare, stage_of
from reviewapp.policy.workflow import STATES
from tests.policy.sample import TEXT

OLD = parse_scheme(TEXT, "1.toml")


def newer(*changes: tuple[str, str]) -> Any:
    """The sample as version 2 with texts replaced; each must be there."""
    text = TEXT.replace("version = 1", "version = 2")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return parse_scheme(text, "2.toml")


def facts(total: str = "15000.00", day: str = "2030-02-09") -> dict[str, Any]:
    """A fuel car with all its papers."""
    return {
        "programme": "car",
        "submitted_at": "2030-02-10T09:30:00+08:00",
        "submitter": {"role": "claimant"},
        "applicant": {"name": "测试甲"},
        "declared": {"energy": "fuel"},
        "papers": [
            {"kind": "vehicle_invoice", "fields": {"invoice_date": day, "total": total, "buyer_name": "测试甲"}},
            {"kind": "vehicle_certificate", "fields": {}},
        ],
    }


def put_through(scheme: Any, given: dict[str, Any] | None = None, state: str = "submitted") -> Change:
    given = given or facts()
    return compare(Claim("x-1", "p", state, "car"), evaluate(OLD, given), evaluate(scheme, given))


def test_the_same_rules_change_nothing() -> None:
    change = put_through(newer())
    assert not change.changed
    assert (change.award_fen, change.due_fen, change.turned) == (0, 0, ())


def test_another_tier_changes_the_award_only() -> None:
    change = put_through(newer(("below = 20000, pays = 100 }", "below = 20000, pays = 130 }")))
    assert change.changed
    assert (change.award_fen, change.due_fen, change.turned) == (3000, 3000, ())


def test_a_later_closing_day_makes_a_failed_claim_due_without_changing_its_award() -> None:
    change = put_through(newer(("until = 2030-02-28", "until = 2030-03-10")), facts(day="2030-03-05"))
    assert (change.before.outcome, change.after.outcome) == ("fail", "pass")
    assert (change.award_fen, change.due_fen) == (0, 10_000)
    (turned,) = change.turned
    assert (turned.check, turned.before, turned.after) == ("invoice_in_window", "fail", "pass")


def test_a_new_check_that_passes_is_no_news_and_one_that_is_unsure_is() -> None:
    rule = (
        '\n[[programmes.car.checks]]\nid = "{0}"\ncheck = "same_person"\ntitle = "x"\nclause = "三"\n'
        'fields = ["applicant.name", "{1}"]\n'
    )
    last = 'fields = ["applicant.name", "vehicle_invoice.buyer_name"]\n'
    passing = newer((last, last + rule.format("again", "vehicle_invoice.buyer_name")))
    unsure = newer((last, last + rule.format("holder", "account.holder")))
    assert not put_through(passing).changed
    (turned,) = put_through(unsure).turned
    assert (turned.check, turned.before, turned.after) == ("holder", None, "unsure")


def test_a_check_that_is_gone_is_told_when_it_mattered() -> None:
    start = TEXT.index('[[programmes.car.checks]]\nid = "invoice_in_window"')
    gone = newer((TEXT[start : TEXT.index('[[programmes.car.checks]]\nid = "same_buyer"')], ""))
    assert not put_through(gone).changed
    (turned,) = put_through(gone, facts(day="2030-03-05")).turned
    assert (turned.before, turned.after) == ("fail", None)


def test_papers_newly_asked_for_and_no_more_asked_for() -> None:
    kinds = 'kinds = "registration_certificate+vehicle_licence|vehicle_certificate"'
    more = newer((kinds, 'kinds = "bank_card"'))
    change = put_through(more)
    assert (change.missing, change.spared) == (("bank_card",), ())
    assert change.due_fen == -10_000
    without = facts() | {"papers": facts()["papers"][:1]}
    second = TEXT.rindex("[[programmes.car.papers]]")
    less = newer((TEXT[second : TEXT.index("[[programmes.car.declared]]")], ""))
    assert put_through(less, without).spared == ("registration_certificate+vehicle_licence|vehicle_certificate",)


def test_a_side_that_cannot_judge_costs_nothing_and_says_why() -> None:
    change = compare(Claim("x-1", "p", "paid", "car"), evaluate(OLD, facts()), None, "第 2 版：没有补贴项目“car”")
    assert change.changed
    assert (change.award_fen, change.due_fen) == (0, 0)
    totals = Totals()
    totals.add(change)
    assert totals.to_json()["obstacles"] == [{"why": "第 2 版：没有补贴项目“car”", "claims": ["x-1"]}]


def test_every_state_has_its_stage() -> None:
    assert {stage_of(state) for state in STATES if state != "draft"} == set(STAGES)
    assert [state for state in STATES if stage_of(state) == "closed"] == ["draft", "rejected", "withdrawn", "lapsed"]
    assert stage_of("returned") == "open"
    assert stage_of("approved") == stage_of("paid") == "granted"


@pytest.mark.parametrize(("state", "due"), [("paid", 3000), ("waitlist", 3000), ("rejected", 0)])
def test_totals_go_by_pool_and_stage(state: str, due: int) -> None:
    scheme, totals = newer(("below = 20000, pays = 100 }", "below = 20000, pays = 130 }")), Totals()
    for change in (put_through(scheme, state=state), put_through(scheme, facts("25000.00"), state)):
        totals.add(change)
    assert (totals.claims, totals.changed) == (2, 1)
    assert {key: (cost.changed, cost.award_fen, cost.due_fen) for key, cost in totals.costs.items()} == {
        ("car", stage_of(state)): (1, 3000, due)
    }


def test_json_names_no_person() -> None:
    change = put_through(newer(("pays = 100 }", "pays = 130 }")))
    entry = change.to_json()
    assert entry["claim"] == "x-1"
    assert entry["before"] == {"version": "1", "outcome": "pass", "award": "100.00", "special_review": False}
    assert entry["award_difference"] == "30.00"
    assert "测试甲" not in str(entry | {"findings": []})


def test_results_differ_by_special_review_alone() -> None:
    before: Result = evaluate(OLD, facts())
    change = compare(Claim("x-1", "p", "paid", "car"), before, before._replace(special_review=True))
    assert change.changed
