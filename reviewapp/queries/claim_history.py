"""What happened to a claim: its events and its decisions, as far as the viewer may know them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from reviewapp.models import Claim, Decision, Event
from reviewapp.policy.workflow import STATES, SUBMITTERS
from reviewapp.queries import display, objections

#: What reviewers write for each other; of objections the submitter is told only when one undoes the approval.
_INTERNAL = ("note", "waive", "object", "dismiss_objection")


@dataclass(frozen=True, slots=True)
class EventView:
    """One line of the history: who (name and role in Chinese), when, what, from which state to which, why."""

    at: datetime
    who: str
    action: str
    action_label: str
    from_label: str
    to_label: str
    reason: str


@dataclass(frozen=True, slots=True)
class DecisionView:
    """A decision with its reason; `who` is "" for submitters.

    `items` are the papers and fields a return asks to mend, `deadline` its last instant. `undone`: an objection to this
    approval was upheld.
    """

    at: datetime
    who: str
    action: str
    action_label: str
    award_fen: int | None
    reason: str
    clause: str | None
    items: tuple[Mapping[str, str], ...]
    deadline: datetime | None
    undone: bool


def decisions(session: Session, claim: Claim, *, named: bool) -> tuple[DecisionView, ...]:
    """The decisions, oldest first; the reviewers' names only where `named`."""
    found = select(Decision).where(Decision.claim_id == claim.id).order_by(Decision.id)
    undone = objections.undone_decisions(session, claim)
    return tuple(
        DecisionView(
            at=row.at,
            who=row.reviewer.name if named else "",
            action=row.action,
            action_label=display.ACTIONS[row.action],
            award_fen=row.award_fen,
            reason=row.reason,
            clause=row.clause,
            items=tuple(row.items),
            deadline=row.deadline,
            undone=row.id in undone,
        )
        for row in session.scalars(found.options(joinedload(Decision.reviewer)))
    )


def events(session: Session, claim: Claim, full: bool, *, named: bool) -> tuple[EventView, ...]:
    """The history, oldest first; without papers, only the changes of state and without the submitter's words."""
    rows = session.scalars(
        select(Event).where(Event.claim_id == claim.id).order_by(Event.id).options(joinedload(Event.actor))
    )
    return tuple(
        _event(row, full, named)
        for row in rows
        if (named or row.action not in _INTERNAL)
        and (full or row.from_state != row.to_state)
        and not _hushed(claim, row)
    )


def _hushed(claim: Claim, row: Event) -> bool:
    """The first reviewer's waivers and notes, while a second person looks without knowing the first one's word."""
    return claim.second_look == "waiting" and row.action in ("waive", "note") and row.actor_id == claim.first_by_id


def _event(row: Event, full: bool, named: bool) -> EventView:
    """Submitters see each other's names, and that staff acted, not which of them."""
    open_name = full and (named or row.actor_role in SUBMITTERS)
    return EventView(
        at=row.at,
        who=display.who(row.actor_role, row.actor.name if row.actor and open_name else ""),
        action=row.action,
        action_label=display.ACTIONS[row.action],
        from_label=STATES[row.from_state] if row.from_state else "",
        to_label=STATES[row.to_state],
        reason=(row.reason or "") if full and (named or row.action != "put_back") else "",
    )
