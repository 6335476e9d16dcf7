"""How long drafts that nobody put in are kept once their purpose is over. Pure.

个人信息保护法 第四十七条: what is no longer needed for its purpose, or cannot serve it any more, is deleted by whoever
holds it, unasked; 第十九条: it is kept for the shortest time that the purpose needs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from reviewapp.policy.values import CHINA


@dataclass(frozen=True, slots=True)
class Retention:
    """`days` after papers were taken in for the last time a draft is of no use to anybody.

    Where a late claim may still be put in with a statement, and no document says until when, `late_days` have to pass
    in which nobody worked on it.
    """

    days: int = 30
    late_days: int = 180

    def erased_on(self, until: datetime, late: bool, changed_at: datetime) -> date:
        """The day from which on a draft last changed at that instant is erased; `until`: the last one for papers."""
        last = max(until, changed_at) if late else until
        return last.astimezone(CHINA).date() + timedelta(days=self.late_days if late else self.days)
