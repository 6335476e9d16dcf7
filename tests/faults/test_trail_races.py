"""Many at once in two pools: no deadlock, and afterwards the trail is whole and nobody went out of turn."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, func, select
from sqlalchemy.orm import Session

from reviewapp.db import transaction
from reviewapp.errors import IllegalMove, ReviewError, Stale
from reviewapp.models import Actor, Claim, Event, Link, Pool
from reviewapp.services import audit, decisions, heads, queue, receipts, trail
from reviewapp.signing import Signer
from tests import factories
from tests.factories import NOW
from tests.factories.trails import AWARD

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("_sealer")]

CODES = ("car", "home")
SIGNER = Signer(bytes(32))


@pytest.fixture
def many(postgres_url: str) -> Iterator[Engine]:
    engine = create_engine(postgres_url, pool_size=24, max_overflow=8)
    yield engine
    engine.dispose()


class Crowd:
    """Submitters, reviewers and the clock, each with a thread; all work until the drafts are used up."""

    def __init__(self, engine: Engine, drafts: int) -> None:
        self.engine = engine
        with Session(engine) as session, transaction(session):
            self.submitter = factories.user(session)
            self.by = Actor.of(self.submitter)
            self.reviewers = [factories.actor(session, role) for role in ("reviewer", "reviewer", "lead")]
            pools = [factories.pool(session, drafts * AWARD // 4, code=code) for code in CODES]
            self.drafts = [factories.claim(session, pool=pools[n % 2], by=self.submitter).id for n in range(drafts)]
        random.Random(drafts).shuffle(self.drafts)
        self.over = threading.Event()

    def run(self, submitters: int) -> None:
        """All of them at once."""
        shares = [self.drafts[number::submitters] for number in range(submitters)]
        with ThreadPoolExecutor(submitters + len(self.reviewers) + 1) as threads:
            submitting = [threads.submit(self._submit, share) for share in shares]
            others = [threads.submit(self._review, reviewer, n) for n, reviewer in enumerate(self.reviewers)]
            others.append(threads.submit(self._tick))
            try:
                for done in submitting:
                    done.result()
            finally:
                self.over.set()
            for done in others:
                done.result()

    def _submit(self, share: list[int]) -> None:
        chance = random.Random(share[0])
        for claim_id in share:
            with Session(self.engine) as session:
                with transaction(session):
                    queue.enter(session, self.by, NOW, trail.lock(session, claim_id), wanted_fen=AWARD)
                if chance.random() < 0.3:
                    self._try_to_withdraw(session, claim_id)

    def _try_to_withdraw(self, session: Session, claim_id: int) -> None:
        revision = session.scalar(select(Claim.revision).where(Claim.id == claim_id))
        try:
            with transaction(session):
                queue.withdraw(session, self.by, NOW, claim_id, revision)
        except (Stale, IllegalMove):
            pass

    def _review(self, actor: Actor, seed: int) -> None:
        chance = random.Random(seed)
        while not self.over.is_set():
            with Session(self.engine) as session:
                with transaction(session):
                    claim = decisions.take_next(session, actor, NOW)
                    held = (claim.id, claim.fence) if claim else None
                if held and chance.random() < 0.7:
                    self._decide(session, actor, *held)

    def _decide(self, session: Session, actor: Actor, claim_id: int, fence: int) -> None:
        try:
            with transaction(session):
                decisions.reject(session, actor, NOW, claim_id, fence, clause="三(四)5", reason="样例原因")
        except ReviewError:  # the clock has put it back, and another one has it
            pass

    def _tick(self) -> None:
        """Leases always look as if they had run out, so claims of both pools are put back in one transaction."""
        while not self.over.is_set():
            with Session(self.engine) as session, transaction(session):
                decisions.release_expired(session, NOW + decisions.LEASE + timedelta(seconds=1))


def _check(engine: Engine, folder: Path, drafts: int) -> None:
    with Session(engine) as session:
        with transaction(session):
            heads.keep(session, NOW, SIGNER)
        with transaction(session):
            heads.anchor(session, NOW, folder)
        found = audit.verify(session, NOW, audit.Office(SIGNER, folder))
        assert [chain.wrong for chain in found] == [None, None]
        assert sum(chain.tickets for chain in found) == drafts
        for pool in session.scalars(select(Pool)).all():
            numbers = session.scalars(select(Link.number).where(Link.pool_id == pool.id).order_by(Link.number)).all()
            assert list(numbers) == list(range(1, len(numbers) + 1))
        taken = session.scalar(select(func.count()).where(Event.action == "take")) or 0
        assert taken > 0
        for claim in session.scalars(select(Claim).where(Claim.ticket.in_((1, 7)))):
            receipt = receipts.issue(session, SIGNER, claim)
            assert receipt is not None
            assert all(point.holds for point in receipts.prove(session, SIGNER, receipt))


@pytest.mark.parametrize(
    ("drafts", "submitters"),
    [(60, 4), pytest.param(2_000, 12, marks=[pytest.mark.long, pytest.mark.timeout(3600)])],
)
def test_the_trail_is_whole_after_a_rush(many: Engine, tmp_path: Path, drafts: int, submitters: int) -> None:
    Crowd(many, drafts).run(submitters)
    _check(many, tmp_path, drafts)


def test_a_claim_that_somebody_holds_is_passed_over_with_a_reason_and_not_waited_for(many: Engine) -> None:
    with Session(many) as session, transaction(session):
        claims = [factories.claim(session, "submitted") for _ in range(2)]
        ids, reviewer = [claim.id for claim in claims], factories.actor(session, "reviewer")
    with Session(many) as holder, transaction(holder):
        trail.lock(holder, ids[0])
        with Session(many) as session:
            with transaction(session):
                taken = decisions.take_next(session, reviewer, NOW)
                assert taken is not None
                assert taken.id == ids[1]
            (reason,) = session.scalars(select(Event.reason).where(Event.action == "take"))
    assert reason == "跳过更早的 1 份（最前为排队号 1）：此刻正由他人办理"


def test_a_line_that_nobody_can_be_taken_from_lets_go_of_its_pool(many: Engine) -> None:
    """Its only claim is held by somebody; the next line's is taken, and the first pool is not kept locked."""
    with Session(many) as session, transaction(session):
        first, second = (factories.pool(session, code=code) for code in CODES)
        held = factories.claim(session, "submitted", pool=first).id
        factories.claim(session, "submitted", pool=second, now=NOW + timedelta(minutes=1))
        first_id, reviewer = first.id, factories.actor(session, "reviewer")
    with Session(many) as holder, transaction(holder):
        trail.lock(holder, held)
        with Session(many) as session, transaction(session):
            taken = decisions.take_next(session, reviewer, NOW)
            assert taken is not None
            assert taken.pool_id != first_id
            holder.execute(select(Pool.id).where(Pool.id == first_id).with_for_update(nowait=True))
