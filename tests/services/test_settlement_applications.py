"""结算申请: many redeemed vouchers, one pile, one account; each a claim of its own with its money where it was."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.db import transaction
from reviewapp.errors import IllegalMove, InvalidValue, NotAllowed, NotFound
from reviewapp.models import Actor, Batch, Claim, Organisation, Pool, Redemption
from reviewapp.queries import scope
from reviewapp.queries import settlement_applications as queries
from reviewapp.services import (
    batch_rows,
    batch_submission,
    batches,
    decisions,
    funds,
    payouts,
    queue,
    settlement_applications,
    voucher_undo,
    vouchers,
)
from reviewapp.storage import storage_from_url
from tests import factories
from tests.factories import NOW
from tests.factories import vouchers as made
from tests.factories.vouchers import AFTERWARDS, FIRM_ACCOUNT, redeemed
from tests.services.batchwork import Counter
from tests.services.paperwork import document
from tests.support.both import both_databases

ACCOUNT = {"card_number": FIRM_ACCOUNT, "bank": "样例银行阳城支行"}


def _redeemed(session: Session, dealer: Actor, how_many: int) -> list[Redemption]:
    return [redeemed(session, dealer, made.voucher(session, index=index)) for index in range(how_many)]


def _open(session: Session, dealer: Actor, rows: list[Redemption], form_key: str = "a") -> Batch:
    return settlement_applications.open_application(
        session, dealer, AFTERWARDS, chosen=[row.public_id for row in rows], form_key=form_key
    )


@pytest.fixture
def dealer(session: Session) -> Actor:
    with transaction(session):
        return made.seller(session)


@pytest.fixture
def desk(session: Session, tmp_path: Path, dealer: Actor) -> Counter:
    """An application for three vouchers, opened."""
    with transaction(session):
        batch_id = _open(session, dealer, _redeemed(session, dealer, 3)).id
    return Counter(session, storage_from_url(f"file:{tmp_path / 'uploads'}"), dealer, batch_id)


def _papers(desk: Counter, row: Redemption) -> list[int]:
    """Slip, invoice and ID card of one voucher, as the reader will see them."""
    owner, firm = row.voucher.owner, desk.session.get_one(Organisation, row.organisation_id).name
    slip = {
        "face_value": "500.00", "order_amount": "4000.00", "merchant_name": firm,
        "redeemed_at": row.at.isoformat(), "order_number": row.voucher.number,
    }  # fmt: skip
    invoice = {
        "buyer_name": owner["name"], "buyer_id": owner["id_number"], "seller_name": firm, "vehicle_type": "两轮摩托车",
        "invoice_date": row.at.date().isoformat(), "invoice_number": row.invoice, "total": "4000.00",
    }  # fmt: skip
    seen = (("voucher_slip", slip), ("vehicle_invoice", invoice), ("id_card", dict(owner)))
    return [desk.shoot(kind, fields) for kind, fields in seen]


def _brought(desk: Counter, but: int = 0) -> None:
    """The whole pile in one shuffled PDF, without the last `but` papers."""
    rows = [row.redemption for row in desk.rows()]
    widths = [width for row in rows if row for width in _papers(desk, row)]
    widths = widths[: len(widths) - but]
    random.Random(7).shuffle(widths)
    desk.send(document(*widths), "扫描件.pdf")
    desk.work(AFTERWARDS)


def _account(desk: Counter) -> None:
    with transaction(desk.session):
        settlement_applications.set_account(desk.session, desk.actor, AFTERWARDS, desk.batch_id, ACCOUNT)
    desk.work(AFTERWARDS)


def _decided(session: Session, dealer: Actor) -> None:
    """Two are approved and ordered to be paid to the firm's account, the last one is rejected."""
    with transaction(session):
        lead = factories.actor(session, "lead")
        firm = session.get_one(Organisation, dealer.organisation_id).name
    for reject in (False, False, True):
        with transaction(session):
            claim = decisions.take_next(session, lead, AFTERWARDS)
            assert claim is not None
            if reject:
                decisions.reject(session, lead, AFTERWARDS, claim.id, claim.fence, clause="八(三)", reason="发票不清")
                return
            decisions.approve(session, lead, AFTERWARDS, claim.id, claim.fence, reason="核对无误")
            payout = payouts.order(session, AFTERWARDS, claim.id)
            assert payout is not None
            assert payout.payee == {"name": firm, "card_number": FIRM_ACCOUNT, "bank": "样例银行阳城支行"}


