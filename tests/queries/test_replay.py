"""Past claims under another version: the newest evaluation of each, in order, and nothing written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from reviewapp import schemes
from reviewapp.models import Base, Claim
from reviewapp.policy import parse_scheme
from reviewapp.policy.replay import Totals
from reviewapp.queries import replay
from reviewapp.queries.replay import OWN, Side
from tests import factories
from tests.support.both import both_databases
from tests.support.schemes import CODE, second_text

CASES = {case.title: case.facts for case in schemes.cases(CODE)}
FUEL, LATE, ELECTRIC = (CASES[title] for title in ("燃油车，材料齐全", "开票日期 2024-01-16", "新能源车，材料齐全"))


def second() -> Side:
    return Side(parse_scheme(second_text(), "2.toml"), "第 2 版")


def put_in(session: Session, facts: Mapping[str, Any], state: str = "submitted") -> Claim:
    """A claim in that state whose evaluation saw these facts."""
    claim = factories.claim(session, state, pool=factories.pool(session, scheme_code=CODE))
    factories.evaluation(session, claim, facts=dict(facts))
    return claim


def digest(session: Session) -> dict[str, list[str]]:
    """Every row of every table."""
    session.rollback()
    tables = Base.metadata.sorted_tables
    return {table.name: sorted(map(repr, session.execute(text(f'SELECT * FROM "{table.name}"')))) for table in tables}


@both_databases
def test_whose_award_or_finding_changes_and_what_it_costs(session: Session) -> None:
    paid, late = put_in(session, FUEL, "paid"), put_in(session, LATE)
    put_in(session, ELECTRIC)
    put_in(session, FUEL, "rejected")
    changes = list(replay.replay(session, CODE, OWN, second()))
    assert [change.changed for change in changes] == [True, True, False, True]
    assert [change.claim.number for change in changes[:2]] == [paid.number, late.number]
    assert [(change.award_fen, change.due_fen) for change in changes[:2]] == [(50_000, 50_000), (50_000, 350_000)]
    totals = Totals()
    for change in changes:
        totals.add(change)
    assert {stage: cost.due_fen for (_, stage), cost in totals.costs.items()} == {
        "granted": 50_000, "open": 350_000, "closed": 0,
    }  # fmt: skip


@both_databases
def test_nothing_is_written(session: Session, engine: Engine) -> None:
    for facts, state in ((FUEL, "paid"), (LATE, "submitted"), (ELECTRIC, "waitlist")):
        put_in(session, facts, state)
    session.commit()
    before = digest(session)
    assert before["evaluations"]
    with Session(engine) as other:
        assert len(list(replay.replay(other, CODE, OWN, second()))) == 3
        assert not other.new
        assert not other.dirty
        other.commit()
    assert digest(session) == before


def test_the_newest_evaluation_counts(session: Session) -> None:
    claim = put_in(session, ELECTRIC)
    factories.evaluation(session, claim, facts=dict(FUEL))
    (change,) = replay.replay(session, CODE, OWN, second())
    assert change.award_fen == 50_000
    assert replay.count(session, CODE) == 1


def test_drafts_and_other_schemes_are_left_out(session: Session) -> None:
    factories.claim(session, "draft", pool=factories.pool(session, scheme_code=CODE))
    factories.evaluation(session, factories.claim(session, "submitted"))
    assert list(replay.replay(session, CODE, OWN, second())) == []
    assert replay.count(session, CODE) == 0


def test_more_claims_than_a_batch_come_all_and_once(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "_BATCH", 3)
    made = [put_in(session, ELECTRIC).number for _ in range(8)]
    assert [change.claim.number for change in replay.replay(session, CODE, OWN, second())] == made


def test_a_programme_that_the_other_version_has_not(session: Session) -> None:
    put_in(session, FUEL | {"programme": "bicycle"})
    (change,) = replay.replay(session, CODE, OWN, second())
    assert (change.before, change.after) == (None, None)
    assert "第 2 版：没有补贴项目“bicycle”" in change.obstacle


def test_facts_that_a_version_cannot_read_are_told(session: Session) -> None:
    put_in(session, FUEL | {"submitted_at": "gestern"})
    (change,) = replay.replay(session, CODE, OWN, second())
    assert "submitted_at" in change.obstacle


def test_rows_come_with_what_the_claim_is(session: Session) -> None:
    claim = put_in(session, FUEL, "paid")
    (change,) = replay.replay(session, CODE, OWN, second())
    stored = session.scalars(select(Claim)).one()
    assert change.claim == (claim.number, stored.public_id, "paid", "car")
