"""One voucher, fifty tills at the same moment; one invoice, many vouchers; one settlement, many hands: one succeeds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from reviewapp.db import transaction
from reviewapp.models import Actor, BatchRow, Claim, Pool, Redemption, Voucher
from reviewapp.services import (
    batch_drafts,
    batch_submission,
    funds,
    handing_out,
    settlement_applications,
    voucher_undo,
    vouchers,
)
from tests.factories import sales as made_sales
from tests.factories import vouchers as made
from tests.faults.races import at_once, engine_for_many

TILLS = 50
_at_once = partial(at_once, times=TILLS)
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("_sealer")]


@pytest.fixture
def many(postgres_url: str) -> Iterator[Engine]:
    with engine_for_many(postgres_url) as engine:
        yield engine


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


def test_a_redemption_taken_back_while_others_redeem(many: Engine) -> None:
    """Half the tills undo and half redeem anew: whatever the order, one redemption stands, or the voucher is unused."""
    with Session(many) as session, transaction(session):
        dealer, other = made.seller(session), made.seller(session)
        row = made.redeemed(session, dealer)
        first, voucher_id, who = row.id, row.voucher_id, made.identity(row.voucher)

    def attempt(session: Session, at: int) -> None:
        if at % 2:
            vouchers.redeem(session, other, made.NOW, voucher_id, made.bought(), who)
        else:
            voucher_undo.undo(session, dealer, made.NOW, first, "输错")

    outcome = _at_once(many, attempt)
    with Session(many) as session:
        standing = session.scalar(select(func.count(Redemption.id)).where(Redemption.undone_at.is_(None)))
        rows = session.scalar(select(func.count(Redemption.id)))
        state = session.scalar(select(Voucher.state))
        assert (state, standing) in (("redeemed", 1), ("issued", 0))
        assert (outcome["done"], outcome.total()) == (rows, TILLS), "one undo, and one redemption where one came after"
        assert funds.verify(session) == []


def _redeemed(engine: Engine) -> tuple[Actor, list[int], list[str]]:
    """A dealer with three redeemed vouchers: ids and public names of the redemptions."""
    with Session(engine) as session, transaction(session):
        dealer = made.seller(session)
        rows = [made.redeemed(session, dealer, made.voucher(session, index=index)) for index in range(3)]
        return dealer, [row.id for row in rows], [row.public_id for row in rows]


def test_fifty_applications_for_the_same_vouchers(many: Engine) -> None:
    dealer, _, chosen = _redeemed(many)
    outcome = _at_once(
        many,
        lambda session, at: settlement_applications.open_application(
            session, dealer, made.AFTERWARDS, chosen=chosen[at % 3 :] + chosen[: at % 3], form_key=str(at)
        ),
    )
    assert outcome == {"done": 1, "illegal_move": TILLS - 1}
    with Session(many) as session:
        assert session.scalar(select(func.count(BatchRow.id))) == 3


def test_one_application_put_in_by_many_hands_at_once(many: Engine) -> None:
    dealer, ids, chosen = _redeemed(many)
    with Session(many) as session:
        with transaction(session):
            batch_id = settlement_applications.open_application(
                session, dealer, made.AFTERWARDS, chosen=chosen, form_key="a"
            ).id
            account = {"card_number": made.FIRM_ACCOUNT, "bank": "样例银行"}
            settlement_applications.set_account(session, dealer, made.AFTERWARDS, batch_id, account)
        batch_drafts.draft_rows(session, batch_id, made.AFTERWARDS)
        with transaction(session):
            for row_id in ids:
                made.settlement(session, dealer, session.get_one(Redemption, row_id))

    def put_in(_: int) -> int:
        with Session(many) as session:
            return len(batch_submission.submit_complete(session, dealer, made.AFTERWARDS, batch_id).tickets)

    with ThreadPoolExecutor(10) as threads:
        assert sum(threads.map(put_in, range(10))) == 3
    with Session(many) as session:
        settled = session.scalars(select(Claim).where(Claim.programme == "voucher-settlement").order_by(Claim.ticket))
        assert [(claim.state, claim.reserved_fen) for claim in settled] == [("submitted", 50_000)] * 3
        assert funds.verify(session) == []
