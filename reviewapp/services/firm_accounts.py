"""Accounts of a firm's people (店员): named, with rights of their own, made by the office or the firm's own head."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.errors import InvalidValue, NotAllowed, NotFound
from reviewapp.models import Actor, Organisation, User
from reviewapp.models.people import RIGHTS_OF
from reviewapp.policy.identifiers import phone_ok
from reviewapp.policy.workflow import COMPANIES
from reviewapp.services import people
from reviewapp.services.entered import require_text


@dataclass(frozen=True)
class Person:
    """Somebody of the firm, by their real name; `rights` of RIGHTS."""

    name: str
    phone: str
    username: str
    rights: Sequence[str]


def add(session: Session, actor: Actor, now: datetime, firm: Organisation, person: Person, password_hash: str) -> User:
    """A new account, whose starting password must be changed at the first sign-in.

    Raises NotAllowed, InvalidValue by field.
    """
    _require_manager(session, actor, firm)
    name = require_text(person.name, "name", "姓名", 60)
    username = people.require_username(session, person.username)
    if not phone_ok(person.phone.strip()):
        raise InvalidValue("手机号应为 11 位数字，以 1 开头，请核对。", {"phone": "11 位数字，以 1 开头。"})
    rights = _rights(firm, person.rights)
    user = people.add_user(
        session, now, username=username, name=name, role=firm.kind, password_hash=password_hash, organisation=firm
    )
    user.phone, user.rights, user.must_change_password = person.phone.strip(), rights, True
    session.flush()
    return user


def set_rights(session: Session, actor: Actor, user: User, rights: Sequence[str]) -> None:
    """Give an account other rights, at once; not to oneself. Raises NotAllowed, InvalidValue."""
    _require_other(session, actor, user)
    user.rights = _rights(_firm_of(user), rights)


def reset_password(session: Session, actor: Actor, user: User, password_hash: str) -> None:
    """A new starting password; whoever was signed in with the old one is signed out. Raises NotAllowed."""
    _require_other(session, actor, user)
    people.start_over(user, password_hash)


def deactivate(session: Session, actor: Actor, user: User) -> None:
    """Stop an account: it signs in no more, and its sessions end at once. Raises NotAllowed."""
    _require_other(session, actor, user)
    user.active = False
    people.end_sessions(user)


def of_firm(session: Session, actor: Actor, firm: Organisation) -> Sequence[User]:
    """The firm's accounts, active ones first. Raises NotAllowed."""
    _require_manager(session, actor, firm)
    found = select(User).where(User.organisation_id == firm.id, User.role == firm.kind)
    return session.scalars(found.order_by(User.active.desc(), User.id)).all()


def one(session: Session, actor: Actor, public_id: str) -> User:
    """An account of a firm that the actor manages; NotFound when there is none."""
    found = select(User).where(User.public_id == public_id, User.role.in_(COMPANIES))
    if actor.role != "admin":
        found = found.where(User.organisation_id == actor.organisation_id, User.role == actor.role)
    user = session.scalars(found.with_for_update()).one_or_none()
    if user is None:
        raise NotFound()
    return user


def _require_manager(session: Session, actor: Actor, firm: Organisation) -> None:
    if actor.role == "admin":
        if firm.kind not in COMPANIES:
            raise NotFound()
        return
    own = actor.role in COMPANIES and actor.organisation_id == firm.id
    if not own or not session.get_one(User, actor.id).may("staff"):
        raise NotAllowed("只有主管部门的管理员，或本单位有“管理本单位账号”权限的人，可以管理账号。")


def _require_other(session: Session, actor: Actor, user: User) -> None:
    _require_manager(session, actor, _firm_of(user))
    if user.id == actor.id:
        raise NotAllowed("不能更改、停用自己的账号。请由本单位另一位负责人或主管部门办理。")


def _firm_of(user: User) -> Organisation:
    if user.organisation is None:
        raise NotFound()
    return user.organisation


def _rights(firm: Organisation, rights: Sequence[str]) -> list[str]:
    known = [right for right in RIGHTS_OF[firm.kind] if right in rights]
    if not known:
        raise InvalidValue("请至少选择一项权限。", {"rights": "请至少选择一项。"})
    return known
