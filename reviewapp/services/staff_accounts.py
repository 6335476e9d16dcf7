"""Accounts of the office's own people: made, renamed, stopped, given a new way in; by administrators, or by whoever has
the command line. Everything is a step on the trail of accounts.

An administrator alone opens no account of GUARDED and gives nobody a way in to one: what they ask for is proposed, and
done when another administrator confirms it. A starting password then has two halves, of which each knows one. A role is
never changed: who made a batch must not become its checker.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, aliased

from reviewapp import sealing
from reviewapp.errors import IllegalMove, InvalidValue, NotAllowed, NotFound
from reviewapp.models import AccountStep, Actor, Organisation, User
from reviewapp.policy.accounts import MANAGED, needs_two
from reviewapp.services import people
from reviewapp.services.entered import require_text

REASON_LENGTH = 200
_HALF = 8
_OWN = "不能停用自己的账号，也不能在这里重置自己的密码和动态口令。请由另一位管理员办理。"
_DECIDED = "这一项已经确认或撤回，不能再做这个操作。请刷新页面查看最新情况。"


@dataclass(frozen=True)
class Candidate:
    """Somebody who is to get an account; of a firm or township with their `organisation`; messages go to `phone`."""

    name: str
    username: str
    role: str
    organisation: Organisation | None = None
    phone: str | None = None


def make(
    session: Session, actor: Actor, now: datetime, candidate: Candidate, password_hash: str | None, *,
    starting: bool = True,
) -> AccountStep:  # fmt: skip
    """A new account, done or proposed; with a `starting` password, which has to be changed at the first sign-in.

    Raises NotAllowed, InvalidValue by field.
    """
    me = _require_admin(session, actor)
    name = require_text(candidate.name, "name", "姓名", 60)
    candidate = replace(candidate, name=name, username=people.require_username(session, candidate.username))
    if me is not None and candidate.role not in MANAGED:
        raise InvalidValue("请选择角色。", {"role": "请选择角色。"})
    step = AccountStep(
        at=now, action="make", role=candidate.role, name=name, username=candidate.username, by_id=me
    )  # fmt: skip
    if me is not None and needs_two(step.role, step.action):
        return _propose(session, step)
    step.user = _made(session, now, candidate, password_hash, starting)
    return _do(session, step)


def rename(session: Session, actor: Actor, now: datetime, user_id: int, name: str) -> AccountStep:
    """The person's name is another, or was misspelt; the trail keeps the old one. NotAllowed, InvalidValue."""
    me, user = _hold(session, actor, user_id)
    name = require_text(name, "name", "姓名", 60)
    if name == user.name:
        raise InvalidValue("姓名没有变化，没有保存。", {"name": "与现在的相同。"})
    step = _step_of(user, now, "rename", me)
    step.note, user.name = name, name
    return _do(session, step)


def disable(session: Session, actor: Actor, now: datetime, user_id: int) -> AccountStep:
    """Stop an account: its sessions end. What it holds to review is put back in a transaction after this one
    (`leases.release_held_by`): who holds a claim may be waiting for the person's row, which is locked here.

    Raises NotAllowed for one's own and for the last administrator's, IllegalMove when it is stopped already.
    """
    me, user = _hold_other(session, actor, user_id)
    if not user.active:
        raise IllegalMove("这个账号已经停用。请刷新页面查看最新情况。")
    if user.role == "admin" and not any(admin.id != user.id and admin.active for admin in _admins(session)):
        raise NotAllowed("这是最后一位在用的管理员，不能停用。请先开通或启用另一位管理员。")
    user.active = False
    people.end_sessions(user)
    return _do(session, _step_of(user, now, "disable", me))


def enable(session: Session, actor: Actor, now: datetime, user_id: int) -> AccountStep:
    """Let a stopped account sign in again, with the password it has. NotAllowed, IllegalMove."""
    me, user = _hold_other(session, actor, user_id)
    if user.active:
        raise IllegalMove("这个账号已经启用。请刷新页面查看最新情况。")
    user.active = True
    return _do(session, _step_of(user, now, "enable", me))


