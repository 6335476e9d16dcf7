"""Which claims a reviewer may be given, and why an earlier one was not: order is kept, and departures are told.

Not for a reviewer: claims they or their own organisation entered, those of a relative they declared, those they skipped
until somebody else was given them, those on which they spoke first and a second person is to look; and none of a
programme whose review has not begun. A claim that a colleague returned is theirs first for a while.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, bindparam, exists, false, func, select, tuple_
from sqlalchemy.orm import Session

from reviewapp import schemes
from reviewapp.models import Actor, Claim, ClaimKey, ClaimSkip, Objection, Pool, Relative
from reviewapp.policy.turns import open_to
from reviewapp.services.days import local_date

_ELSEWHERE = "此刻正由他人办理"


@dataclass(frozen=True, slots=True)
class Reach:
    """What `actor` may be given at `now`; `early` are the (scheme, version, programme) not reviewed yet, `kin` the
    (kind, token) of declared relatives. `polite`: nothing that is kept for a colleague.
    """

    actor: Actor
    now: datetime
    early: frozenset[tuple[str, str, str]]
    kin: tuple[tuple[str, str], ...] = ()
    polite: bool = True

    @property
    def states(self) -> ColumnElement[bool]:
        """Claims in the states from which the role may take them.

        The states stand in the statement itself: a prepared one could not use the index of the waiting otherwise.
        """
        states: BindParameter[str] = bindparam("states", open_to(self.actor.role), expanding=True, literal_execute=True)
        return Claim.state.in_(states)

    @property
    def waiting(self) -> tuple[ColumnElement[bool], ...]:
        """The conditions of a claim that waits for this reviewer."""
        closed = [condition for _, condition in _barriers(self.actor, self.kin)]
        if self.early:
            closed.append(_programme().in_(sorted(self.early)))
        if self.polite:
            closed.append(_kept_for_other(self.actor, self.now))
        return (self.states, *(~condition for condition in closed))

    def passed_over(self, session: Session, claim: Claim) -> str | None:
        """Why earlier claims are not taken first; None when there are none. The pool is locked: nobody joins them."""
        before = (self.states, Claim.pool_id == claim.pool_id, Claim.ticket < claim.ticket)
        reasons = [
            *_barriers(self.actor, self.kin),
            ("所属项目尚未开始审核", _programme().in_(sorted(self.early)) if self.early else false()),
            ("由退回它的审核员接着办", _kept_for_other(self.actor, self.now)),
        ]
        columns: list[Any] = [condition.label(f"why{n}") for n, (_, condition) in enumerate(reasons)]
        rows = session.execute(select(Claim.ticket, *columns).where(*before).order_by(Claim.ticket)).all()
        if not rows:
            return None
        told = dict.fromkeys(
            next((why for (why, _), holds in zip(reasons, row[1:], strict=True) if holds), _ELSEWHERE) for row in rows
        )
        return f"跳过更早的 {len(rows)} 份（最前为排队号 {rows[0].ticket}）：{'；'.join(told)}"


def reach_of(session: Session, actor: Actor, now: datetime) -> Reach:
    """What this reviewer may be given now."""
    return Reach(actor, now, _not_begun(session, local_date(now)), _kin(session, actor))


def conflict(session: Session, actor: Actor, claim: Claim) -> str:
    """Why this person is not to decide on the claim, as a sentence; "" when nothing stands against it."""
    why = bias(session, actor, claim)
    return f"{why}，不能由您审核。请放回，由其他审核员办理。" if why else ""


def bias(session: Session, actor: Actor, claim: Claim) -> str:
    """What ties this person to the claim; "" when nothing does."""
    for why, condition in _conflicts(actor, _kin(session, actor)):
        if session.scalar(select(Claim.id).where(Claim.id == claim.id, condition)) is not None:
            return why
    return ""


def _kin(session: Session, actor: Actor) -> tuple[tuple[str, str], ...]:
    """By what the relatives whom the person declared are known, mostly nobody: then no claim is searched for them."""
    own = select(Relative.kind, Relative.token).where(Relative.user_id == actor.id, Relative.removed_at.is_(None))
    return tuple((kind, token) for kind, token in session.execute(own))


def _conflicts(actor: Actor, kin: tuple[tuple[str, str], ...]) -> list[tuple[str, ColumnElement[bool]]]:
    """What keeps a person from deciding at all."""
    same_firm = Claim.organisation_id.is_not(None) & (Claim.organisation_id == actor.organisation_id)
    named = tuple_(ClaimKey.kind, ClaimKey.token).in_(kin)
    declared = exists().where(ClaimKey.claim_id == Claim.id, named) if kin else false()
    return [
        ("由领取人本人录入，须由他人审核", Claim.entered_by_id == actor.id),
        ("由领取人所在单位录入，须回避", same_firm if actor.organisation_id is not None else false()),
        ("申领人是领取人申报的亲属，须回避", declared),
    ]


def _undone(actor: Actor) -> tuple[str, ColumnElement[bool]]:
    """Was it this person's approval that was undone last? Older ones bar nobody: two leads must get to an end."""
    upheld = select(func.max(Objection.id)).where(Objection.claim_id == Claim.id, Objection.state == "upheld")
    own = exists().where(
        Objection.id == upheld.correlate(Claim).scalar_subquery(), Objection.approved_by_id == actor.id
    )
    return "领取人上次的通过因异议撤销，须由他人重新审核", own


def _barriers(actor: Actor, kin: tuple[tuple[str, str], ...]) -> list[tuple[str, ColumnElement[bool]]]:
    """Conflicts, and what keeps a person from being given a claim for now."""
    skipped = exists().where(
        ClaimSkip.reviewer_id == actor.id, ClaimSkip.claim_id == Claim.id, ClaimSkip.fence == Claim.fence
    )
    spoke_first = Claim.second_look.is_not(None) & (Claim.second_look == "waiting") & (Claim.first_by_id == actor.id)
    return [
        *_conflicts(actor, kin),
        _undone(actor),
        ("领取人写明原因跳过，待他人办理", skipped),
        ("领取人已作初审，须由另一人复审", spoke_first),
    ]


def _kept_for_other(actor: Actor, now: datetime) -> ColumnElement[bool]:
    """Claims that are kept for a colleague, who returned them, just now."""
    return Claim.kept_for_id.is_not(None) & (Claim.kept_for_id != actor.id) & (Claim.kept_until > now)


def _programme() -> Any:
    return tuple_(Claim.scheme_code, Claim.scheme_version, Claim.programme)


def _not_begun(session: Session, today: date) -> frozenset[tuple[str, str, str]]:
    """(scheme, version, programme) whose review has not begun."""
    return frozenset(
        (code, version, name)
        for code in session.scalars(select(Pool.scheme_code).distinct())
        for version in schemes.versions(code)
        for name, programme in schemes.load(code, version).programmes.items()
        if programme.review_from is not None and programme.review_from > today
    )
