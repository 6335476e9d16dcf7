"""What people did about what was read, from the facts that are kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from reviewapp.models import Claim, Paper, User
from reviewapp.queries.corrections import Corrections, FieldHistory, corrections, histories
from tests import factories
from tests.factories import NOW
from tests.factories.papers import fact
from tests.factories.papers import paper as make_paper
from tests.support.both import both_databases


@pytest.fixture
def claim(session: Session) -> Claim:
    return factories.claim(session, "draft")


def person(session: Session, claim: Claim) -> User:
    return session.get_one(User, claim.entered_by_id)


def left(session: Session, paper: Paper, field: str, value: Any, days: int = 0) -> None:
    """What the person who entered the claim says of a field."""
    claim = session.get_one(Claim, paper.claim_id)
    moment = NOW + timedelta(days=days)
    fact(session, claim, "paper", field, value, paper=paper, by=person(session, claim), now=moment)


def only(session: Session, **where: Any) -> FieldHistory:
    (history,) = histories(session, **where)
    return history


@pytest.mark.parametrize(
    ("doubtful", "said", "outcome"),
    [
        (True, "测试乙", "corrected"),
        (True, "测试甲", "confirmed"),
        (True, " 测试甲 ", "confirmed"),
        (False, "测试乙", "silent"),
        (False, "测试甲", "untouched"),
        (True, None, "corrected"),
    ],
)
def test_what_a_person_did(session: Session, claim: Claim, doubtful: bool, said: str | None, outcome: str) -> None:
    paper = make_paper(session, claim, "id_card", {"name": "测试甲"}, doubtful=("name",) if doubtful else ())
    left(session, paper, "name", said)
    history = only(session)
    assert (history.kind, history.field, history.read, history.left) == ("id_card", "name", "测试甲", said)
    assert history.outcome == outcome
    assert (history.page_id, history.box) == (paper.pages[0].id, (10, 20, 300, 50))


def test_what_nobody_touched_and_what_was_filled_in(session: Session, claim: Claim) -> None:
    paper = make_paper(session, claim, "id_card", {"name": "测试甲", "sex": None})
    left(session, paper, "address", "测试村1号")
    assert {history.field: history.outcome for history in histories(session)} == {
        "name": "untouched",
        "address": "entered",
    }


def test_the_last_word_of_a_person_counts(session: Session, claim: Claim) -> None:
    paper = make_paper(session, claim, "id_card", {"name": "测试申"}, doubtful=("name",))
    left(session, paper, "name", "测试田")
    left(session, paper, "name", "测试甲")
    assert only(session).left == "测试甲"


def test_chosen_by_claim_kind_and_day(session: Session, claim: Claim) -> None:
    card = make_paper(session, claim, "id_card", {"name": "测试甲"})
    slip = make_paper(session, claim, "pos_slip", {"amount": "5.00"})
    other = make_paper(session, factories.claim(session, "draft"), "id_card", {"name": "测试乙"})
    left(session, slip, "amount", "6.00", days=3)
    assert {history.kind for history in histories(session, kind="pos_slip")} == {"pos_slip"}
    assert len(list(histories(session, claim_id=claim.id))) == 2
    assert only(session, claim_id=other.claim_id).read == "测试乙"
    assert [history.field for history in histories(session, since=NOW + timedelta(days=1))] == ["amount"]
    assert card.id != slip.id


@both_databases
def test_many_are_counted_row_by_row(engine: Engine) -> None:
    with Session(engine) as session:
        claim = factories.claim(session, "draft")
        for number in range(300):
            fields = {"name": f"测试{number}", "sex": "男"}
            paper = make_paper(session, claim, "id_card", fields, doubtful=("name",))
            left(session, paper, "name", fields["name"] if number % 2 else "测试甲")
        assert corrections(session, claim.id) == Corrections(read=600, confirmed=150, corrected=150)
