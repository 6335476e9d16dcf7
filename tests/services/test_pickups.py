"""Pickups: listed once, handed over under two names, confirmed vehicle by vehicle, nothing confirmed twice."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from reviewapp.errors import IllegalMove, InvalidValue, NotAllowed, NotFound
from reviewapp.models import Actor, Event, Pickup, PickupItem, User
from reviewapp.queries import pickups as queries
from reviewapp.services import collection, pickup_receipt, pickups, queue
from reviewapp.services.intake import Received
from reviewapp.services.pickup_receipt import Certificate, Verdict
from tests import factories
from tests.factories import NOW
from tests.factories import collection as made
from tests.support.both import both_databases

TODAY = date(2024, 1, 10)


@pytest.fixture
def clerk(session: Session) -> User:
    return made.clerk(session)


@pytest.fixture
def company(session: Session) -> User:
    return made.recycler(session)


def _trail(session: Session, item: PickupItem) -> list[str]:
    return list(session.scalars(select(Event.action).where(Event.claim_id == item.claim_id).order_by(Event.id)))


@both_databases
def test_from_the_list_to_the_certificate(session: Session, clerk: User, company: User) -> None:
    pickup = made.handed_over(session, clerk, company)
    first, second = pickup.items
    actor = Actor.of(company)
    assert queries.stock_of(session, Actor.of(clerk)).ready == ()
    pickup_receipt.confirm(session, actor, NOW, first.id, Verdict("received"))
    paper = Received("0" * 64, 10, "image/jpeg", "证明.jpg")
    pickup_receipt.certify(session, actor, NOW, first.id, Certificate(" 1405 01 ", TODAY, paper))
    assert (first.certificate_number, first.paper_name, queries.shown_state(pickup)) == (
        *("140501", "证明.jpg"),
        "handed_over",
    )
    pickup_receipt.confirm(session, actor, NOW, second.id, Verdict("differs", "lxx 1", "铭牌锈蚀"))
    pickup_receipt.certify(session, actor, NOW, second.id, Certificate("140502", TODAY))
    assert (second.frame_seen, queries.shown_state(pickup)) == ("LXX1", "finished")
    assert _trail(session, first) == [
        *("submit", "list_vehicle", "hand_over_vehicle", "confirm_vehicle", "certify_scrapping"),
    ]
    pickup_receipt.certify(session, actor, NOW, second.id, Certificate("140503", TODAY))
    said = session.scalars(select(Event.reason).where(Event.claim_id == second.claim_id).order_by(Event.id.desc()))
    assert said.first() == "编号 140502 改为 140503"


@both_databases
def test_a_motorcycle_is_on_one_list_at_most(session: Session, clerk: User, company: User) -> None:
    pickup = made.listed(session, clerk, company, 1)
    claim = pickup.items[0].claim
    with pytest.raises(IllegalMove, match="已列入清单"):
        pickups.make(session, Actor.of(clerk), NOW, [claim.public_id], company.organisation.public_id)
    other = made.handed_in(session, clerk, 5)
    second = pickups.make(session, Actor.of(clerk), NOW, [other.public_id], company.organisation.public_id)
    assert (pickup.number, second.number) == (1, 2)
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(insert(PickupItem).values(pickup_id=second.id, claim_id=claim.id, note="", public_id="x"))
    pickups.take_off(session, Actor.of(clerk), NOW, pickup.items[0].id)
    again = pickups.make(session, Actor.of(clerk), NOW, [claim.public_id], company.organisation.public_id)
    pickups.cancel(session, Actor.of(clerk), NOW, again.id)
    assert len(queries.stock_of(session, Actor.of(clerk)).ready) == 1


def test_what_cannot_be_listed(session: Session, clerk: User, company: User) -> None:
    actor, firm = Actor.of(clerk), company.organisation.public_id
    row = made.handed_in(session, clerk)
    for names, where, error in (
        ([], firm, InvalidValue),
        ([row.public_id], "nobody", InvalidValue),
        ([made.handed_in(session, made.clerk(session, 2), 1).public_id], firm, NotFound),
    ):
        with pytest.raises(error):
            pickups.make(session, actor, NOW, names, where)
    with pytest.raises(NotAllowed):
        pickups.make(session, Actor.of(company), NOW, [row.public_id], firm)
    queue.withdraw(session, actor, NOW, row.id, row.revision)
    with pytest.raises(IllegalMove, match="应退还车主"):
        pickups.make(session, actor, NOW, [row.public_id], firm)


@both_databases
def test_the_hand_over(session: Session, clerk: User, company: User) -> None:
    actor, pickup = Actor.of(clerk), made.listed(session, clerk, company)
    for names in ({"giver": "", "taker": "测试乙"}, {"giver": "测试甲", "taker": " "}):
        with pytest.raises(InvalidValue):
            pickups.hand_over(session, actor, NOW, pickup.id, **names)
    with pytest.raises(IllegalMove, match="还没有交接"):
        pickup_receipt.confirm(session, Actor.of(company), NOW, pickup.items[0].id, Verdict("received"))
    with pytest.raises(NotFound):
        pickups.hand_over(session, Actor.of(made.clerk(session, 2)), NOW, pickup.id, giver="测试甲", taker="测试乙")
    claim = pickup.items[0].claim
    queue.withdraw(session, actor, NOW, claim.id, claim.revision)
    with pytest.raises(IllegalMove, match="应退还车主"):
        pickups.hand_over(session, actor, NOW, pickup.id, giver="测试甲", taker="测试乙")
    with pytest.raises(IllegalMove, match="请先从清单移出"):
        collection.give_back(session, actor, NOW, claim.id, "测试丙")
    pickups.take_off(session, actor, NOW, pickup.items[0].id)
    pickups.hand_over(session, actor, NOW, pickup.id, giver="测试甲", taker="测试乙")
    assert (pickup.state, pickup.giver, pickup.taker, pickup.handed_over_by_id) == (
        *("handed_over", "测试甲", "测试乙", clerk.id),
    )
    for again in (pickups.cancel, lambda *of: pickups.hand_over(*of, giver="测试甲", taker="测试乙")):
        with pytest.raises(IllegalMove, match="已经交接"):
            again(session, actor, NOW, pickup.id)


@both_databases
def test_nothing_is_confirmed_twice(session: Session, clerk: User, company: User) -> None:
    item = made.handed_over(session, clerk, company, 1).items[0]
    colleague = factories.user(session, "recycler", organisation_id=company.organisation_id)
    pickup_receipt.confirm(session, Actor.of(company), NOW, item.id, Verdict("received"))
    for outcome in ("received", "missing"):
        with pytest.raises(IllegalMove, match=f"已由{company.name}核对为“已收到”"):
            pickup_receipt.confirm(session, Actor.of(colleague), NOW, item.id, Verdict(outcome))
    with pytest.raises(NotFound):
        pickup_receipt.confirm(session, Actor.of(made.recycler(session)), NOW, item.id, Verdict("received"))
    with pytest.raises(IllegalMove, match="已经交接"):
        pickups.take_off(session, Actor.of(clerk), NOW, item.id)


@both_databases
def test_what_is_missing_is_listed_until_it_is_found(session: Session, clerk: User, company: User) -> None:
    first, second = made.handed_over(session, clerk, company).items
    pickup_receipt.confirm(session, Actor.of(company), NOW, first.id, Verdict("missing", note="车上没有"))
    pickup_receipt.confirm(session, Actor.of(company), NOW, second.id, Verdict("missing"))
    with pytest.raises(IllegalMove, match="收到车辆后"):
        pickup_receipt.certify(session, Actor.of(company), NOW, first.id, Certificate("1", TODAY))
    lookers = (Actor.of(clerk), Actor.of(company), *(factories.actor(session, role) for role in ("lead", "admin")))
    for looker in lookers:
        assert [row.item.note for row in queries.open_points(session, looker)] == ["车上没有", ""]
    assert queries.open_points(session, Actor.of(made.clerk(session, 2))) == []
    pickup_receipt.confirm(session, Actor.of(company), NOW, first.id, Verdict("received", note="第二车"))
    pickups.take_off(session, Actor.of(clerk), NOW, second.id)
    assert queries.open_points(session, lookers[-1]) == []
    assert [row.claim for row in queries.stock_of(session, Actor.of(clerk)).ready] == [second.claim]


def test_certificates_are_looked_at(session: Session, clerk: User, company: User) -> None:
    first, second = made.handed_over(session, clerk, company).items
    actor = Actor.of(company)
    for item in (first, second):
        pickup_receipt.confirm(session, actor, NOW, item.id, Verdict("received"))
    pickup_receipt.certify(session, actor, NOW, first.id, Certificate("140501", TODAY))
    for number, day, field in (
        ("140501", TODAY, "number"),
        ("", TODAY, "number"),
        ("140502", TODAY + timedelta(days=1), "issued_on"),
        ("140502", TODAY - timedelta(days=1), "issued_on"),
    ):
        with pytest.raises(InvalidValue) as refused:
            pickup_receipt.certify(session, actor, NOW, second.id, Certificate(number, day))
        assert set(refused.value.fields) == {field}
    for verdict, field in ((Verdict("other"), "outcome"), (Verdict("differs"), "frame_seen")):
        with pytest.raises(InvalidValue) as refused:
            pickup_receipt._said(verdict)
        assert set(refused.value.fields) == {field}


def test_the_list_on_paper(session: Session, clerk: User, company: User) -> None:
    paper = queries.paper(session, made.listed(session, clerk, company))
    assert [row[3] for row in paper["rows"]] == [made.frame_number(0), made.frame_number(1)]
    assert {len(row) for row in paper["rows"]} == {len(paper["columns"])}
    assert ("地址", "阳城县新阳东街39号") in paper["pairs"]
    assert session.query(Pickup).count() == 1
