"""Accounts of a firm's people: by name, with rights that the services ask for, stopped at once."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from reviewapp.errors import InvalidValue, NotAllowed, NotFound
from reviewapp.models import Actor, User
from reviewapp.services import firm_accounts, intake, queue, vouchers
from reviewapp.services.editing import FactChange
from reviewapp.services.firm_accounts import Person
from tests import factories
from tests.factories import NOW
from tests.factories import vouchers as made


def _person(**changed: object) -> Person:
    return Person(
        **{"name": "测试乙", "phone": "13800000002", "username": "ceshiyi-01", "rights": ["redeem"]} | changed
    )


@pytest.fixture
def head(session: Session) -> User:
    return session.get_one(User, made.seller(session).id)


def _add(session: Session, by: Actor, head: User, **changed: object) -> User:
    return firm_accounts.add(session, by, NOW, head.organisation, _person(**changed), "hash")


def test_rights_are_asked_for_by_the_services(session: Session, head: User) -> None:
    clerk = Actor.of(_add(session, Actor.of(head), head))
    draft = factories.complete_draft(session, by=head)
    voucher = made.voucher(session)
    attempts = (
        lambda: intake.create_draft(session, clerk, NOW, scheme_code="yangcheng-2023", programme="car", form_key="a"),
        lambda: queue.submit(session, clerk, NOW, draft.id, draft.revision),
        lambda: queue.withdraw(session, clerk, NOW, draft.id, draft.revision),
        lambda: intake.set_facts(session, clerk, NOW, draft.id, None, [FactChange.of("applicant.name", "测试丙")]),
    )
    for attempt in attempts:
        with pytest.raises(NotAllowed, match="没有“录入和提交申请”的权限"):
            attempt()
    assert made.redeemed(session, clerk, voucher).by_id == clerk.id
    other = session.get_one(User, _add(session, Actor.of(head), head, username="other-1", rights=["claims"]).id)
    with pytest.raises(NotAllowed, match="没有“核销消费券”的权限"):
        vouchers.redeem(
            session, Actor.of(other), NOW, made.voucher(session, index=1).id, made.bought(), made.identity(voucher)
        )
    firm_accounts.set_rights(session, Actor.of(head), other, ["claims", "redeem", "hand_out"])
    assert other.rights == ["claims", "redeem"]  # a dealer hands out nothing


def test_accounts_from_before_have_all_rights(head: User) -> None:
    assert (head.rights, head.may("claims"), head.may("hand_out")) == (None, True, True)


def test_who_manages_whom(session: Session, head: User) -> None:
    admin, stranger = factories.actor(session, "admin"), factories.actor(session, "dealer")
    clerk = _add(session, admin, head)
    assert clerk.must_change_password
    for by in (Actor.of(clerk), stranger, factories.actor(session, "lead")):
        with pytest.raises(NotAllowed):
            _add(session, by, head, username="another-1")
    with pytest.raises(NotFound):
        firm_accounts.one(session, stranger, clerk.public_id)
    with pytest.raises(NotAllowed):
        firm_accounts.deactivate(session, Actor.of(head), head)
    known = clerk.fs_uniquifier
    firm_accounts.deactivate(session, Actor.of(head), firm_accounts.one(session, Actor.of(head), clerk.public_id))
    assert (clerk.active, clerk.fs_uniquifier != known) == (False, True)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": " "}, "name"),
        ({"phone": "123"}, "phone"),
        ({"username": "a b"}, "username"),
        ({"rights": []}, "rights"),
        ({"rights": ["hand_out"]}, "rights"),
    ],
)
def test_what_has_to_be_said(session: Session, head: User, changed: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        _add(session, Actor.of(head), head, **changed)
    assert list(refused.value.fields) == [field]


def test_a_name_for_signing_in_is_one_persons(session: Session, head: User) -> None:
    _add(session, Actor.of(head), head)
    with pytest.raises(InvalidValue, match="已存在"):
        _add(session, Actor.of(head), head)
