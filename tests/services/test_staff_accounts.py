"""Accounts of the office's own people: one administrator alone lets nobody in to money; all is kept."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from reviewapp.db import transaction
from reviewapp.errors import IllegalMove, InvalidValue, NotAllowed, NotFound, ReviewError
from reviewapp.models import SYSTEM, AccountStep, Actor, Event, User
from reviewapp.policy.accounts import GUARDED, MANAGED
from reviewapp.services import decisions, leases, staff_accounts
from reviewapp.services.staff_accounts import Candidate
from tests import factories
from tests.factories import NOW
from tests.support.both import both_databases

_Deed = Callable[[Session], object]


@pytest.fixture
def admins(session: Session) -> list[Actor]:
    return [factories.actor(session, "admin") for _ in range(3)]


def _make(session: Session, by: Actor, role: str, **more: Any) -> AccountStep:
    values = {"name": "测试甲", "username": "ceshijia", "role": role} | more
    return staff_accounts.make(session, by, NOW, Candidate(**values), "hash")


def _called(session: Session, username: str = "ceshijia") -> User | None:
    return session.scalars(select(User).where(User.username == username)).one_or_none()


@pytest.mark.parametrize("role", MANAGED)
def test_who_handles_money_or_lets_people_in_is_let_in_by_two(session: Session, admins: list[Actor], role: str) -> None:
    firm = factories.organisation(session, kind="township") if role == "township" else None
    step = _make(session, admins[0], role, organisation=firm)
    assert (_called(session) is None) == (role in GUARDED)
    if role in GUARDED:
        with pytest.raises(NotAllowed, match="提出人不能确认"):
            staff_accounts.confirm(session, admins[0], NOW, step.id, "hash")
        step = staff_accounts.confirm(session, admins[1], NOW, step.id, "both")
    made = _called(session)
    assert made is not None
    assert (made.role, made.active, made.must_change_password) == (role, True, True)
    assert made.password == ("both" if role in GUARDED else "hash")
    assert (step.step, step.user_id, step.by_id) == ("do", made.id, admins[1 if role in GUARDED else 0].id)


@pytest.mark.parametrize("action", ["reset_password", "reset_second_factor"])
def test_a_new_way_in_to_a_checker_takes_two_as_well(session: Session, admins: list[Actor], action: str) -> None:
    checker = factories.user(session, "finance_checker", password="old", tf_totp_secret="x", tf_primary_method="x")
    known = checker.fs_uniquifier
    more = ("new",) if action == "reset_password" else ()
    proposal = getattr(staff_accounts, action)(session, admins[0], NOW, checker.id, *more)
    assert (checker.password, checker.tf_totp_secret, checker.fs_uniquifier) == ("old", "x", known)
    with pytest.raises(InvalidValue, match="已经提出"):
        getattr(staff_accounts, action)(session, admins[1], NOW, checker.id, *more)
    staff_accounts.confirm(session, admins[1], NOW, proposal.id, "new")
    renewed = ("new", "x") if action == "reset_password" else ("old", None)
    assert (checker.password, checker.tf_totp_secret) == renewed
    assert checker.fs_uniquifier != known
    with pytest.raises(IllegalMove, match="已经确认或撤回"):
        staff_accounts.confirm(session, admins[2], NOW, proposal.id, "again")


def test_the_command_line_acts_at_once_and_is_on_the_trail(session: Session) -> None:
    step = _make(session, SYSTEM, "admin")
    made = _called(session)
    assert made is not None
    assert (step.by_id, step.user_id, made.active) == (None, made.id, True)
    staff_accounts.reset_password(session, SYSTEM, NOW, made.id, "new")
    assert made.password == "new"


def test_nobody_sees_to_their_own_account_nor_confirms_it(session: Session, admins: list[Actor]) -> None:
    one, other, _ = admins
    for attempt in (
        lambda: staff_accounts.disable(session, one, NOW, one.id),
        lambda: staff_accounts.reset_password(session, one, NOW, one.id, "new"),
        lambda: staff_accounts.reset_second_factor(session, one, NOW, one.id),
    ):
        with pytest.raises(NotAllowed, match="请由另一位管理员办理"):
            attempt()
    proposal = staff_accounts.reset_password(session, other, NOW, one.id, "new")
    with pytest.raises(NotAllowed, match="您自己的账号"):
        staff_accounts.confirm(session, one, NOW, proposal.id, "new")


def test_only_administrators_in_office_and_only_staff(session: Session, admins: list[Actor]) -> None:
    clerk = factories.user(session, "reviewer")
    for by in (
        Actor.of(clerk),
        factories.actor(session, "lead"),
        Actor.of(factories.user(session, "admin", active=False)),
    ):
        with pytest.raises(NotAllowed):
            staff_accounts.disable(session, by, NOW, clerk.id)
    for role in ("dealer", "claimant"):
        with pytest.raises(NotFound):
            staff_accounts.disable(session, admins[0], NOW, factories.user(session, role).id)
    with pytest.raises(InvalidValue) as refused:
        _make(session, admins[0], "dealer", organisation=factories.organisation(session))
    assert list(refused.value.fields) == ["role"]


def test_what_a_stopped_administrator_proposed_is_not_confirmed(session: Session, admins: list[Actor]) -> None:
    one, other, _ = admins
    proposal = _make(session, one, "finance_checker")
    staff_accounts.disable(session, other, NOW, one.id)
    with pytest.raises(IllegalMove, match="提出人的账号已停用"):
        staff_accounts.confirm(session, other, NOW, proposal.id, "hash")
    staff_accounts.cancel(session, other, NOW, proposal.id, "提出人离岗")
    assert staff_accounts.confirm(session, admins[2], NOW, _make(session, other, "lead").id, "hash").role == "lead"


def test_a_proposal_is_taken_back_with_a_reason(session: Session, admins: list[Actor]) -> None:
    proposal = _make(session, admins[0], "lead")
    with pytest.raises(InvalidValue, match="撤回的原因"):
        staff_accounts.cancel(session, admins[1], NOW, proposal.id, " ")
    staff_accounts.cancel(session, admins[0], NOW, proposal.id, "角色写错")
    for again in (staff_accounts.cancel, staff_accounts.confirm):
        with pytest.raises(IllegalMove):
            again(session, admins[1], NOW, proposal.id, "样例")
    assert _called(session) is None


@pytest.mark.parametrize(
    ("changed", "field"), [({"name": " "}, "name"), ({"username": "a b"}, "username"), ({"role": "king"}, "role")]
)
def test_what_has_to_be_said(session: Session, admins: list[Actor], changed: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        _make(session, admins[0], **{"role": "reviewer", **changed})
    assert list(refused.value.fields) == [field]


@both_databases
def test_what_a_stopped_reviewer_holds_goes_back_to_its_place(session: Session, admins: list[Actor]) -> None:
    reviewer = factories.user(session, "reviewer")
    claim = factories.claim(session, "submitted")
    later = factories.claim(session, "submitted")
    assert decisions.take_next(session, Actor.of(reviewer), NOW) is claim
    known = reviewer.fs_uniquifier
    staff_accounts.disable(session, admins[0], NOW, reviewer.id)
    assert leases.release_held_by(session, NOW, reviewer.id) == 1
    assert (claim.state, claim.reviewer_id, reviewer.active) == ("submitted", None, False)
    assert reviewer.fs_uniquifier != known
    last = session.scalars(select(Event).where(Event.claim_id == claim.id).order_by(Event.id.desc())).first()
    assert last is not None
    assert (last.action, last.reason) == ("put_back", "审核员的账号停用，自动放回队列")
    with pytest.raises(NotAllowed, match="已停用"):
        decisions.take_next(session, Actor.of(reviewer), NOW)
    other = factories.actor(session, "reviewer")
    assert decisions.take_next(session, other, NOW) is claim
    assert later.state == "submitted"
    staff_accounts.enable(session, admins[0], NOW, reviewer.id)
    assert reviewer.active
    with pytest.raises(IllegalMove):
        staff_accounts.enable(session, admins[0], NOW, reviewer.id)


def test_the_trail_keeps_names_and_no_password(session: Session, admins: list[Actor]) -> None:
    user = factories.user(session, "auditor", name="测试乙", password="secret-hash")
    staff_accounts.rename(session, admins[0], NOW, user.id, "测试丙")
    staff_accounts.reset_password(session, admins[0], NOW, user.id, "other-hash")
    renamed, reset = session.scalars(select(AccountStep).where(AccountStep.user_id == user.id).order_by(AccountStep.id))
    assert (renamed.name, renamed.note, reset.name) == ("测试乙", "测试丙", "测试丙")
    kept = " ".join(str(value) for step in (renamed, reset) for value in vars(step).values())
    assert "hash" not in kept


def test_the_halves_of_a_starting_password(session: Session, admins: list[Actor]) -> None:
    first, second = (_make(session, admins[0], "lead", username=name) for name in ("ceshi-1", "ceshi-2"))
    assert staff_accounts.first_half(first) == staff_accounts.first_half(first)
    assert staff_accounts.first_half(first) != staff_accounts.first_half(second)
    assert len(staff_accounts.first_half(first)) == len(staff_accounts.second_half()) == 8


@both_databases
@pytest.mark.parametrize(
    "wrong",
    [
        {"role": "finance_checker"},  # nobody proposed it
        {"role": "finance_checker", "proposer": "by"},
        {"role": "reviewer", "action": "disable", "user": "by"},
        {"role": "lead", "action": "reset_password", "user": "by", "proposer": "other"},
    ],
)
def test_the_database_refuses_what_the_office_does(session: Session, wrong: dict[str, str]) -> None:
    people = {"by": factories.user(session, "admin"), "other": factories.user(session, "admin")}
    user = people.get(wrong.get("user", ""), factories.user(session, wrong["role"]))
    proposal = _make(session, Actor.of(people["other"]), "lead") if "proposer" in wrong else None
    step = AccountStep(
        at=NOW, step="do", action=wrong.get("action", "make"), role=wrong["role"], user_id=user.id, name="测试甲",
        username="ceshi", by_id=people["by"].id, proposal_id=proposal.id if proposal else None,
        proposer_id=people[wrong["proposer"]].id if proposal else None,
    )  # fmt: skip
    session.add(step)
    with pytest.raises(IntegrityError):
        session.flush()


@both_databases
def test_two_administrators_who_stop_each_other_leave_one(engine: Engine, session: Session) -> None:
    one, other = (factories.actor(session, "admin") for _ in range(2))
    session.commit()
    told = _while_under_way(
        engine,
        lambda rows: staff_accounts.disable(rows, one, NOW, other.id or 0),
        lambda rows: staff_accounts.disable(rows, other, NOW, one.id or 0),
    )
    assert told == ["not_allowed"]
    session.rollback()
    assert len(session.scalars(select(User).where(User.role == "admin", User.active)).all()) == 1


@both_databases
def test_a_proposal_is_answered_once(engine: Engine, session: Session, admins: list[Actor]) -> None:
    proposal = _make(session, admins[0], "finance_checker").id
    session.commit()
    told = _while_under_way(
        engine,
        lambda rows: staff_accounts.confirm(rows, admins[1], NOW, proposal, "one"),
        lambda rows: staff_accounts.confirm(rows, admins[2], NOW, proposal, "two"),
        lambda rows: staff_accounts.cancel(rows, admins[0], NOW, proposal, "写错"),
    )
    assert told == ["illegal_move", "illegal_move"]


def _while_under_way(engine: Engine, first: _Deed, *later: _Deed) -> list[str]:
    """What those are told who come, with connections of their own, before the first has committed."""

    def run(deed: _Deed) -> str:
        try:
            with Session(engine) as rows, transaction(rows):
                deed(rows)
        except ReviewError as error:
            return error.code
        return "done"

    with ThreadPoolExecutor(len(later)) as pool:
        with Session(engine) as rows, transaction(rows):
            first(rows)
            told = [pool.submit(run, deed) for deed in later]
            assert not wait(told, timeout=0.3, return_when=FIRST_COMPLETED).done
        return [one.result() for one in told]
