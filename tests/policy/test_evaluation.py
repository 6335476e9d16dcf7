"""Findings and award on the two county schemes: what holds for every claim, and how findings read."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewapp import schemes
from reviewapp.policy import Result, evaluate
from reviewapp.policy.kinds import KINDS
from tests.policy.sample import sample

CODES = ("xiangning-2023", "yangcheng-2023")
COMPLETE = {code: schemes.cases(code)[0].facts for code in CODES}


def facts_of(code: str) -> dict[str, Any]:
    return copy.deepcopy(dict(COMPLETE[code]))


def run(code: str, facts: dict[str, Any]) -> Result:
    return evaluate(schemes.load(code), facts)


def finding(result: Result, check: str) -> Any:
    return next(entry for entry in result.findings if entry.check == check)


def paper(facts: dict[str, Any], kind: str) -> dict[str, Any]:
    return next(entry for entry in facts["papers"] if entry["kind"] == kind)


def single_facts(facts: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """Every single fact as (its holder, its name)."""
    for section in ("submitter", "applicant", "account", "declared", "context"):
        for name in facts[section]:
            yield facts[section], name
    for entry in facts["papers"]:
        for name in entry["fields"]:
            yield entry["fields"], name


@pytest.mark.parametrize("code", CODES)
@given(st.sets(st.integers(0, 10**4)))
def test_absent_facts_never_raise_and_never_turn_into_a_failed_check(code: str, picks: set[int]) -> None:
    facts = facts_of(code)
    every = list(single_facts(facts))
    for holder, name in {pick % len(every): every[pick % len(every)] for pick in picks}.values():
        del holder[name]
    result = run(code, facts)
    assert result.outcome != "fail"
    assert result.missing == ()


@pytest.mark.parametrize("code", CODES)
def test_a_doubtful_field_is_unsure_wherever_it_counts(code: str) -> None:
    for index, entry in enumerate(COMPLETE[code]["papers"]):
        for name in entry["fields"]:
            facts = facts_of(code)
            facts["papers"][index]["doubtful"] = [name]
            result = run(code, facts)
            assert result.award_fen == run(code, facts_of(code)).award_fen
            for each in result.findings:
                if any(ref == (index, name) for ref in each.refs):
                    assert each.outcome in ("unsure", "not_applicable"), (name, each)


@pytest.mark.parametrize("code", CODES)
@given(st.randoms(use_true_random=False))
def test_the_order_of_papers_does_not_matter(code: str, random: Any) -> None:
    facts = facts_of(code)
    random.shuffle(facts["papers"])
    again, before = run(code, facts).to_json(), run(code, facts_of(code)).to_json()
    assert again == before


@pytest.mark.parametrize("code", CODES)
def test_refs_point_to_fields_that_are_there(code: str) -> None:
    facts = facts_of(code)
    for each in run(code, facts).findings:
        for ref in each.refs:
            if ref.paper is None:
                section, name = ref.field.split(".")
                assert name in facts[section]
            else:
                assert ref.field in facts["papers"][ref.paper]["fields"]


@pytest.mark.parametrize("code", CODES)
def test_every_finding_cites_a_clause_of_the_document(code: str) -> None:
    scheme = schemes.load(code)
    for case in schemes.cases(code):
        for each in evaluate(scheme, case.facts).findings:
            assert each.clause in scheme.clauses
            wide = each.clause.replace("(", "（").replace(")", "）")
            assert each.message.endswith(f"（{wide}）")
            assert "None" not in each.message


def test_a_finding_reads_as_the_clerk_expects() -> None:
    facts = facts_of("yangcheng-2023")
    paper(facts, "vehicle_invoice")["fields"]["invoice_date"] = "2024-01-16"
    late = finding(run("yangcheng-2023", facts), "invoice_in_window")
    assert late.message == "开票日期 2024-01-16，晚于活动截止日 2024-01-15（七（二））"
    assert late.values == {"invoice_date": "2024-01-16", "from": "2023-12-27", "until": "2024-01-15"}
    assert late.clause == "七(二)"


def test_the_result_is_json_of_the_agreed_shape() -> None:
    result = json.loads(json.dumps(run("yangcheng-2023", facts_of("yangcheng-2023")).to_json()))
    assert list(result) == [
        "scheme",
        "version",
        "programme",
        "pool",
        "outcome",
        "award",
        "special_review",
        "missing",
        "findings",
    ]
    assert (result["scheme"], result["version"], result["award"]) == ("yangcheng-2023", "1", "3000.00")
    for each in result["findings"]:
        assert list(each) == ["check", "outcome", "clause", "message", "values"]
        assert all(isinstance(value, str) for value in each["values"].values())


def test_papers_of_one_kind_that_differ_are_unsure() -> None:
    facts = facts_of("yangcheng-2023")
    other = copy.deepcopy(paper(facts, "vehicle_invoice"))
    other["fields"] |= {"invoice_date": "2024-01-02", "total": "30000.00", "total_in_words": "叁万元整"}
    facts["papers"].append(other)
    result = run("yangcheng-2023", facts)
    assert result.award_fen is None
    assert finding(result, "invoice_in_window").outcome == "unsure"
    assert finding(result, "award").outcome == "unsure"


def test_two_sides_of_a_card_on_two_papers_are_one_card() -> None:
    facts = facts_of("yangcheng-2023")
    front = paper(facts, "id_card")
    back = {"kind": "id_card", "fields": {name: front["fields"].pop(name) for name in ("valid_from", "valid_until")}}
    facts["papers"].append(back)
    assert run("yangcheng-2023", facts).outcome == "pass"


def test_papers_with_alternatives_and_conditions() -> None:
    scheme = sample()
    ways = "registration_certificate+vehicle_licence|vehicle_certificate"

    def missing(energy: str | None, *kinds: str) -> tuple[str, ...]:
        declared = {"energy": energy} if energy else {}
        papers = [{"kind": kind} for kind in ("vehicle_invoice", *kinds)]
        return evaluate(scheme, {"programme": "car", "declared": declared, "papers": papers}).missing

    assert missing("fuel") == (ways,)
    assert missing("fuel", "vehicle_licence") == (ways,)
    assert missing("fuel", "vehicle_licence", "registration_certificate") == ()
    assert missing("fuel", "vehicle_certificate") == ()
    assert missing("new_energy") == ()
    assert missing(None) == ()


def test_every_kind_may_come_with_a_claim() -> None:
    facts = facts_of("yangcheng-2023")
    facts["papers"] += [{"kind": kind, "fields": {}} for kind in KINDS if kind != "dealer_statement"]
    assert run("yangcheng-2023", facts).outcome == "pass"


@pytest.mark.parametrize(
    ("stated", "licence", "outcome"),
    [
        ("passenger", "小型轿车", "pass"),
        ("passenger", "重型普通货车", "unsure"),
        ("other", "小型轿车", "fail"),
        (None, "小型轿车", "pass"),
        (None, "重型普通货车", "unsure"),
    ],
)
def test_what_is_stated_against_the_rule_fails_and_papers_only_cast_doubt(
    stated: str | None, licence: str, outcome: str
) -> None:
    facts = facts_of("yangcheng-2023")
    paper(facts, "vehicle_licence")["fields"]["vehicle_type"] = licence
    facts["declared"]["vehicle_class"] = stated
    assert finding(run("yangcheng-2023", facts), "vehicle_class").outcome == outcome
