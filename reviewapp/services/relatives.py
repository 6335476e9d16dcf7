"""Relatives that people of the staff declare, so that claims of theirs are never given to them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp import sealing
from reviewapp.errors import InvalidValue, NotFound
from reviewapp.models import Actor, Relative
from reviewapp.policy.identifiers import id_number_ok, normal_id
from reviewapp.policy.names import fold_name

RELATIONS = ("配偶", "父母", "子女", "兄弟姐妹", "配偶的父母", "其他近亲属", "其他利害关系")
_LONGEST_NAME = 60


def declare(
    session: Session, actor: Actor, now: datetime, *, name: str, relation: str, id_number: str = ""
) -> Relative:
    """Declare a relative of one's own, by ID number where it is known, else by name; the same twice is one.

    The number is not kept, only its blind token. Raises InvalidValue.
    """
    name, id_number = name.strip(), normal_id(id_number)
    if not fold_name(name) or len(name) > _LONGEST_NAME:
        raise InvalidValue("请填写亲属的姓名（60 字以内）。", {"name": "请填写姓名"})
    if relation not in RELATIONS:
        raise InvalidValue("请从列表中选择关系。", {"relation": "请从列表中选择"})
    if id_number and not id_number_ok(id_number):
        raise InvalidValue("公民身份号码不是有效的 18 位号码，请核对。", {"id_number": "不是有效的号码，请核对"})
    kind, value = ("id_number", id_number) if id_number else ("name", fold_name(name))
    token = sealing.current().blind(kind, value)
    same = select(Relative).where(Relative.user_id == actor.id, Relative.token == token, Relative.removed_at.is_(None))
    known = session.scalars(same).first()
    if known is not None:
        return known
    row = Relative(user_id=actor.id, name=name, relation=relation, kind=kind, token=token, declared_at=now)
    session.add(row)
    session.flush()
    return row


def remove(session: Session, actor: Actor, now: datetime, public_id: str) -> None:
    """End a declaration of one's own; it stays on record. NotFound for others'."""
    found = select(Relative).where(
        Relative.public_id == public_id, Relative.user_id == actor.id, Relative.removed_at.is_(None)
    )
    row = session.scalars(found).one_or_none()
    if row is None:
        raise NotFound()
    row.removed_at = now
