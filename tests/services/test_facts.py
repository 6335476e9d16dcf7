"""Which row counts: persons before readings, later before earlier, nothing removed; and what is prefilled."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from reviewapp.models import Claim, Fact
from reviewapp.services import facts, prefill
from reviewapp.services.facts import CurrentFact
from tests import factories
from tests.factories import NOW
from tests.factories.papers import fact, paper

CARD = {"name": "测试甲", "id_number": "11010519491231002X"}


@pytest.fixture
def claim(session: Session) -> Claim:
    return factories.claim(session)


def values(session: Session, claim: Claim, section: str = "applicant") -> dict[str, Any]:
    return {name: one.value for name, one in facts.current(session, claim).sections[section].items()}


def as_json(session: Session, claim: Claim) -> dict[str, Any]:
    return facts.as_json(facts.current(session, claim), claim, submitted_at=NOW)


def test_facts_have_the_form_the_checks_take(session: Session, claim: Claim) -> None:
    paper(session, claim, "id_card", CARD | {"address": None}, doubtful=("name", "address"))
    paper(session, claim, "car_photo")
    fact(session, claim, "declared", "energy", "fuel", by=claim.entered_by)

    assert as_json(session, claim) == {
        "programme": "car",
        "submitted_at": NOW.isoformat(),
        "submitter": {"role": "claimant"},
        "applicant": {},
        "account": {},
        "declared": {"energy": "fuel"},
        "papers": [
            {"kind": "id_card", "fields": CARD, "doubtful": ["name"]},
            {"kind": "car_photo", "fields": {}},
        ],
        "context": {},
    }


def test_a_later_reading_never_overrides_a_person(session: Session, claim: Claim) -> None:
    card = paper(session, claim, "id_card", {"name": "测试申"}, doubtful=("name",))
    fact(session, claim, "paper", "name", "测试甲", paper=card, by=claim.entered_by)
    fact(session, claim, "paper", "name", "测试由", paper=card, page=card.pages[0], doubtful=True)
    name = facts.current(session, claim).papers[0].facts["name"]

    assert (name.value, name.by_person, name.row.doubtful) == ("测试甲", True, False)
    assert name.place is not None
    assert name.place.box == [10, 20, 300, 50]


def test_what_a_person_empties_stays_empty(session: Session, claim: Claim) -> None:
    fact(session, claim, "account", "holder", "测试甲")
    fact(session, claim, "account", "holder", None, by=claim.entered_by)

    assert as_json(session, claim)["account"] == {}


def test_removed_papers_and_files_take_their_facts_along(session: Session, claim: Claim) -> None:
    gone = paper(session, claim, "id_card", CARD)
    stays = paper(session, claim, "vehicle_licence", {"owner": "测试甲"})
    fact(session, claim, "paper", "plate", "晋E12345", paper=stays, page=gone.pages[0])
    gone.removed_at = gone.pages[0].upload.removed_at = NOW

    assert as_json(session, claim)["papers"] == [{"kind": "vehicle_licence", "fields": {"owner": "测试甲"}}]


def test_fields_of_another_kind_do_not_count(session: Session, claim: Claim) -> None:
    licence = paper(session, claim, "vehicle_licence", {"owner": "测试甲", "vin": "LSVAA4188E2184847"})
    licence.kind = "vehicle_certificate"

    assert as_json(session, claim)["papers"][0]["fields"] == {"vin": "LSVAA4188E2184847"}


def test_claims_do_not_mix(session: Session, claim: Claim) -> None:
    other = factories.claim(session)
    fact(session, claim, "applicant", "name", "测试甲")
    fact(session, other, "applicant", "name", "样例乙", by=other.entered_by)
    fact(session, other, "applicant", "name", "样例丙")

    assert values(session, claim) == {"name": "测试甲"}
    assert facts.values_of(session, [claim.id, other.id], "applicant", "name") == {
        claim.id: "测试甲",
        other.id: "样例乙",
    }


_ROWS = st.lists(st.tuples(st.booleans(), st.integers(0, 3)), min_size=1)


@given(_ROWS)
@settings(max_examples=200)
def test_the_last_person_counts_else_the_last_reading(rows: list[tuple[bool, int]]) -> None:
    made = [
        Fact(section="applicant", field="name", value=value, source="person" if person else "reading")
        for person, value in rows
    ]
    said = [value for person, value in rows if person] or [value for _, value in rows]
    counted: CurrentFact = facts._count(made)["applicant", None, "name"]

    assert counted.value == said[-1]


def test_papers_fill_in_applicant_and_account(session: Session, claim: Claim) -> None:
    paper(session, claim, "id_card", CARD, doubtful=("name",))
    paper(session, claim, "bank_card", {"card_number": "6222021234567894"})
    prefill.refresh(session, claim, NOW)
    present = facts.current(session, claim)

    assert values(session, claim) == CARD
    assert values(session, claim, "account") == {"card_number": "6222021234567894", "holder": "测试甲"}
    assert present.sections["applicant"]["name"].row.doubtful
    assert present.sections["account"]["card_number"].row.page_id == present.papers[1].paper.pages[0].id
    assert not present.sections["account"]["card_number"].by_person


def test_a_dealers_form_names_the_holder_and_the_phone(session: Session) -> None:
    claim = factories.claim(session, by=factories.user(session, "dealer"))
    paper(session, claim, "id_card", CARD)
    prefill.refresh(session, claim, NOW)
    assert values(session, claim, "account") == {}

    paper(session, claim, "registration_form", {"name": "测试甲", "phone": "13800001234"})
    prefill.refresh(session, claim, NOW)

    assert values(session, claim) == CARD | {"phone": "13800001234"}
    assert values(session, claim, "account") == {"holder": "测试甲"}


def test_prefilled_values_follow_their_paper_until_a_person_enters_them(session: Session, claim: Claim) -> None:
    card = paper(session, claim, "id_card", CARD)
    prefill.refresh(session, claim, NOW)
    fact(session, claim, "paper", "name", "测试丁", paper=card, by=claim.entered_by)
    prefill.refresh(session, claim, NOW)
    assert values(session, claim)["name"] == "测试丁"

    fact(session, claim, "applicant", "name", "测试戊", by=claim.entered_by)
    card.removed_at = NOW
    prefill.refresh(session, claim, NOW)

    assert values(session, claim) == {"name": "测试戊", "id_number": None}


def test_nothing_new_writes_nothing(session: Session, claim: Claim) -> None:
    paper(session, claim, "id_card", CARD)
    prefill.refresh(session, claim, NOW)
    before = facts.current(session, claim).newest_id
    prefill.refresh(session, claim, NOW)

    assert facts.current(session, claim).newest_id == before


def test_a_claimants_phone_comes_from_the_account(session: Session) -> None:
    by = factories.user(session, phone="13800001234")
    claim = factories.claim(session, by=by)
    prefill.from_account(session, claim, by, NOW)

    assert values(session, claim) == {"phone": "13800001234"}
