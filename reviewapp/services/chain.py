"""Writing the hash chain of a pool: from a claim's submission on, every event of it is linked, under the pool's lock.

The lock makes the order of the links the order in which things happened: whoever holds it writes the next ones, in the
same transaction as the events.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from reviewapp.db import insert_rows
from reviewapp.models import Claim, Decision, Evaluation, Event, Link, Pool
from reviewapp.models.trail import DECISIONS
from reviewapp.policy import chain as rules
from reviewapp.services.holding import lock_pool

#: The columns that a link's content is made of. What a claim is called and who put it in stays with its ticket.
CLAIM = (
    "id", "number", "ticket", "submitted_at", "created_at", "scheme_code", "scheme_version", "programme", "pool_id",
    "submitter_role", "entered_by_id", "organisation_id",
)  # fmt: skip
EVENT = (
    "id", "claim_id", "at", "actor_id", "actor_role", "action", "from_state", "to_state", "reason", "evaluation_id",
)  # fmt: skip
EVALUATION = (
    "id", "claim_id", "number", "scheme_version", "fact_id", "facts", "result", "outcome", "award_fen", "at",
)  # fmt: skip
DECISION = (
    "id", "claim_id", "fence", "action", "reviewer_id", "evaluation_id", "award_fen", "reason", "clause", "items",
    "deadline", "at",
)  # fmt: skip
LINK = ("pool_id", "number", "event_id", "salt", "late", "digest")
#: An event (or the columns above of one) to be linked, its claim, and the decision that it tells of.
Entry = tuple[Claim, Any, Decision | None]
_SALT = 16
_BATCH = 500


def append(session: Session, entries: Iterable[Entry]) -> None:
    """Link new events of locked claims that have a ticket; with a submission everything before it, in order.

    Pools are locked in the order of their ids; in a pool the links follow the order given.
    """
    for pool_id, group in groupby(sorted(entries, key=_by_pool), key=_by_pool):
        pool = lock_pool(session, pool_id)
        _link(session, pool, [one for entry in group for one in _with_past(session, entry)])


def head(session: Session, pool: Pool) -> tuple[int, str]:
    """Number and digest of a pool's last link; 0 and what the first one follows when there is none."""
    last = select(Link.number, Link.digest).where(Link.pool_id == pool.id).order_by(Link.number.desc()).limit(1)
    row = session.execute(last).one_or_none()
    return (row.number, row.digest) if row else (0, rules.beginning(pool.scheme_code, pool.code))


def adopt(session: Session) -> int:
    """Link the events of pools that are older than the chain, marked as late; how many. Done once, by `migrate`."""
    return sum(_adopt(session, pool.id) for pool in session.scalars(select(Pool).order_by(Pool.id)).all())


def fingerprint(evaluation: Any) -> str:
    """The digest that stands for an evaluation in a content: its facts and findings included."""
    return rules.fingerprint(values(evaluation, EVALUATION))


def content(link: Any, claim: Any, event: Any, evaluation: str | None, decision: Any) -> dict[str, Any]:
    """What a link's digest is taken of. Rows of the tables or of selects of the columns above; `evaluation` is the
    fingerprint of the one that the event names."""
    return {
        "number": link.number,
        "late": link.late,
        "salt": link.salt,
        "claim": values(claim, CLAIM),
        "event": values(event, EVENT),
        "evaluation": evaluation,
        "decision": values(decision, DECISION) if decision is not None else None,
    }


def values(row: Any, columns: Iterable[str]) -> dict[str, Any]:
    """The named columns of a row."""
    return {column: getattr(row, column) for column in columns}


def _by_pool(entry: Entry) -> int:
    return entry[0].pool_id


def _with_past(session: Session, entry: Entry) -> Sequence[Entry]:
    claim, event, decision = entry
    if event.action != "submit":
        return [entry]
    columns = (getattr(Event, column) for column in EVENT)
    before = select(*columns).where(Event.claim_id == claim.id, Event.id < event.id).order_by(Event.id)
    with session.no_autoflush:
        return [*((claim, one, decision) for one in session.execute(before)), entry]


def _link(session: Session, pool: Pool, entries: Iterable[Entry], *, late: bool = False) -> None:
    """Write the next links of a locked pool, and its new head."""
    digest = pool.head or rules.beginning(pool.scheme_code, pool.code)
    links = []
    for number, (claim, event, decision) in enumerate(entries, pool.links + 1):
        link = Link(pool_id=pool.id, number=number, event_id=event.id, salt=secrets.token_bytes(_SALT), late=late)
        evaluation = session.get_one(Evaluation, event.evaluation_id) if event.evaluation_id is not None else None
        seen = fingerprint(evaluation) if evaluation is not None else None
        link.digest = digest = rules.following(digest, content(link, claim, event, seen, decision))
        links.append(values(link, LINK))
    if links:
        insert_rows(session, Link, links)
        pool.links, pool.head = pool.links + len(links), digest


def _adopt(session: Session, pool_id: int) -> int:
    pool = lock_pool(session, pool_id)
    if pool.links:
        return 0
    adopted, last = 0, 0
    decided: dict[int, int] = {}
    while events := _older(session, pool, last):
        _link(session, pool, [(event.claim, event, _nth(session, event, decided)) for event in events], late=True)
        session.flush()
        adopted, last = adopted + len(events), events[-1].id
    return adopted


def _older(session: Session, pool: Pool, after: int) -> Sequence[Event]:
    query = select(Event).join(Claim).where(Claim.pool_id == pool.id, Claim.ticket.is_not(None), Event.id > after)
    return session.scalars(query.order_by(Event.id).limit(_BATCH)).all()


def _nth(session: Session, event: Event, decided: dict[int, int]) -> Decision | None:
    """The decision that belongs to a decision's event: as many of the claim's come before it."""
    if event.action not in DECISIONS:
        return None
    count = decided.get(event.claim_id, 0)
    decided[event.claim_id] = count + 1
    decisions = select(Decision).where(Decision.claim_id == event.claim_id).order_by(Decision.id)
    return session.scalars(decisions.offset(count).limit(1)).one_or_none()


def unlinked(pool_id: int) -> Any:
    """A select of the events of a pool's ticketed claims that have no link; there must be none."""
    linked = exists().where(Link.event_id == Event.id)
    ticketed = (Claim.pool_id == pool_id, Claim.ticket.is_not(None))
    return select(Event.id, Event.action, Claim.number).join(Claim).where(*ticketed, ~linked).order_by(Event.id)
