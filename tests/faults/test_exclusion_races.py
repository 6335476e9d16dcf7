"""A firm is excluded while its tills work: once the exclusion has committed, nothing of that firm commits any more."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from reviewapp.db import transaction
from reviewapp.errors import NotAllowed
from reviewapp.models import SYSTEM, Actor, Organisation, Redemption
from reviewapp.services import exclusions, vouchers
from tests.factories import vouchers as made
from tests.faults.races import engine_for_many

TILLS = 24
GROUND = exclusions.Ground("breach", "样文〔2024〕1号", "样例")
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("_sealer")]
Voucher = tuple[int, vouchers.Identity]


@pytest.fixture
def many(postgres_url: str) -> Iterator[Engine]:
    with engine_for_many(postgres_url) as engine:
        yield engine


def _office(engine: Engine, count: int) -> tuple[Actor, str, list[Voucher]]:
    with Session(engine) as session, transaction(session):
        dealer = made.seller(session)
        rows = [made.voucher(session, index=index % 5) for index in range(count)]
        name = session.get_one(Organisation, dealer.organisation_id).name
        return dealer, name, [(row.id, made.identity(row)) for row in rows]


def _redeem(engine: Engine, dealer: Actor, voucher: Voucher, pause: float = 0) -> str:
    with Session(engine) as session:
        try:
            with transaction(session):
                vouchers.redeem(session, dealer, made.NOW, voucher[0], made.bought(), voucher[1])
                time.sleep(pause)
        except NotAllowed as refused:
            return refused.code
        return "done"


def _exclude(engine: Engine, name: str, pause: float = 0) -> int:
    """How many redemptions there are once it has committed."""
    with Session(engine) as session:
        with transaction(session):
            exclusions.exclude(session, SYSTEM, made.NOW, name, GROUND)
            time.sleep(pause)
        return _count(session)


def _count(session: Session) -> int:
    return session.scalar(select(func.count(Redemption.id))) or 0


def test_no_till_gets_through_behind_the_exclusion(many: Engine) -> None:
    dealer, name, known = _office(many, TILLS)
    with ThreadPoolExecutor(TILLS + 1) as threads:
        tills = [threads.submit(_redeem, many, dealer, one, 0.02) for one in known[: TILLS // 2]]
        excluded = threads.submit(_exclude, many, name)
        tills += [threads.submit(_redeem, many, dealer, one) for one in known[TILLS // 2 :]]
        outcome = [till.result() for till in tills]
    with Session(many) as session:
        assert _count(session) == excluded.result() == outcome.count("done")
    assert set(outcome) <= {"done", "excluded"}


def test_each_waits_for_the_other(many: Engine) -> None:
    """The till first: the exclusion waits and the redemption stands. The exclusion first: the till waits, in vain."""
    dealer, name, known = _office(many, 2)
    with ThreadPoolExecutor(2) as threads:
        till = threads.submit(_redeem, many, dealer, known[0], 0.6)
        time.sleep(0.2)
        excluded: Future[int] = threads.submit(_exclude, many, name, 0.6)
        time.sleep(0.2)
        assert not excluded.done()
        assert till.result() == "done"
        assert _redeem(many, dealer, known[1]) == "excluded"
        assert excluded.result() == 1
