"""Who is on a scheme's lists (参与商户名单) on a day."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.models import Listing


def named(session: Session, scheme_code: str, day: date) -> dict[str, list[str]]:
    """The names on each list (`listed_sellers`, `listed_used_firms`) on that day, in order. A list that nobody ever
    entered anything on is not there.
    """
    lists: dict[str, list[str]] = {}
    for row in session.scalars(select(Listing).where(Listing.scheme_code == scheme_code).order_by(Listing.name)):
        on_it = lists.setdefault(row.kind, [])
        if row.covers(day) and row.name not in on_it:
            on_it.append(row.name)
    return lists