def reset_password(
    session: Session, actor: Actor, now: datetime, user_id: int, password_hash: str | None
) -> AccountStep:
    """A new starting password, done or proposed; once done, sessions end. NotAllowed, IllegalMove."""
    return _reset(session, actor, now, user_id, "reset_password", password_hash)


def reset_second_factor(session: Session, actor: Actor, now: datetime, user_id: int) -> AccountStep:
    """Take away an authenticator that was lost, with its recovery codes, done or proposed; once done, sessions end.

    Raises NotAllowed, IllegalMove when there is none.
    """
    return _reset(session, actor, now, user_id, "reset_second_factor")


def confirm(
    session: Session, actor: Actor, now: datetime, proposal_id: int, password_hash: str | None = None
) -> AccountStep:
    """Do what another administrator proposed; `password_hash` of both halves, where there is a starting password.

    Raises NotAllowed for the proposer and for whose account it is, IllegalMove when it is decided or its proposer was
    stopped, InvalidValue when the account's name was taken meanwhile.
    """
    me = _require_admin(session, actor)
    proposal = _lock_waiting(session, proposal_id)
    if me is None or me == proposal.by_id:
        raise NotAllowed("提出人不能确认自己提出的事项，请由另一位管理员确认。")
    if me == proposal.user_id:
        raise NotAllowed("这是您自己的账号，请由另一位管理员确认。")
    if proposal.by is None or not proposal.by.active:
        raise IllegalMove("提出人的账号已停用，不能确认。请撤回后由在用的管理员重新提出。")
    step = _answer(proposal, now, me)
    if proposal.action == "make":
        candidate = Candidate(proposal.name, proposal.username, proposal.role)
        step.user = _made(session, now, candidate, password_hash, starting=True)
    else:
        _renew(_lock(session, proposal.user_id), proposal.action, password_hash)
    return _do(session, step)


def cancel(session: Session, actor: Actor, now: datetime, proposal_id: int, reason: str) -> AccountStep:
    """Take a proposal back, or refuse it, with a reason. NotAllowed, IllegalMove, InvalidValue."""
    me = _require_admin(session, actor)
    proposal = _lock_waiting(session, proposal_id)
    step = _answer(proposal, now, me)
    step.step, step.note = "cancel", require_text(reason, "reason", "撤回的原因", REASON_LENGTH)
    session.add(step)
    session.flush()
    return step


def first_half(proposal: AccountStep) -> str:
    """The half of a starting password that its proposer hands over. Kept nowhere: it follows from the proposal's random
    name and a key that lies outside the database.
    """
    token = bytes.fromhex(sealing.current().blind("starting_password", proposal.public_id))
    return "".join(people.LETTERS[byte % len(people.LETTERS)] for byte in token[:_HALF])


def second_half() -> str:
    """The half that the confirmer hands over."""
    return people.starting_password(_HALF)


def is_waiting() -> ColumnElement[bool]:
    """The condition of a proposal that nobody answered yet."""
    answer = aliased(AccountStep)
    answered = select(answer.id).where(answer.proposal_id == AccountStep.id).exists()
    return (AccountStep.step == "propose") & ~answered


def named(session: Session, username: str) -> User:
    """The account that signs in under that name, a stopped one included; InvalidValue when there is none."""
    user = session.scalar(select(User).where(User.username == username))
    if user is None:
        raise InvalidValue(f"没有账号“{username}”。请核对账号。", {"username": "没有这个账号"})
    return user


def _require_admin(session: Session, actor: Actor) -> int | None:
    """Who acts, None for the command line. Until the commit no other administrator changes any account: two who stop
    each other, or confirm the same, come one after the other, and the second is asked whether they still may.
    """
    admins = _admins(session)
    if actor.role == "system":
        return None
    if not any(admin.id == actor.id and admin.active for admin in admins):
        raise NotAllowed("只有在用的管理员可以管理工作人员的账号。")
    return actor.id


