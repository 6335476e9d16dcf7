"""All claims of a dealer, for the table to take away."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from reviewapp.models import Actor
from reviewapp.policy.money import yuan_from_fen
from reviewapp.policy.values import CHINA
from reviewapp.queries.claims import ClaimFilter, ClaimRow, listed
from reviewapp.services.claims_table import ClaimLine

_AT_ONCE = 200
_TODO = {"draft": "补全后提交", "failed": "更换收款卡", "clawback": "退回补贴"}


def lines(session: Session, actor: Actor, narrowed: ClaimFilter) -> Iterator[ClaimLine]:
    """The claims as the list shows them, all its pages."""
    number, pages = 1, 1
    while number <= pages:
        page = listed(session, actor, narrowed, number=number, size=_AT_ONCE)
        yield from (_line(row) for row in page.rows)
        number, pages = number + 1, page.pages


def _line(row: ClaimRow) -> ClaimLine:
    amount = row.award_fen if row.award_fen is not None else row.wanted_fen
    return ClaimLine(
        applicant=row.applicant,
        scheme=row.scheme_title,
        programme=row.programme_title,
        number=row.number or "",
        ticket=str(row.ticket or ""),
        state=row.state_label,
        todo=f"{_moment(row.correction_until)[:10]} 前补正" if row.correction_until else _TODO.get(row.state, ""),
        amount=yuan_from_fen(amount) if amount else "",
        submitted_at=_moment(row.submitted_at),
        changed_at=_moment(row.changed_at),
    )


def _moment(instant: datetime | None) -> str:
    return instant.astimezone(CHINA).strftime("%Y-%m-%d %H:%M") if instant else ""
