"""A walk along a pool's chain: every link in turn, its digest worked out anew from the rows that it stands for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from reviewapp.models import Claim, Decision, Evaluation, Event, Link, Pool
from reviewapp.models.trail import DECISIONS
from reviewapp.policy import chain as rules
from reviewapp.policy.turns import Step, Turns
from reviewapp.services import chain

_BATCH = 500
_LINK = ("number", "event_id", "salt", "late", "digest")
#: What a value that somebody wrote over raises when it is read: not sealed by us, no JSON, no instant.
_UNREADABLE = (InvalidTag, ValueError, TypeError)


class Broken(Exception):
    """The chain does not hold from link `number` on."""

    def __init__(self, number: int, what: str) -> None:
        super().__init__(f"{number}: {what}")
        self.number, self.what = number, what


@dataclass(slots=True)
class Seen:
    """What the chain has said of a claim so far; `award_fen` is that of its last approval, unless it was undone."""

    state: str
    ticket: int
    award_fen: int | None = None
    decisions: int = 0


@dataclass(frozen=True)
class _Rows:
    """The rows that a batch of links stands for, by id; evaluations by their fingerprints."""

    links: Mapping[int, Any]
    events: Mapping[int, Any]
    claims: Mapping[int, Any]
    evaluations: Mapping[int, str]
    decisions: Mapping[int, Sequence[Any]]


class Walk:
    """How far a walk along the chain of `pool` has come, and what it has seen.

    It begins at the beginning, or after a link of which number, digest and the tickets given out until then are known.
    """

    def __init__(
        self, session: Session, pool: Pool, *, number: int = 0, digest: str | None = None, tickets: int = 0
    ) -> None:
        self._session = session
        self._pool_id = pool.id
        self._turns = Turns()
        self.number = number
        self.digest = rules.beginning(pool.scheme_code, pool.code) if digest is None else digest
        self.claims: dict[int, Seen] = {}
        self.evaluations: set[int] = set()
        self.tickets = tickets

    def on(self, until: int | None = None) -> None:
        """Walk to link `until`, or to the last one that is there now. Raises Broken."""
        last = self._last() if until is None else until
        while self.number < last:
            numbers = range(self.number + 1, min(self.number + _BATCH, last) + 1)
            rows = self._rows(numbers)
            for number in numbers:
                self._follow(number, rows)

    def _last(self) -> int:
        last = self._session.scalar(select(func.max(Link.number)).where(Link.pool_id == self._pool_id))
        if not isinstance(last, int | None):
            raise Broken(self.number + 1, "链上有编号不是整数的环")
        return last or 0

    def _follow(self, number: int, rows: _Rows) -> None:
        link = rows.links.get(number)
        if link is None:
            raise Broken(number, "这一环缺失或无法读取")
        event = rows.events.get(link.event_id)
        if event is None:
            raise Broken(number, "这一环对应的办理记录缺失或无法读取")
        claim = rows.claims.get(event.claim_id)
        if claim is None or claim.ticket is None:
            raise Broken(number, "这一环对应的申请缺失，或没有排队号")
        decision = self._decision(event, rows)
        content = chain.content(link, claim, event, rows.evaluations.get(event.evaluation_id), decision)
        self.digest = _following(number, self.digest, content)
        if link.digest != self.digest:
            raise Broken(number, f"排队号 {claim.ticket} 的办理记录与链上摘要不符，记录或链被改动")
        self.number = number
        self._history(link, claim, event, decision)
        self._turn(link, claim, event)

    def _decision(self, event: Any, rows: _Rows) -> Any:
        """The decision that belongs to a decision's event: as many of the claim's come before it."""
        if event.action not in DECISIONS:
            return None
        seen = self.claims.get(event.claim_id)
        made = rows.decisions.get(event.claim_id, ())
        count = seen.decisions if seen else 0
        return made[count] if count < len(made) else None

    def _history(self, link: Any, claim: Any, event: Any, decision: Any) -> None:
        """The claim's states follow one another, and tickets are given out 1, 2, 3… in the order of the chain."""
        seen = self.claims.setdefault(claim.id, Seen(event.from_state or event.to_state, claim.ticket))
        if event.from_state is not None and event.from_state != seen.state:
            raise Broken(link.number, f"排队号 {claim.ticket} 的前后状态接不上")
        seen.state = event.to_state
        if event.action == "submit":
            self.tickets += 1
            if claim.ticket != self.tickets:
                raise Broken(link.number, f"这里应当发出排队号 {self.tickets}，实为 {claim.ticket}")
        if event.evaluation_id is not None:
            self.evaluations.add(event.evaluation_id)
        if event.action == "uphold_objection":
            seen.award_fen = None
        if decision is not None:
            seen.decisions += 1
            seen.award_fen = decision.award_fen if event.action == "approve" else seen.award_fen

    def _turn(self, link: Any, claim: Any, event: Any) -> None:
        passed = self._turns.passed_over(Step(claim.ticket, event.action, event.actor_role, event.to_state))
        if passed is not None and not event.reason and not link.late:
            raise Broken(link.number, f"排队号 {claim.ticket} 先于 {passed} 办理，没有记录原因")

    def _rows(self, numbers: Sequence[int]) -> _Rows:
        here = Link.pool_id == self._pool_id
        links = _read(self._session, Link, _LINK, Link.number, numbers, here)
        events = _read(self._session, Event, chain.EVENT, Event.id, {link.event_id for link in links.values()})
        claims = _read(self._session, Claim, chain.CLAIM, Claim.id, {event.claim_id for event in events.values()})
        named = {event.evaluation_id for event in events.values() if event.evaluation_id is not None}
        evaluations = _read(self._session, Evaluation, chain.EVALUATION, Evaluation.id, named)
        decided = {event.claim_id for event in events.values() if event.action in DECISIONS}
        seen = {id_: chain.fingerprint(row) for id_, row in evaluations.items()}
        return _Rows(links, events, claims, seen, self._decisions(decided))

    def _decisions(self, claim_ids: Iterable[int]) -> Mapping[int, Sequence[Any]]:
        ids = self._session.scalars(select(Decision.id).where(Decision.claim_id.in_(claim_ids))).all()
        rows = _read(self._session, Decision, chain.DECISION, Decision.id, ids)
        by_claim: dict[int, list[Any]] = {}
        for _, row in sorted(rows.items()):
            by_claim.setdefault(row.claim_id, []).append(row)
        return by_claim


def _following(number: int, previous: str, content: Mapping[str, Any]) -> str:
    try:
        return rules.following(previous, content)
    except _UNREADABLE:
        raise Broken(number, "这一环对应的内容无法读取") from None


def _read(
    session: Session,
    table: type[Any],
    columns: Iterable[str],
    key: InstrumentedAttribute[int],
    keys: Iterable[int],
    *where: Any,
) -> dict[int, Any]:
    """Rows with these columns by `key`; rows that cannot be read are left out, like those that are not there."""
    wanted = sorted(keys)
    if not wanted:
        return {}
    query = select(key.label("_key"), *(getattr(table, column) for column in columns)).where(key.in_(wanted), *where)
    try:
        return {row[0]: row for row in session.execute(query)}
    except _UNREADABLE:
        if len(wanted) == 1:
            return {}
        half = len(wanted) // 2
        parts = (wanted[:half], wanted[half:])
        return {k: row for part in parts for k, row in _read(session, table, columns, key, part, *where).items()}
