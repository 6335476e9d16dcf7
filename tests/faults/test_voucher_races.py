"""One voucher, fifty tills at the same moment; one invoice, many vouchers: exactly one succeeds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from reviewapp.db import transaction
from reviewapp.errors import ReviewError
from reviewapp.models import Actor, Pool, Redemption, Voucher
from reviewapp.services import funds, handing_out, vouchers
from tests.factories import sales as made_sales
from tests.factories import vouchers as made
from tests.faults.races import engine_for_many

TILLS = 50
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("_sealer")]


@pytest.fixture
def many(postgres_url: str) -> Iterator[Engine]:
    with engine_for_many(postgres_url) as engine:
        yield engine


def _at_once(engine: Engine, attempt: Callable[[Session, int], object]) -> Counter[str]:
    """What became of each of the attempts, every one in a transaction of its own."""

    def one(number: int) -> str:
        with Session(engine) as session:
            try:
                with transaction(session):
                    attempt(session, number)
            except ReviewError as refused:
                return refused.code
            return "done"

    with ThreadPoolExecutor(TILLS) as threads:
        return Counter(threads.map(one, range(TILLS)))


def test_fifty_tills_and_one_voucher(many: Engine) -> None:
    with Session(many) as session, transaction(session):
        voucher = made.voucher(session)
        tills = [made.seller(session), made.seller(session)]
        voucher_id, who = voucher.id, made.identity(voucher)
    outcome = _at_once(
        many, lambda session, at: vouchers.redeem(session, tills[at % 2], made.NOW, voucher_id, made.bought(), who)
    )
    assert outcome == {"done": 1, "illegal_move": TILLS - 1}
    with Session(many) as session:
        assert session.scalar(select(func.count(Redemption.id))) == 1
        assert funds.verify(session) == []


def test_one_invoice_and_fifty_vouchers(many: Engine) -> None:
    with Session(many) as session, transaction(session):
        dealer = made.seller(session)
        rows = [made.voucher(session, index=index % 5) for index in range(TILLS)]
        known = [(row.id, made.identity(row)) for row in rows]
    same = made.bought()
    outcome = _at_once(
        many, lambda session, at: vouchers.redeem(session, dealer, made.NOW, known[at][0], same, known[at][1])
    )
    assert outcome == {"done": 1, "invalid_value": TILLS - 1}
    with Session(many) as session:
        assert Counter(session.scalars(select(Voucher.state))) == {"redeemed": 1, "issued": TILLS - 1}


def test_two_shops_and_one_person(many: Engine) -> None:
    """A person registered in fifty sales of two shops, handed out at the same moment: one voucher, one commitment."""
    with Session(many) as session, transaction(session):
        shops = [Actor.of(made_sales.staff(session)), Actor.of(made_sales.staff(session))]
        rows = [made_sales.sale(session, shops[at % 2], lines=made_sales.BOTH).id for at in range(TILLS)]
    outcome = _at_once(
        many,
        lambda session, at: handing_out.hand_out(session, shops[at % 2], made_sales.OPEN, rows[at], present=True),
    )
    assert outcome == {"done": 1, "illegal_move": TILLS - 1}
    with Session(many) as session:
        assert session.scalars(select(Voucher.held_fen)).all() == [200_000]
        assert session.scalars(select(Pool.committed)).one() == 200_000
        assert funds.verify(session) == []


def test_the_last_of_a_pool_and_fifty_consumers(many: Engine) -> None:
    """Money for three vouchers: three people get one, and the pool is not overspent."""
    with Session(many) as session, transaction(session):
        made_sales.home_pool(session, 650_000)
        shop = Actor.of(made_sales.staff(session))
        rows = [made_sales.sale(session, shop, at).id for at in range(TILLS)]
    outcome = _at_once(
        many, lambda session, at: handing_out.hand_out(session, shop, made_sales.OPEN, rows[at], present=True)
    )
    assert outcome == {"done": 3, "invalid_value": TILLS - 3}
    with Session(many) as session:
        assert funds.verify(session) == []