def _admins(session: Session) -> list[User]:
    """All administrators, locked and freshly read."""
    found = select(User).where(User.role == "admin").order_by(User.id).with_for_update(key_share=True)
    return list(session.scalars(found.execution_options(populate_existing=True)))


def _hold(session: Session, actor: Actor, user_id: int) -> tuple[int | None, User]:
    """Who acts, and the account, locked. NotFound for what is not seen to here."""
    me = _require_admin(session, actor)
    user = _lock(session, user_id)
    if user.username is None or (me is not None and user.role not in MANAGED):
        raise NotFound()
    return me, user


def _hold_other(session: Session, actor: Actor, user_id: int) -> tuple[int | None, User]:
    me, user = _hold(session, actor, user_id)
    if me == user.id:
        raise NotAllowed(_OWN)
    return me, user


def _lock(session: Session, user_id: int | None) -> User:
    found = select(User).where(User.id == user_id).with_for_update(key_share=True)
    user = session.scalars(found.execution_options(populate_existing=True)).one_or_none()
    if user is None:
        raise NotFound()
    return user


def _lock_waiting(session: Session, proposal_id: int) -> AccountStep:
    """The proposal, if nobody answered it; the administrators are locked, so that nobody does meanwhile."""
    found = select(AccountStep).where(AccountStep.id == proposal_id)
    if session.scalars(found).one_or_none() is None:
        raise NotFound()
    proposal = session.scalars(found.where(is_waiting())).one_or_none()
    if proposal is None:
        raise IllegalMove(_DECIDED)
    return proposal


def _reset(
    session: Session, actor: Actor, now: datetime, user_id: int, action: str, password_hash: str | None = None
) -> AccountStep:
    me, user = _hold_other(session, actor, user_id)
    if action == "reset_second_factor" and not user.tf_totp_secret:
        raise IllegalMove("这个账号没有启用动态口令，不用移除。请刷新页面查看最新情况。")
    step = _step_of(user, now, action, me)
    if me is not None and needs_two(user.role, action):
        return _propose(session, step)
    _renew(user, action, password_hash)
    return _do(session, step)


def _renew(user: User, action: str, password_hash: str | None) -> None:
    if action == "reset_password":
        people.start_over(user, _given(password_hash))
    else:
        user.tf_primary_method = user.tf_totp_secret = user.mf_recovery_codes = None
        people.end_sessions(user)


def _made(session: Session, now: datetime, who: Candidate, password_hash: str | None, starting: bool) -> User:
    user = people.add_user(
        session, now, username=who.username, name=who.name, role=who.role, password_hash=_given(password_hash),
        organisation=who.organisation, phone=who.phone,
    )  # fmt: skip
    user.must_change_password = starting
    return user


def _given(password_hash: str | None) -> str:
    if not password_hash:
        raise ValueError("an account needs a password")
    return password_hash


def _step_of(user: User, now: datetime, action: str, me: int | None) -> AccountStep:
    return AccountStep(
        at=now, action=action, user_id=user.id, role=user.role, name=user.name, username=user.username, by_id=me
    )  # fmt: skip


def _answer(proposal: AccountStep, now: datetime, me: int | None) -> AccountStep:
    return AccountStep(
        at=now, action=proposal.action, user_id=proposal.user_id, role=proposal.role, name=proposal.name,
        username=proposal.username, by_id=me, proposal_id=proposal.id, proposer_id=proposal.by_id,
    )  # fmt: skip


def _propose(session: Session, step: AccountStep) -> AccountStep:
    same = (AccountStep.username == step.username, AccountStep.action == step.action)
    if session.scalar(select(AccountStep.id).where(is_waiting(), *same)) is not None:
        said = "同样的一项已经提出，正等另一位管理员确认。请先确认或撤回那一项。"
        raise InvalidValue(said, {"username": said})
    step.step = "propose"
    session.add(step)
    session.flush()
    return step


def _do(session: Session, step: AccountStep) -> AccountStep:
    step.step = "do"
    session.add(step)
    session.flush()
    return step
