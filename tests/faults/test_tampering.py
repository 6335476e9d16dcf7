"""Figure 21: whatever the owner of the database changes in the trail, the audit finds; without anchors it would not."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from reviewapp.models import Event, Head, Link, Pool
from reviewapp.services import chain
from tests.faults.tampering import Template, cut, make_new, note_head, rehash, tamper_often

pytestmark = [pytest.mark.usefixtures("_sealer"), pytest.mark.timeout(3600)]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory, _sealer: None) -> Template:
    return Template(tmp_path_factory.mktemp("office"))


def test_what_nobody_touched_is_whole(template: Template) -> None:
    template.copy()
    assert template.audit() == []


@pytest.mark.parametrize("count", [21, pytest.param(1_000, marks=pytest.mark.long)])
def test_every_tampering_is_found(tmp_path: Path, count: int) -> None:
    assert tamper_often(tmp_path, count).missed == []


def test_a_chain_cut_short_or_made_anew_is_found_by_its_anchors_alone(template: Template, tmp_path: Path) -> None:
    """With the heads out of the way nothing is found: the tampering leaves no other trace."""
    for number in range(4):
        template.copy()
        with Session(template.engine) as session:
            pool = session.get_one(Pool, 1 + number % 2)
            if number < 2:
                cut(session, pool, chain.head(session, pool)[0] - 3)
            else:
                rehash(session, random.Random(number), 0)
            session.commit()
        assert template.audit() != []
        with Session(template.engine) as session:
            session.execute(delete(Head))
            session.commit()
        assert template.audit(tmp_path) == [], number


def test_an_office_older_than_the_chain_is_whole_once_it_is_linked(template: Template, tmp_path: Path) -> None:
    """As `reviewapp migrate` does it; takings out of turn, of which no reason was recorded then, are not held up."""
    template.copy()
    with Session(template.engine) as session:
        for table in (Head, Link):
            session.execute(delete(table))
        for pool in session.scalars(select(Pool)):
            note_head(session, pool)
        session.execute(update(Event).where(Event.action == "take").values(reason=None))
        session.commit()
        assert chain.adopt(session) > 40
        session.commit()
    assert template.audit(tmp_path) == []


def test_making_a_chain_anew_over_untouched_rows_changes_nothing(template: Template) -> None:
    template.copy()
    with Session(template.engine) as session:
        for number in (1, 2):
            make_new(session, session.get_one(Pool, number))
        session.commit()
    assert template.audit() == []