@both_databases
def test_three_vouchers_from_one_pile_to_one_account(desk: Counter, dealer: Actor) -> None:
    session = desk.session
    _brought(desk)
    assert [(page.doubtful, page.row_id is not None) for page in desk.pages()] == [(False, True)] * 9
    with pytest.raises(InvalidValue, match="收款账户"):
        batch_submission.submit_complete(session, dealer, AFTERWARDS, desk.batch_id)
    _account(desk)
    done = batch_submission.submit_complete(session, dealer, AFTERWARDS, desk.batch_id)
    assert (done.tickets, done.kept) == ([(1, 4), (2, 5), (3, 6)], []), "in the order of redemption, behind the owners'"
    with pytest.raises(IllegalMove, match="不能再改"):
        _account(desk)
    session.rollback()
    _decided(session, dealer)
    assert {queries.of_claim(session, row.claim) for row in desk.rows() if row.claim} == {desk.batch}
    seen = queries.application(session, desk.batch)
    assert [line.state for line in seen.lines] == ["payable", "payable", "rejected"]
    assert (seen.asked_fen, seen.granted_fen, seen.paid_fen, len(seen.counted)) == (100_000, 100_000, 0, 2)
    form = seen.form()
    assert (form["total"], form["words"], form["account"][1]) == ("1,000.00", "壹仟元整", FIRM_ACCOUNT)
    assert funds.verify(session) == []
    (again,) = queries.open_redemptions(session, dealer)
    assert again.public_id == desk.rows()[2].redemption.public_id, "what was rejected can be asked for anew"


def test_what_is_not_complete_waits_and_the_rest_goes_in(desk: Counter, dealer: Actor) -> None:
    _account(desk)
    _brought(desk, but=1)
    done = batch_submission.submit_complete(desk.session, dealer, AFTERWARDS, desk.batch_id)
    assert [number for number, _ in done.tickets] == [1, 2]
    assert done.kept == [(3, "缺少：券主身份证。")]
    pool = desk.session.scalars(select(Pool)).one()
    assert (pool.reserved, pool.committed) == (100_000, 50_000)


def test_goods_that_came_back_are_not_asked_for(session: Session, dealer: Actor) -> None:
    rows = _redeemed(session, dealer, 2)
    vouchers.take_goods_back(session, dealer, AFTERWARDS, rows[0].id, returned_fen=100_000, reason="退配件")
    batch = _open(session, dealer, rows)
    seen = queries.application(session, batch)
    assert [line.asked_fen for line in seen.lines] == [37_500, 50_000]
    assert seen.form()["words"] == "捌佰柒拾伍元整"
    (listed,) = queries.listed(session, dealer)
    assert (listed.count, listed.put_in, listed.asked_fen) == (2, 0, 87_500)
    vouchers.take_goods_back(session, dealer, AFTERWARDS, rows[1].id, returned_fen=400_000, reason="整车")
    assert [line.number for line in queries.application(session, batch).counted] == [rows[0].voucher.number]


