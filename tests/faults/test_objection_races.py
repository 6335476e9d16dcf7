"""An objection is recorded while publications end: the claim goes on to be paid or is held, never both."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from reviewapp.db import transaction
from reviewapp.errors import ReviewError
from reviewapp.models import Actor, Claim, Objection, Payout, Pool
from reviewapp.services import funds, objections, payouts
from tests import factories
from tests.factories import NOW
from tests.factories.objections import objection, published
from tests.faults.races import at_once, engine_for_many

CLAIMS = 16
OVER = payouts.publication_ends(NOW, 5)
SAID = objections.Received(NOW.date(), "letter", "样例异议")
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("_sealer")]


@pytest.fixture
def many(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    factories.hold_in_publication(monkeypatch, "xiangning-2023", 5)
    with engine_for_many(postgres_url) as engine:
        yield engine


def _published(engine: Engine, count: int) -> tuple[Actor, list[int]]:
    with Session(engine) as session, transaction(session):
        return factories.actor(session, "reviewer"), [published(session).id for _ in range(count)]


def _record(engine: Engine, reviewer: Actor, claim_id: int, pause: float = 0) -> str:
    with Session(engine) as session:
        try:
            with transaction(session):
                objections.record(session, reviewer, OVER, claim_id, SAID, form_key="a")
                time.sleep(pause)
        except ReviewError as refused:
            return refused.code
        return "done"


def _tick(engine: Engine, limit: int = 200, pause: float = 0) -> int:
    with Session(engine) as session, transaction(session):
        ended = payouts.end_publications(session, OVER, limit)
        time.sleep(pause)
        return ended


def _ended(engine: Engine) -> dict[int, tuple[str, bool, bool]]:
    """Of every claim: its state, and whether it has an open objection and an instruction."""
    with Session(engine) as session:
        assert funds.verify(session) == []
        objected = set(session.scalars(select(Objection.claim_id).where(Objection.state == "open")))
        instructed = set(session.scalars(select(Payout.claim_id)))
        claims = session.execute(select(Claim.id, Claim.state, Claim.open_objections))
        assert {row.id for row in claims if row.open_objections} == objected
        return {
            claim_id: (state, claim_id in objected, claim_id in instructed)
            for claim_id, state in session.execute(select(Claim.id, Claim.state))
        }


def test_held_or_payable_never_both(many: Engine) -> None:
    reviewer, claim_ids = _published(many, CLAIMS)
    order = random.Random(7).sample(claim_ids, CLAIMS)
    with ThreadPoolExecutor(8) as threads:
        ticks = [threads.submit(_tick, many, 3) for _ in range(8)]
        answers = {claim_id: threads.submit(_record, many, reviewer, claim_id) for claim_id in order}
        ticks += [threads.submit(_tick, many, 3) for _ in range(8)]
        made = sum(tick.result() for tick in ticks)
    made += _tick(many)
    ends = _ended(many)
    for claim_id, answer in answers.items():
        held = answer.result() == "done"
        assert ends[claim_id] == (("publication", True, False) if held else ("payable", False, True))
    assert made == sum(state == "payable" for state, _, _ in ends.values())


def test_each_waits_for_the_other_or_passes_it_over(many: Engine) -> None:
    reviewer, (first, second) = _published(many, 2)
    with ThreadPoolExecutor(2) as threads:
        recorded = threads.submit(_record, many, reviewer, first, 0.3)
        time.sleep(0.1)
        assert _tick(many, 1) == 0 or _ended(many)[second][0] == "payable"
        assert recorded.result() == "done"
        _tick(many)
        assert _ended(many)[first] == ("publication", True, False)

    reviewer, (third,) = _published(many, 1)
    with ThreadPoolExecutor(2) as threads:
        ticked = threads.submit(_tick, many, 200, 0.3)
        time.sleep(0.1)
        assert _record(many, reviewer, third) == "illegal_move"
        assert ticked.result() == 1


def test_one_of_many_settles_it(many: Engine) -> None:
    """Leads uphold and dismiss one objection at the same moment: one word counts, the money moves once or not."""
    with Session(many) as session, transaction(session):
        row_id = objection(session, published(session)).id
        leads = [factories.actor(session, "lead") for _ in range(8)]
    acts = (objections.uphold, objections.dismiss)
    outcome = at_once(
        many, lambda session, number: acts[number % 2](session, leads[number], NOW, row_id, reason="样例"), times=8
    )
    assert outcome == {"done": 1, "illegal_move": 7}
    with Session(many) as session:
        state, pool = session.get_one(Objection, row_id).state, session.scalars(select(Pool)).one()
        expected = {"upheld": (300_000, 0), "dismissed": (0, 300_000)}
        assert (pool.reserved, pool.committed) == expected[state]
        assert funds.verify(session) == []
