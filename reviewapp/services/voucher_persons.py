"""Wrong persons at the till: each try is kept, and after several the voucher rests at that firm for a while.

Six characters could be guessed in the end; five tries an hour cannot. Other firms are not kept from it, so that nobody
locks an owner out who stands in the next shop with the right card.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.errors import InvalidValue, NotAllowed
from reviewapp.models import Actor, Voucher, WrongPerson
from reviewapp.policy.values import CHINA

MOST_WRONG = 5
RESTS = timedelta(hours=1)


class NotTheOwner(InvalidValue):
    """What was entered of the ID card is not the owner's."""


def note(session: Session, actor: Actor, now: datetime, voucher_id: int) -> None:
    """Keep that somebody of the actor's firm tried another person's ID number on the voucher."""
    if actor.id is not None and actor.organisation_id is not None:
        session.add(WrongPerson(voucher_id=voucher_id, organisation_id=actor.organisation_id, by_id=actor.id, at=now))


def require_not_resting(session: Session, organisation_id: int, now: datetime, voucher: Voucher) -> None:
    """NotAllowed, with the time from which it is taken again, after too many wrong persons within the last hour."""
    tries = (
        select(WrongPerson.at)
        .where(
            WrongPerson.voucher_id == voucher.id,
            WrongPerson.organisation_id == organisation_id,
            WrongPerson.at > now - RESTS,
        )
        .order_by(WrongPerson.at.desc())
        .limit(MOST_WRONG)
    )
    times = session.scalars(tries).all()
    if len(times) == MOST_WRONG:
        again = (times[-1] + RESTS).astimezone(CHINA)
        raise NotAllowed(
            f"身份证号已有 {MOST_WRONG} 次与券主不符，这张消费券暂停在贵单位核销，{again:%H:%M} 后可以再试。"
            "请确认来人就是券主本人。"
        )