@both_databases
def test_a_voucher_is_in_one_application_at_a_time(session: Session, dealer: Actor) -> None:
    rows = _redeemed(session, dealer, 3)
    batch = _open(session, dealer, rows[:2])
    assert _open(session, dealer, rows[:2]) is batch, "the same form sent twice"
    assert (batch.number or "").startswith("JS20240506-")
    with pytest.raises(IllegalMove, match=rows[1].voucher.number):
        _open(session, dealer, rows[1:], "b")
    assert [row.id for row in queries.open_redemptions(session, dealer)] == [rows[2].id]
    with pytest.raises(IllegalMove, match="开始结算"):
        voucher_undo.undo(session, dealer, NOW, rows[0].id, "输错")
    for chosen, said in (([], "至少勾选"), (rows * 200, "最多 500 张")):
        with pytest.raises(InvalidValue, match=said):
            _open(session, dealer, chosen, "c")
    with pytest.raises(NotFound):
        _open(session, made.seller(session), rows[2:], "d")
    with pytest.raises(NotAllowed, match="消费券核销"):
        batches.open_batch(
            session, dealer, AFTERWARDS, scheme_code=made.SCHEME, programme="voucher-settlement", form_key="e"
        )


def test_its_rows_are_redemptions_and_its_account_a_firms(session: Session, dealer: Actor) -> None:
    batch = _open(session, dealer, _redeemed(session, dealer, 1))
    with pytest.raises(IllegalMove, match="由核销记录带出"):
        batch_rows.add_row(session, dealer, AFTERWARDS, batch.id, {})
    for wrong, field in (
        ({"card_number": "1234"}, "card_number"),
        ({"bank": " "}, "bank"),
        ({"card_number": ""}, "card_number"),
    ):
        with pytest.raises(InvalidValue) as refused:
            settlement_applications.set_account(session, dealer, AFTERWARDS, batch.id, ACCOUNT | wrong)
        assert list(refused.value.fields) == [field]
    with pytest.raises(NotFound):
        settlement_applications.set_account(session, made.seller(session), AFTERWARDS, batch.id, ACCOUNT)
    for role, seen in (
        ("reviewer", True),
        ("finance_maker", True),
        ("admin", True),
        ("claimant", False),
        ("shop", False),
    ):
        visible = session.scalars(scope.applications_visible_to(factories.actor(session, role))).all()
        assert (batch in visible) == seen, role


def test_a_withdrawn_voucher_is_free_for_another_application(desk: Counter, dealer: Actor) -> None:
    desk.work(AFTERWARDS)
    claim = desk.rows()[0].claim
    with transaction(desk.session):
        assert claim is not None
        queue.withdraw(desk.session, dealer, AFTERWARDS, claim.id, claim.revision)
    (free,) = queries.open_redemptions(desk.session, dealer)
    with transaction(desk.session):
        second = _open(desk.session, dealer, [free], "b")
    again = Counter(desk.session, desk.storage, dealer, second.id)
    again.work(AFTERWARDS)
    assert again.rows()[0].claim_id not in (None, claim.id)
    assert (
        desk.session.scalars(select(Claim.state).where(Claim.programme == "voucher-settlement")).all().count("draft")
        == 3
    )


def test_after_a_failed_payout_the_firm_gives_another_account_of_its_own(session: Session, dealer: Actor) -> None:
    redemption = redeemed(session, dealer)
    made.put_in(session, dealer, made.settlement(session, dealer, redemption))
    lead, firm = factories.actor(session, "lead"), redemption.organisation.name
    claim = decisions.take_next(session, lead, AFTERWARDS)
    assert claim is not None
    decisions.approve(session, lead, AFTERWARDS, claim.id, claim.fence, reason="核对无误")
    payout = payouts.order(session, AFTERWARDS, claim.id)
    assert payout is not None
    payout.state, payout.failure, claim.state = "failed", "账户已销户", "failed"
    for holder, number, field in (("样例别家", "14000105001999", "holder"), (firm, "1234567", "card_number")):
        account = payouts.NewCard(holder, number)
        with pytest.raises(InvalidValue) as refused:
            payouts.give_new_card(session, dealer, AFTERWARDS, claim.id, claim.revision, account)
        assert list(refused.value.fields) == [field]
    again = payouts.NewCard(firm, "14000105001999")
    second = payouts.give_new_card(session, dealer, AFTERWARDS, claim.id, claim.revision, again)
    assert (second.payee["card_number"], claim.state) == ("14000105001999", "payable")
    assert funds.verify(session) == []
