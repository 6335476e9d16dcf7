"""A shop's sale: who may have the voucher and when, what it commits, and where the money goes in the end."""

from __future__ import annotations

from dataclasses import replace as _replace
from datetime import timedelta

import msgspec
import pytest
from sqlalchemy.orm import Session

from reviewapp.errors import IllegalMove, InvalidValue, NotAllowed, NotFound, ReviewError
from reviewapp.models import Actor, Organisation, Payout, Sale
from reviewapp.services import (
    checking,
    closing,
    decisions,
    demands,
    facts,
    funds,
    handing_out,
    queue,
    sales,
    vouchers,
)
from tests import factories
from tests.factories import sales as made
from tests.factories.payouts import CARD
from tests.factories.sales import BOTH, OPEN, SOFA, TV
from tests.support.both import both_databases

_PERSON = {"name": "测试甲", "id_number": made.buyer().id_number, "phone": "13800000001"}


@pytest.fixture
def shop(session: Session) -> Actor:
    return Actor.of(made.staff(session))


def _money(session: Session) -> tuple[int, int, int]:
    """Free, reserved and committed; and nothing to find fault with."""
    assert funds.verify(session) == []
    pot = made.home_pool(session)
    return pot.available, pot.reserved, pot.committed


def _refusal(session: Session, shop: Actor, row: Sale, *, now: object = OPEN, present: bool = True) -> ReviewError:
    with pytest.raises(ReviewError) as refused, session.begin_nested():
        handing_out.hand_out(session, shop, now, row.id, present=present)  # type: ignore[arg-type]
    return refused.value


@both_databases
def test_from_the_voucher_to_the_approved_claim(session: Session, shop: Actor) -> None:
    """The document's own figures: 电视机 9999 and 沙发 12000 are worth 2000, not 2199.90 (八(二))."""
    row = made.sale(session, shop)
    voucher = handing_out.hand_out(session, shop, OPEN, row.id, present=True)
    assert (voucher.held_fen, _money(session)) == (200_000, (9_800_000, 0, 200_000))
    sales.set_lines(session, shop, OPEN, row.id, (TV,))
    closing.close(session, shop, OPEN, row.id)
    assert (voucher.state, voucher.value_fen, _money(session)) == ("redeemed", 99_990, (9_900_010, 0, 99_990))
    made.with_papers(session, shop, row)
    checked = checking.evaluate_claim(session, row.claim, OPEN).result
    assert [one.message for one in checked.findings if one.outcome == "fail"] == []
    made.put_in(session, shop, row)
    assert (row.claim.state, row.claim.reserved_fen, _money(session)) == ("submitted", 99_990, (9_900_010, 99_990, 0))
    reviewer = factories.actor(session, "lead")
    taken = decisions.take_next(session, reviewer, OPEN)
    assert taken is row.claim
    decisions.approve(session, reviewer, OPEN, taken.id, taken.fence, reason="核对无误")
    assert (taken.state, taken.award_fen, voucher.state) == ("approved", 99_990, "settled")
    assert _money(session) == (9_900_010, 0, 99_990)


@both_databases
def test_one_chance_a_person_at_whichever_shop(session: Session, shop: Actor) -> None:
    other = Actor.of(made.staff(session))
    first = made.with_voucher(session, shop)
    again, elsewhere = made.sale(session, shop), made.sale(session, other)
    for by, row in ((shop, again), (other, elsewhere)):
        refused = _refusal(session, by, row)
        assert (isinstance(refused, IllegalMove), "机会已经使用或正在使用" in refused.message) == (True, True)
        assert first.organisation.name not in refused.message
        assert handing_out.chance_used(session, row, made.buyer().id_number)
    assert not handing_out.chance_used(session, first, made.buyer().id_number)
    sales.cancel(session, shop, OPEN, first.id, "顾客不买了")
    assert first.voucher is not None
    assert (first.voucher.state, first.claim.state, _money(session)) == ("voided", "withdrawn", (10_000_000, 0, 0))
    assert "机会已经使用" in _refusal(session, other, elsewhere).message, "what is cancelled counts as used (八(二))"
    assert handing_out.hand_out(session, other, OPEN, made.sale(session, other, 1).id, present=True)


