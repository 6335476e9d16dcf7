"""Accounts of the office's own people as their pages show them: who there is, what waits for a second administrator,
and the trail.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, joinedload

from reviewapp.models import AccountStep, Actor, Organisation, User
from reviewapp.policy.accounts import MANAGED
from reviewapp.policy.workflow import ROLES
from reviewapp.queries import scope
from reviewapp.queries.paging import Paged
from reviewapp.services.staff_accounts import is_waiting

#: State of an account → its Chinese word and the colour's meaning.
STATES: dict[str, tuple[str, str]] = {"active": ("在用", "done"), "stopped": ("已停用", "off")}
PAGE = 50
_LATEST = 30


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What is looked for: `text` in names and organisation, one role (none: the office's own people), one of STATES."""

    text: str = ""
    role: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A proposal, and how many administrators there are who could confirm it."""

    step: AccountStep
    confirmers: int


def listed(session: Session, actor: Actor, narrowed: Narrowed, number: int) -> Paged[User]:
    """Page `number` of the accounts: active ones first, by role and name."""
    roles = (narrowed.role,) if narrowed.role else MANAGED
    found = scope.accounts_visible_to(actor).where(User.role.in_(roles)).outerjoin(User.organisation)
    if narrowed.state:
        found = found.where(User.active.is_(narrowed.state == "active"))
    if narrowed.text:
        sought = (User.name, User.username, Organisation.name)
        found = found.where(or_(*(column.icontains(narrowed.text, autoescape=True) for column in sought)))
    total = session.scalar(select(func.count()).select_from(found.subquery())) or 0
    number = max(1, min(number, -(-total // PAGE)))
    ordered = found.order_by(User.active.desc(), User.role, User.name, User.id).options(joinedload(User.organisation))
    return Paged(tuple(session.scalars(ordered.offset((number - 1) * PAGE).limit(PAGE))), total, number, PAGE)


def role_choices() -> list[tuple[str, str]]:
    """Roles that a list is narrowed to: the office's own first, then those of firms."""
    firms = (role for role in ROLES if role not in (*MANAGED, "claimant", "system"))
    return [(role, ROLES[role]) for role in (*MANAGED, *firms)]


def administrators(session: Session) -> list[int]:
    """Who may act, by key."""
    return list(session.scalars(select(User.id).where(User.role == "admin", User.active)))


def waiting(session: Session, user: User | None = None) -> list[Waiting]:
    """What waits for another administrator, of one account or of all, the earliest first."""
    found = select(AccountStep).where(is_waiting()).order_by(AccountStep.id).options(joinedload(AccountStep.by))
    if user is not None:
        found = found.where(AccountStep.user_id == user.id)
    admins = administrators(session)
    return [
        Waiting(step, sum(admin not in (step.by_id, step.user_id) for admin in admins))
        for step in session.scalars(found)
    ]


def history(session: Session, user: User) -> Sequence[AccountStep]:
    """What was done to an account and proposed for it, from its beginning, the earliest first."""
    of_it = AccountStep.user_id == user.id
    asked = AccountStep.id.in_(select(AccountStep.proposal_id).where(of_it))
    return session.scalars(_with_people().where(of_it | asked).order_by(AccountStep.id)).all()


def latest(session: Session) -> Sequence[AccountStep]:
    """What was last done to any account, the newest last; what came of nothing included."""
    return session.scalars(_with_people().order_by(AccountStep.id.desc()).limit(_LATEST)).all()[::-1]


def _with_people() -> Select[AccountStep]:
    people = (AccountStep.by, AccountStep.proposer, AccountStep.user)
    return select(AccountStep).options(*map(joinedload, people))
