"""Users and organisations."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta, timezone
from typing import Any

from sqlalchemy.orm import Session

from reviewapp import sealing
from reviewapp.models import SYSTEM, Actor, Exclusion, Organisation, User
from reviewapp.policy.workflow import WITH_ORGANISATION
from reviewapp.services import exclusions

#: The instant at which tests play unless they say otherwise: inside the window of yangcheng-2023 `car`, a Wednesday.
NOW = datetime(2024, 1, 10, 9, 30, tzinfo=timezone(timedelta(hours=8)))
_numbers = itertools.count(1)


def organisation(session: Session, *, kind: str = "dealer", name: str | None = None, **columns: Any) -> Organisation:
    """A firm or office under an invented name."""
    row = Organisation(kind=kind, name=name or f"样例汽贸{next(_numbers)}", **columns)
    session.add(row)
    session.flush()
    return row


def user(session: Session, role: str = "claimant", *, now: datetime = NOW, **columns: Any) -> User:
    """A user of `role`: claimants get a telephone, all others a username; people of firms get a firm of their own."""
    number = next(_numbers)
    columns.setdefault("name", f"测试{number}")
    if role == "claimant":
        columns.setdefault("phone", f"138{number:08d}")
        columns.setdefault("phone_index", sealing.current().blind("phone", columns["phone"]))
    else:
        columns.setdefault("username", f"{role}-{number}")
    if role in WITH_ORGANISATION and "organisation_id" not in columns:
        columns["organisation_id"] = organisation(session, kind=role).id
    row = User(role=role, created_at=now, **columns)
    session.add(row)
    session.flush()
    return row


def actor(session: Session, role: str = "claimant", **columns: Any) -> Actor:
    """The actor of a new user of `role`."""
    return Actor.of(user(session, role, **columns))


def exclude(session: Session, name: str, scheme_code: str | None = None, *, now: datetime = NOW) -> Exclusion:
    """The firm of that name is on the list of the dishonest."""
    return exclusions.exclude(
        session, SYSTEM, now, name, exclusions.Ground("dishonest", "样文〔2024〕1号", "样例"), scheme_code
    )