def test_a_claim_without_a_voucher_uses_the_chance_as_well(session: Session, shop: Actor) -> None:
    row = made.sale(session, shop)
    pot = made.home_pool(session)
    claim = factories.claim(session, "submitted", pool=pot, programme="home", amount_fen=1000, now=OPEN)
    factories.add_facts(session, claim, "applicant", {"id_number": made.buyer().id_number}, now=OPEN)
    checking.write_keys(session, claim, checking.evaluate_claim(session, claim, OPEN), OPEN)
    assert "机会已经使用" in _refusal(session, shop, row).message


@both_databases
def test_only_in_the_day_s_hours_and_good_until_they_end(session: Session, shop: Actor) -> None:
    row = made.sale(session, shop)
    for day, hour, minute, said in ((10, 9, 59, "每天 10:00 至 22:00"), (10, 22, 0, "五"), (4, 12, 0, "2024-07-05")):
        assert said in _refusal(session, shop, row, now=OPEN.replace(day=day, hour=hour, minute=minute)).message
    assert "本人在场" in _refusal(session, shop, row, present=False).message
    late = OPEN.replace(hour=21, minute=59, second=59)
    voucher = handing_out.hand_out(session, shop, late, row.id, present=True)
    sales.set_lines(session, shop, late, row.id, BOTH)
    over = OPEN.replace(hour=22)
    with pytest.raises(IllegalMove, match="已经过期"):
        closing.close(session, shop, over, row.id)
    assert (vouchers.expire_due(session, late), vouchers.expire_due(session, over)) == (0, 1)
    assert (voucher.state, _money(session)) == ("expired", (10_000_000, 0, 0))
    assert handing_out.chance_used(session, made.sale(session, shop), made.buyer().id_number), (
        "expired is used (八(二))"
    )


@both_databases
def test_the_pool_is_never_overspent_and_its_rest_can_be_used(session: Session) -> None:
    pot = made.home_pool(session, 120_000)
    shop = Actor.of(made.staff(session))
    blank = made.sale(session, shop)
    refused = _refusal(session, shop, blank)
    assert ("可用 1,200.00 元，不够占用 2,000.00 元" in refused.message, "先录入商品" in refused.message) == (
        True,
        True,
    )
    sales.set_lines(session, shop, OPEN, blank.id, (TV,))
    voucher = handing_out.hand_out(session, shop, OPEN, blank.id, present=True)
    assert (voucher.held_fen, pot.available) == (99_990, 20_010)
    sales.set_lines(session, shop, OPEN, blank.id, (msgspec.structs.replace(TV, price_fen=1_300_000),))
    with pytest.raises(InvalidValue, match="不够占用 300"), session.begin_nested():
        closing.close(session, shop, OPEN, blank.id)
    session.expire_all()
    sales.set_lines(session, shop, OPEN, blank.id, (msgspec.structs.replace(TV, price_fen=1_200_000),))
    closing.close(session, shop, OPEN, blank.id)
    assert _money(session) == (0, 0, 120_000)


def test_what_is_wrong_is_said_in_plain_words(session: Session, shop: Actor) -> None:
    row = sales.begin(session, shop, OPEN, scheme_code=made.SCHEME, form_key="plain")
    assert "先登记消费者" in _refusal(session, shop, row).message
    wrong = _PERSON["id_number"][:-1] + ("0" if _PERSON["id_number"][-1] != "0" else "1")
    with pytest.raises(InvalidValue, match="校验位") as said:
        sales.set_consumer(session, shop, OPEN, row.id, _PERSON | {"id_number": wrong})
    assert set(said.value.fields) == {"id_number"}
    with pytest.raises(InvalidValue) as said:
        sales.set_consumer(session, shop, OPEN, row.id, _PERSON | {"phone": ""})
    assert set(said.value.fields) == {"phone"}
    sales.set_consumer(session, shop, OPEN, row.id, _PERSON)
    handing_out.hand_out(session, shop, OPEN, row.id, present=True)
    with pytest.raises(IllegalMove, match="消费者不能再改"):
        sales.set_consumer(session, shop, OPEN, row.id, _PERSON)
    with pytest.raises(InvalidValue, match="还没有录入商品"):
        closing.close(session, shop, OPEN, row.id)
    for line, text in (
        (msgspec.structs.replace(TV, grade="3"), "等级 3 级，应为 2 级或更好"),
        (msgspec.structs.replace(TV, name="微波炉"), "微波炉 不在补贴商品之列"),
        (msgspec.structs.replace(TV, code="6901234567891"), "不是有效的 13 位国标码"),
        (msgspec.structs.replace(TV, code="", grade=""), "缺少能效水效标识"),
    ):
        sales.set_lines(session, shop, OPEN, row.id, (SOFA, line))
        with pytest.raises(InvalidValue, match=text):
            closing.close(session, shop, OPEN, row.id)


