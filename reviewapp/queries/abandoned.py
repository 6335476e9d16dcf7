"""What is due to be erased: drafts that nobody put in, by programme."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reviewapp import schemes
from reviewapp.models import Claim, Upload
from reviewapp.policy.retention import Retention
from reviewapp.services import erasure


@dataclass(frozen=True, slots=True)
class Abandoned:
    """The drafts of a programme that are due, how many files they hold, and since when the first one is."""

    scheme_title: str
    programme_title: str
    drafts: int
    files: int
    since: date


def abandoned(session: Session, now: datetime, retention: Retention) -> Iterator[Abandoned]:
    """What the clock's next rounds erase, by programme; nothing is changed."""
    groups: defaultdict[tuple[str, str, str], list[Claim]] = defaultdict(list)
    for claim in erasure.due(session, now, retention):
        groups[claim.scheme_code, claim.scheme_version, claim.programme].append(claim)
    for (code, version, programme), claims in sorted(groups.items()):
        scheme = schemes.load(code, version)
        yield Abandoned(
            scheme_title=f"{scheme.title}（{code} {version}）",
            programme_title=scheme.programmes[programme].title,
            drafts=len(claims),
            files=sum(_files(session, claim) for claim in claims),
            since=min(erasure.due_on(claim, retention) for claim in claims),
        )


def _files(session: Session, claim: Claim) -> int:
    return session.scalar(select(func.count()).select_from(Upload).where(Upload.claim_id == claim.id)) or 0
