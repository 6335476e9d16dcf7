"""A point's stock: counted, called for once a filling, given back, shelved; nobody else's business."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from reviewapp.errors import IllegalMove, InvalidValue, NotAllowed, NotFound
from reviewapp.models import Actor, Claim, Event, Message, Outbox, PickupCall, User
from reviewapp.policy.notices import SIGNATURE
from reviewapp.queries import motorcycles, point_register, scope, stock
from reviewapp.queries import pickups as queries
from reviewapp.queries.point_register import Narrowed
from reviewapp.schemes import collection as documents
from reviewapp.services import collection, outbox, people, pickup_calls, pickups, queue
from tests import factories
from tests.factories import NOW
from tests.factories import collection as made
from tests.support.both import both_databases

CALL_AT = 10


@pytest.fixture
def clerk(session: Session) -> User:
    return made.clerk(session, phone="13800000001")


def _called(session: Session, point: User) -> int:
    """How many are told."""
    row = outbox.add(session, "pickup.call", point.organisation_id or 0, NOW)
    session.flush()
    row.done_at = NOW
    return len(pickup_calls.call_if_due(session, point.organisation_id or 0, NOW, row.id))


def _messages(session: Session) -> list[tuple[str, str]]:
    return [(row.phone, row.content.signed(SIGNATURE)) for row in session.scalars(select(Message).order_by(Message.id))]


@both_databases
def test_points_are_taken_in_once(session: Session) -> None:
    found = documents.load(made.SCHEME)
    assert found is not None
    made.clerk(session, 3)
    assert people.open_points(session, found) == 18
    assert people.open_points(session, found) == 0


@both_databases
def test_the_truck_is_called_once_a_filling(session: Session, clerk: User) -> None:
    company = made.recycler(session, phone="13900000002")
    claims = [made.handed_in(session, clerk, index) for index in range(CALL_AT - 1)]
    assert session.query(Outbox).filter_by(topic="pickup.call", subject_id=clerk.organisation_id).count() == 9
    assert (_called(session, clerk), _messages(session)) == (0, [])
    claims += [made.handed_in(session, clerk, CALL_AT - 1), made.handed_in(session, clerk, CALL_AT)]
    made.handed_in(session, made.clerk(session, 2), 20)
    assert (_called(session, clerk), _called(session, clerk)) == (2, 0)
    assert [phone for phone, _ in _messages(session)] == ["13800000001", "13900000002"]
    assert all(f"{made.POINTS[1]}待运摩托车已有11辆" in body and len(body) <= 70 for _, body in _messages(session))
    for at in (Actor.of(clerk), Actor.of(company), factories.actor(session, "admin")):
        assert [call.count for call in queries.open_calls(session, at)] == [11]
    pickup = pickups.make(
        session, Actor.of(clerk), NOW, [claim.public_id for claim in claims[:3]], company.organisation.public_id
    )
    pickups.hand_over(session, Actor.of(clerk), NOW, pickup.id, giver="测试甲", taker="测试乙")
    assert (queries.open_calls(session, Actor.of(clerk)), _called(session, clerk)) == ([], 0)
    for index in (30, 31):
        made.handed_in(session, clerk, index)
    assert (_called(session, clerk), len(_messages(session))) == (2, 4), "filled again, called again"
    session.add(PickupCall(organisation_id=clerk.organisation_id, scheme_code=made.SCHEME, count=10, at=NOW))
    with pytest.raises(IntegrityError):
        session.flush()


@both_databases
def test_a_motorcycle_of_a_claim_that_came_to_nothing_goes_back(session: Session, clerk: User) -> None:
    actor, row = Actor.of(clerk), made.handed_in(session, clerk)
    with pytest.raises(IllegalMove, match="已提交"):
        collection.give_back(session, actor, NOW, row.id, "测试丙")
    queue.withdraw(session, actor, NOW, row.id, row.revision)
    seen = queries.stock_of(session, actor)
    assert (seen.ready, [one.whereabouts for one in seen.to_give_back]) == ((), ["应退还车主"])
    with pytest.raises(InvalidValue, match="领车人"):
        collection.give_back(session, actor, NOW, row.id, " ")
    with pytest.raises(NotFound):
        collection.give_back(session, Actor.of(made.clerk(session, 2)), NOW, row.id, "测试丙")
    collection.give_back(session, actor, NOW, row.id, "测试丙")
    assert queries.stock_of(session, actor).to_give_back == ()
    assert motorcycles.of_claims(session, [row])[0].whereabouts == "已退还车主"
    with pytest.raises(IllegalMove, match="不用再登记"):
        collection.give_back(session, actor, NOW, row.id, "测试丙")
    assert session.scalars(select(Event.reason).where(Event.action == "give_back_vehicle")).all() == ["领车人 测试丙"]


@both_databases
def test_shelves_are_kept_with_their_history(session: Session, clerk: User) -> None:
    actor, row, other = Actor.of(clerk), made.handed_in(session, clerk), made.handed_in(session, clerk, 1)
    for number in ("A-03", " A-04 ", "A-04"):
        collection.shelve(session, actor, NOW, row.id, number)
    collection.shelve(session, actor, NOW, other.id, "A-03")
    said = session.scalars(select(Event.reason).where(Event.action == "shelve").order_by(Event.id)).all()
    assert said == ["柜号 A-03", "柜号 A-03 改为 A-04", "柜号 A-03"]
    found = point_register.page(session, actor, Narrowed(made.SCHEME, None, "A-03"), 1)
    assert [line.claim for line in found.rows] == [other], "what stood there once does not count"
    with pytest.raises(InvalidValue, match="最多 20 个字"):
        collection.shelve(session, actor, NOW, row.id, "柜" * 21)
    with pytest.raises(NotAllowed):
        collection.shelve(session, factories.actor(session, "reviewer"), NOW, row.id, "B")
    with pytest.raises(NotFound):
        collection.shelve(session, Actor.of(made.clerk(session, 2)), NOW, row.id, "B")
    with pytest.raises(IntegrityError):
        session.execute(text("UPDATE shelf_marks SET number = 'B'"))


def test_the_register_says_what_the_papers_say(session: Session, clerk: User) -> None:
    row = made.handed_in(session, clerk)
    (line,) = motorcycles.of_claims(session, [row])
    assert (line.case, line.made_on, line.band, line.award_fen) == ("未上户", "2018-01-11", "不满 6 年", 100_000)
    assert (line.vin, line.received_on, line.point) == (made.frame_number(0), "2024-01-10", made.POINTS[1])
    page = point_register.page(session, factories.actor(session, "admin"), Narrowed(made.SCHEME), 1)
    assert (page.total, page.sum_fen) == (1, 100_000)
    cells = dict(zip(point_register.COLUMNS, point_register.cells(1, line, whole=True), strict=True))
    assert (cells["身份证号"], cells["金额（元）"], cells["签字"]) == (line.id_number, 1000.0, "")
    assert point_register.cells(1, line, whole=False)[3] == line.masked_id != line.id_number


def test_printed_pages_have_their_sums(session: Session, clerk: User) -> None:
    rows = motorcycles.of_claims(session, [made.handed_in(session, clerk)])
    pages = point_register.printed(iter(rows * 15), whole=True)
    assert [(page["count"], page["sum"], page["sum_so_far"]) for page in pages] == [
        (14, "14,000.00", "14,000.00"),
        (1, "1,000.00", "15,000.00"),
    ]
    assert {len(line) for page in pages for line in page["rows"]} == {len(point_register.COLUMNS)}
    assert len(point_register.printed(iter(()), whole=True)) == 1, "an empty register is a page, too"


@both_databases
def test_taken_in_at_two_points_is_said_plainly(session: Session, clerk: User) -> None:
    first = made.handed_in(session, clerk)
    second = made.handed_in(session, made.clerk(session, 4), 1, vin=made.frame_number(0))
    one, two = motorcycles.of_claims(session, [first, second])
    assert (one.elsewhere, two.elsewhere) == ((made.POINTS[4],), (made.POINTS[1],))
    queue.withdraw(session, Actor.of(second.entered_by), NOW, second.id, second.revision)
    assert motorcycles.of_claims(session, [first])[0].elsewhere == ()


def test_a_claimants_own_claim_is_no_stock(session: Session, clerk: User) -> None:
    made.handed_in(session, clerk)
    factories.claim(session, "submitted", by=factories.user(session))
    seen = session.scalars(select(Claim).where(stock.taken_in())).all()
    assert [claim.submitter_role for claim in seen] == ["point"]
    for role in ("claimant", "recycler", "finance_maker", "dealer"):
        assert session.scalars(scope.taken_in_visible_to(factories.actor(session, role))).all() == []
