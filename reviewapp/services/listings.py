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
    found = select(Listing.kind, Listing.name, Listing.covers(day)).where(Listing.scheme_code == scheme_code)
    for kind, name, on_it in session.execute(found.order_by(Listing.name).distinct()):
        names = lists.setdefault(kind, [])
        if on_it:
            names.append(name)
    return lists
