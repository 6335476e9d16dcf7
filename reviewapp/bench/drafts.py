"""Complete drafts of invented people for the benches: as a claimant leaves them before pressing the button."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from sqlalchemy.orm import Session

from reviewapp.bench import rules
from reviewapp.models import Claim, Fact, Listing, Paper, Pool, User
from reviewapp.policy.pool import on_appropriate
from reviewapp.services import funds

#: Inside the window of yangcheng-2023 `car`.
NOW = datetime(2024, 1, 10, 9, 30, tzinfo=timezone(timedelta(hours=8)))
PROGRAMME = "car"
_PLENTY = 10**13


def pools(session: Session, count: int, name: str) -> list[Pool]:
    """So many pools of the scheme with money for everybody."""
    rows = [Pool(scheme_code=rules.SCHEME, code=f"{name}-{number}", title="测速资金池") for number in range(count)]
    session.add_all(rows)
    session.flush()
    for row in rows:
        locked = funds.lock_pool(session, row.id)
        funds.post(session, locked, on_appropriate(_PLENTY), now=NOW, reason="open", document="测试〔2024〕1号")
    return rows


def user(session: Session, role: str, name: str) -> User:
    """Somebody of that role."""
    row = User(role=role, name=name, username=name, created_at=NOW)
    session.add(row)
    session.flush()
    return row


def complete(session: Session, pools: list[Pool], by: User, count: int, seed: int) -> list[int]:
    """Ids of so many complete drafts entered by `by`, for the pools in turn; everybody's papers are in order."""
    given = rules.claims(count, seed, faulty=0)
    claims = [_claim(pools[number % len(pools)], by, f"bench-{seed}-{number}") for number in range(count)]
    papers = [[_paper(paper["kind"]) for paper in facts["papers"]] for facts in given]
    session.add_all(claims)
    session.flush()
    for claim, own in zip(claims, papers, strict=True):
        for paper in own:
            paper.claim_id = claim.id
        session.add_all(own)
    session.flush()
    for claim, facts, own in zip(claims, given, papers, strict=True):
        session.add_all(_facts(claim, facts, own))
    session.flush()
    return [claim.id for claim in claims]


def list_sellers(session: Session) -> None:
    """The dealers whom the invoices of the drafts name."""
    [facts] = rules.claims(1, 0, faulty=0)
    for kind, names in facts["context"].items():
        if kind.startswith("listed_"):
            session.add_all(Listing(scheme_code=rules.SCHEME, kind=kind, name=name) for name in names)


def _claim(pool: Pool, by: User, form_key: str) -> Claim:
    return Claim(
        scheme_code=pool.scheme_code, scheme_version="1", programme=PROGRAMME, pool_id=pool.id, form_key=form_key,
        submitter_role=by.role, entered_by_id=by.id, created_at=NOW, changed_at=NOW,
    )  # fmt: skip


def _paper(kind: str) -> Paper:
    return Paper(kind=kind, kind_by="person", kind_confidence=1.0, created_at=NOW)


def _facts(claim: Claim, facts: Mapping[str, Any], papers: list[Paper]) -> Iterator[Fact]:
    for section in ("applicant", "account", "declared"):
        for field, value in facts[section].items():
            yield _fact(claim, section, None, field, value)
    for paper, given in zip(papers, facts["papers"], strict=True):
        for field, value in given["fields"].items():
            yield _fact(claim, "paper", paper.id, field, value)


def _fact(claim: Claim, section: str, paper_id: int | None, field: str, value: Any) -> Fact:
    return Fact(
        claim_id=claim.id, section=section, paper_id=paper_id, field=field, value=value,
        source="person", by_id=claim.entered_by_id, at=NOW,
    )  # fmt: skip