def test_who_may_not(session: Session, shop: Actor) -> None:
    row = made.sale(session, shop)
    for stranger, error in (
        (Actor.of(made.staff(session)), NotFound),
        (factories.actor(session, "dealer"), NotAllowed),
        (_replace(shop, organisation_id=None), NotAllowed),
    ):
        with pytest.raises(error):
            handing_out.hand_out(session, stranger, OPEN, row.id, present=True)
    firm = session.get_one(Organisation, shop.organisation_id)
    factories.exclude(session, firm.name, made.SCHEME)
    assert "被列入失信名单" in _refusal(session, shop, row).message
    with pytest.raises(NotAllowed, match="被列入失信名单"):
        sales.begin(session, shop, OPEN, scheme_code=made.SCHEME, form_key="excluded")


def test_the_till_does_not_take_it(session: Session, shop: Actor) -> None:
    row = made.with_voucher(session, shop)
    assert row.voucher is not None
    with pytest.raises(IllegalMove, match="购买登记"):
        vouchers.require_usable(session, shop, OPEN, row.voucher)


@both_databases
def test_goods_that_come_back_before_the_claim_is_put_in(session: Session, shop: Actor) -> None:
    """Of 21,999 worth 2000 the television is returned: the rest, 12,000, is worth 1200; then everything."""
    row = made.closed(session, shop)
    with pytest.raises(InvalidValue, match="退了几件"):
        closing.take_back(session, shop, OPEN, row.id, (0, 0), "退")
    with pytest.raises(InvalidValue, match="未退的件数"):
        closing.take_back(session, shop, OPEN, row.id, (2, 0), "退")
    closing.take_back(session, shop, OPEN, row.id, (1, 0), "电视有坏点")
    assert row.voucher is not None
    assert (row.voucher.held_fen, _money(session)) == (120_000, (9_880_000, 0, 120_000))
    assert (sales.judged(row, OPEN).award_fen, [line.kept for line in sales.lines_of(row)]) == (120_000, [0, 1])
    made.with_papers(session, shop, row)
    made.put_in(session, shop, row)
    assert row.claim.reserved_fen == 120_000
    assert closing.way_back(session, row) == "withdraw"
    with pytest.raises(IllegalMove, match="先撤回"):
        closing.take_back(session, shop, OPEN, row.id, (0, 1), "退")
    queue.withdraw(session, shop, OPEN, row.claim_id, row.claim.revision)
    closing.take_back(session, shop, OPEN, row.id, (0, 1), "沙发尺寸不对")
    assert (row.voucher.state, row.claim.state, _money(session)) == ("voided", "withdrawn", (10_000_000, 0, 0))
    assert handing_out.chance_used(session, made.sale(session, shop), made.buyer().id_number)


def test_all_returned_before_the_claim_is_put_in(session: Session, shop: Actor) -> None:
    row = made.closed(session, shop)
    closing.take_back(session, shop, OPEN, row.id, (1, 1), "不要了")
    assert row.voucher is not None
    assert (row.claim.state, row.voucher.state, _money(session)) == ("withdrawn", "voided", (10_000_000, 0, 0))


