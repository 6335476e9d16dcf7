"""Firms are excluded (失信, 黑名单, 违规) from one scheme or all, and exclusions are lifted: rows are only added.

An exclusion holds from its commit on. Who acts for a firm locks the firm's row FOR SHARE (`standing.require`), and who
excludes it locks the same row against them: what went on is finished before, and what comes after sees the exclusion.
Nothing else is locked with it; claims under way are looked at afterwards, by a worker (`struck_claims`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from reviewapp import schemes
from reviewapp.errors import IllegalMove, InvalidValue, NotAllowed
from reviewapp.models import EXCLUSION_KINDS, Actor, Exclusion, Organisation
from reviewapp.policy.names import fold_name
from reviewapp.services import outbox
from reviewapp.services.entered import require_text

TOPIC = "firm.recheck"


@dataclass(frozen=True)
class Ground:
    """Why: `kind` of EXCLUSION_KINDS, the document or source, and the reason in words."""

    kind: str
    source: str
    reason: str


def exclude(
    session: Session, actor: Actor, now: datetime, name: str, ground: Ground, scheme_code: str | None = None
) -> Exclusion:
    """Exclude the firm of that name, known to the office or not, from a scheme, or from all. At once.

    Raises NotAllowed, InvalidValue by field; IllegalMove when it is excluded there already.
    """
    _require_office(actor)
    name = require_text(name, "name", "企业名称", 120)
    if ground.kind not in EXCLUSION_KINDS:
        raise InvalidValue("请选择列入的种类。", {"kind": "请从列表中选择。"})
    if scheme_code is not None and scheme_code not in schemes.codes():
        raise InvalidValue("没有这个活动，请从列表中选择。", {"scheme": "请从列表中选择。"})
    source = require_text(ground.source, "source", "文号或来源", 200)
    reason = require_text(ground.reason, "reason", "原因", 500)
    firm = _lock_firm(session, name)
    if any(row.scheme_code in (None, scheme_code) for row in session.scalars(of_name(name))):
        raise IllegalMove(f"{name} 已经在名单上，范围相同，不用重复登记。")
    row = Exclusion(
        scheme_code=scheme_code, name=name, name_key=fold_name(name), organisation_id=firm.id if firm else None,
        kind=ground.kind, source=source, reason=reason, by_id=actor.id, at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    outbox.add(session, TOPIC, row.id, now)
    return row


def lift(session: Session, actor: Actor, now: datetime, row: Exclusion, *, source: str, reason: str) -> Exclusion:
    """Lift an exclusion that stands: a further row. Raises NotAllowed, InvalidValue, IllegalMove (lifted already)."""
    _require_office(actor)
    source = require_text(source, "source", "文号或来源", 200)
    reason = require_text(reason, "reason", "解除的原因", 500)
    _lock_firm(session, row.name)
    lifting = Exclusion(
        scheme_code=row.scheme_code, name=row.name, name_key=row.name_key, organisation_id=row.organisation_id,
        kind=row.kind, source=source, reason=reason, by_id=actor.id, at=now, lifts_id=row.id,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(lifting)
    except IntegrityError:
        raise IllegalMove("这条记录已经解除。请刷新页面查看最新情况。") from None
    outbox.add(session, TOPIC, row.id, now)
    return lifting


def standing() -> Select[Exclusion]:
    """All exclusions that have not been lifted."""
    lifting = aliased(Exclusion)
    lifted = select(lifting.id).where(lifting.lifts_id == Exclusion.id).exists()
    return select(Exclusion).where(Exclusion.lifts_id.is_(None), ~lifted).order_by(Exclusion.id)


def of_scheme(scheme_code: str) -> Select[Exclusion]:
    """Those that stand under the scheme."""
    return standing().where(or_(Exclusion.scheme_code.is_(None), Exclusion.scheme_code == scheme_code))


def of_name(name: str) -> Select[Exclusion]:
    """Those that stand against the firm of that name, under any scheme."""
    return standing().where(Exclusion.name_key == fold_name(name))


def of_firm(firm: Organisation) -> Select[Exclusion]:
    """Those that stand against the firm, under this name or another it had."""
    return standing().where(or_(Exclusion.name_key == fold_name(firm.name), Exclusion.organisation_id == firm.id))


def against(session: Session, firm: Organisation, scheme_code: str) -> Exclusion | None:
    """What keeps the firm out of the scheme now; None when nothing does."""
    rows = session.scalars(of_firm(firm))
    return next((row for row in rows if row.scheme_code in (None, scheme_code)), None)


def names(session: Session, scheme_code: str) -> list[str]:
    """The names of the excluded, for the checks."""
    return sorted({row.name for row in session.scalars(of_scheme(scheme_code))})


def _lock_firm(session: Session, name: str) -> Organisation | None:
    """The firm of that name, locked against everybody who acts for it."""
    known = session.execute(select(Organisation.id, Organisation.name)).all()
    found = next((row.id for row in known if fold_name(row.name) == fold_name(name)), None)
    if found is None:
        return None
    query = select(Organisation).where(Organisation.id == found).with_for_update(key_share=True)
    return session.scalars(query.execution_options(populate_existing=True)).one()


def _require_office(actor: Actor) -> None:
    if actor.role not in ("admin", "system"):
        raise NotAllowed("只有管理员可以登记和解除失信、黑名单。")
