"""What a person enters: normalised, all or nothing, confirming what was doubtful, refused by field in Chinese."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reviewapp.db import transaction
from reviewapp.errors import InvalidValue, NotFound, Stale
from reviewapp.models import Claim, Event, Fact, Paper
from reviewapp.services import checking, facts, intake
from reviewapp.services.facts import CurrentFact
from reviewapp.services.intake import FactChange
from tests.factories import NOW
from tests.services.paperwork import Desk, desk

CARD = {"name": "测试申", "id_number": "11010519491231002X"}


@pytest.fixture
def at(session: Session, tmp_path: Path) -> Desk:
    made = desk(session, tmp_path)
    made.photograph(300, "id_card", CARD, unsure=("name",))
    return made


def paper_id(at: Desk) -> str:
    return at.session.scalars(select(Paper.public_id)).one()


def enter(at: Desk, *changes: FactChange, revision: int | None = None) -> None:
    with transaction(at.session):
        intake.set_facts(at.session, at.actor, NOW, at.claim.id, revision, changes)


def on_card(at: Desk, field: str) -> CurrentFact:
    return facts.current(at.session, at.claim).papers[0].facts[field]


def rows(at: Desk) -> int:
    return at.session.scalar(select(func.count()).select_from(Fact)) or 0


def test_a_correction_is_a_new_row_and_the_reading_stays(at: Desk) -> None:
    enter(at, FactChange("paper", paper_id(at), "name", " 测试甲 "))
    kept = at.session.scalars(select(Fact).where(Fact.section == "paper", Fact.field == "name").order_by(Fact.id)).all()

    assert [(row.value, row.source) for row in kept] == [("测试申", "reading"), ("测试甲", "person")]
    assert kept[1].by_id == at.actor.id
    assert not on_card(at, "name").row.doubtful


def test_confirming_a_doubtful_value_unchanged_settles_it(at: Desk) -> None:
    assert on_card(at, "name").row.doubtful
    enter(at, FactChange("paper", paper_id(at), "name", "测试申"))

    assert on_card(at, "name").by_person
    assert not on_card(at, "name").row.doubtful
    assert not facts.current(at.session, at.claim).sections["applicant"]["name"].row.doubtful


def test_repeating_a_sure_value_changes_nothing(at: Desk) -> None:
    before, revision = rows(at), at.session.get_one(Claim, at.claim.id).revision
    enter(
        at,
        FactChange("paper", paper_id(at), "id_number", "11010519491231002x"),
        FactChange("account", None, "kind", ""),
    )
    enter(at)

    assert rows(at) == before
    assert at.session.get_one(Claim, at.claim.id, populate_existing=True).revision == revision


def test_the_applicant_follows_the_card_as_corrected(at: Desk) -> None:
    enter(at, FactChange("paper", paper_id(at), "name", "测试甲"))
    present = facts.current(at.session, at.claim)

    assert (present.value("applicant", "name"), present.value("account", "holder")) == ("测试甲", "测试甲")


def test_all_or_nothing_and_each_mistake_by_its_field(at: Desk) -> None:
    before = rows(at)
    card = paper_id(at)
    with pytest.raises(InvalidValue) as refused:
        enter(
            at,
            FactChange("declared", None, "energy", "fuel"),
            FactChange("account", None, "card_number", "6222021234567890"),
            FactChange("paper", card, "birth_date", "1949-02-30"),
        )

    assert set(refused.value.fields) == {"account.card_number", f"paper.{card}.birth_date"}
    assert "“银行卡号”不是有效的银行卡号" in refused.value.fields["account.card_number"]
    assert rows(at) == before


@pytest.mark.parametrize(("section", "field", "typed", "stored"), [
    ("declared", "energy", "new_energy", "new_energy"),
    ("account", "kind", "debit", "debit"),
    ("account", "card_number", "6222 0212 3456 7894", "6222021234567894"),
    ("applicant", "phone", "138-0000-1234", "13800001234"),
    ("applicant", "name", "样例乙", "样例乙"),
])  # fmt: skip
def test_fields_outside_the_papers(at: Desk, section: str, field: str, typed: str, stored: Any) -> None:
    enter(at, FactChange(section, None, field, typed))

    assert facts.current(at.session, at.claim).value(section, field) == stored


@pytest.mark.parametrize(("section", "field"), [
    ("declared", "colour"), ("applicant", "award"), ("context", "listed_sellers"), ("paper", "total"),
])  # fmt: skip
def test_there_are_no_other_fields(at: Desk, section: str, field: str) -> None:
    with pytest.raises(InvalidValue, match="没有"):
        enter(at, FactChange(section, paper_id(at) if section == "paper" else None, field, "x"))


def test_a_paper_that_is_gone_is_said_so(at: Desk) -> None:
    card = paper_id(at)
    with transaction(at.session):
        intake.remove_paper(at.session, at.actor, NOW, at.claim.id, card)
    with pytest.raises(NotFound, match="已经不在"):
        enter(at, FactChange("paper", card, "name", "测试甲"))


def test_an_old_page_is_refused(at: Desk) -> None:
    revision = at.session.get_one(Claim, at.claim.id).revision
    enter(at, FactChange("declared", None, "energy", "fuel"), revision=revision)
    with pytest.raises(Stale):
        enter(at, FactChange("declared", None, "energy", "new_energy"), revision=revision)

    assert facts.current(at.session, at.claim).value("declared", "energy") == "fuel"


def test_the_history_tells_how_much_was_entered_not_what(at: Desk) -> None:
    enter(at, FactChange("declared", None, "energy", "fuel"), FactChange("account", None, "kind", "debit"))
    event = at.session.scalars(select(Event).order_by(Event.id.desc()).limit(1)).one()

    assert (event.action, event.actor_id, event.reason) == ("change_fact", at.actor.id, "填写或核对 2 项内容")


def test_reading_again_leaves_what_persons_entered(at: Desk) -> None:
    card = paper_id(at)
    enter(at, FactChange("paper", card, "name", "测试甲"))
    with transaction(at.session):
        intake.set_kind(at.session, at.actor, NOW, at.claim.id, card, "id_card")
        paper = at.session.scalars(select(Paper)).one()
        paper.pages[0].upload.state = "waiting"
    at.read(paper.pages[0].upload)

    assert on_card(at, "name").value == "测试甲"
    assert on_card(at, "name").place is not None


def test_a_look_at_applicant_and_account_confirms_them_as_they_stand(at: Desk) -> None:
    claim = at.session.get_one(Claim, at.claim.id, populate_existing=True)
    assert checking.evaluate_claim(at.session, claim, NOW).unconfirmed == ("姓名", "开户人姓名")
    with transaction(at.session):
        intake.confirm(at.session, at.actor, NOW, claim.id, claim.revision)
    present = facts.current(at.session, claim)

    assert checking.evaluate_claim(at.session, claim, NOW).unconfirmed == ()
    assert (present.value("applicant", "name"), present.value("account", "holder")) == ("测试申", "测试申")
    assert on_card(at, "name").row.doubtful


def test_a_look_at_an_older_page_confirms_nothing(at: Desk) -> None:
    revision = at.session.get_one(Claim, at.claim.id).revision
    enter(at, FactChange("paper", paper_id(at), "name", "测试甲"))
    with pytest.raises(Stale), transaction(at.session):
        intake.confirm(at.session, at.actor, NOW, at.claim.id, revision)