@both_databases
def test_a_claim_that_came_to_nothing_is_put_in_anew(session: Session, shop: Actor) -> None:
    row = made.put_in(session, shop, made.with_papers(session, shop, made.closed(session, shop)))
    before = row.claim
    queue.withdraw(session, shop, OPEN, before.id, before.revision)
    assert _money(session) == (9_800_000, 0, 200_000)
    claim = sales.claim_again(session, shop, OPEN, row.id)
    account = facts.current(session, claim)
    assert (account.value("account", "holder"), account.value("account", "card_number")) == (
        row.organisation.name,
        CARD,
    )
    assert (row.claim_id, sales.consumer(session, claim)["id_number"]) == (claim.id, made.buyer().id_number)
    session.refresh(row)
    made.put_in(session, shop, made.with_papers(session, shop, row))
    assert (claim.state, claim.reserved_fen, _money(session)) == ("submitted", 200_000, (9_800_000, 200_000, 0))


@both_databases
def test_what_nobody_claimed_is_free_once_papers_are_taken_in_no_more(session: Session, shop: Actor) -> None:
    """Until 14 November; a claim put in by then keeps its money, another is out of time."""
    kept = made.put_in(session, shop, made.with_papers(session, shop, made.closed(session, shop)))
    lost = made.closed(session, shop, 1)
    last = OPEN.replace(month=11, day=14, hour=23)
    assert (closing.lapse_due(session, last), closing.lapse_due(session, last + timedelta(hours=2))) == (0, 1)
    assert lost.voucher is not None
    assert (lost.voucher.state, kept.claim.reserved_fen) == ("voided", 200_000)
    assert (_money(session), closing.way_back(session, lost)) == ((9_800_000, 200_000, 0), "")


def test_the_claim_is_for_who_got_the_voucher(session: Session, shop: Actor) -> None:
    row = made.with_papers(session, shop, made.closed(session, shop))
    factories.add_facts(session, row.claim, "applicant", {"id_number": made.buyer(1).id_number}, now=OPEN)
    with pytest.raises(InvalidValue, match="与领券人"):
        made.put_in(session, shop, row)
    open_sale = made.with_voucher(session, shop, 2, lines=BOTH)
    made.with_papers(session, shop, open_sale)
    with pytest.raises(InvalidValue, match="没有对应的已核销消费券"):
        made.put_in(session, shop, open_sale)


@both_databases
def test_a_shop_declares_a_return_after_payment(session: Session, shop: Actor) -> None:
    row = _paid(session, shop)
    with pytest.raises(NotFound):
        closing.declare(session, Actor.of(made.staff(session)), OPEN, row.id, (1, 0), "退")
    demand = closing.declare(session, shop, OPEN, row.id, (1, 0), "电视退货")
    assert (demand.amount_fen, demand.clause, demand.state) == (80_000, "八(二)", "proposed")
    assert closing.way_back(session, row) == "declared"
    with pytest.raises(IllegalMove):
        closing.declare(session, shop, OPEN, row.id, (0, 1), "又退")
    checker, maker = factories.actor(session, "finance_checker"), factories.actor(session, "finance_maker")
    demands.confirm(session, checker, OPEN, demand.id)
    payment = demands.Payment(80_000, "样例流水1", OPEN.date())
    demands.receive(session, maker, OPEN + timedelta(days=1), demand.id, payment)
    assert (row.claim.state, made.home_pool(session).available) == ("paid", 9_880_000)
    rest = closing.declare(session, shop, OPEN, row.id, (0, 1), "沙发也退")
    assert rest.amount_fen == 120_000, "what was left of the award"
    assert funds.verify(session) == []


def _paid(session: Session, shop: Actor) -> Sale:
    row = made.put_in(session, shop, made.with_papers(session, shop, made.closed(session, shop)))
    reviewer = factories.actor(session, "lead")
    claim = decisions.take_next(session, reviewer, OPEN)
    assert claim is not None
    decisions.approve(session, reviewer, OPEN, claim.id, claim.fence, reason="核对无误")
    funds.record_paid(session, OPEN, funds.Settled(claim))
    claim.state = "paid"
    payout = {
        "number": f"{claim.number}-1",
        "claim_id": claim.id,
        "amount_fen": claim.award_fen,
        "payee": {"name": "商户"},
    }
    session.add(Payout(**payout, state="paid", approved_at=OPEN, created_at=OPEN))
    session.flush()
    return row
