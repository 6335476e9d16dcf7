"""What the recycler says of each motorcycle that was handed over, and the certificate (报废机动车回收证明) of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from reviewapp.errors import IllegalMove, InvalidValue, NotFound
from reviewapp.models import Actor, Claim, Pickup, PickupItem
from reviewapp.models.collection import OUTCOMES
from reviewapp.policy.identifiers import normal_id
from reviewapp.services import pickups, trail
from reviewapp.services.days import local_date
from reviewapp.services.entered import require_text
from reviewapp.services.intake import Received

_NOTE_LENGTH, _FRAME_LENGTH, _NUMBER_LENGTH = 200, 30, 40


@dataclass(frozen=True, slots=True)
class Verdict:
    """`outcome` of OUTCOMES; the frame number on the motorcycle where it differs from the list's."""

    outcome: str
    frame_seen: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Certificate:
    """Number and day of issue; `paper` is its picture or PDF, kept with the motorcycle."""

    number: str
    issued_on: date
    paper: Received | None = None


def confirm(session: Session, actor: Actor, now: datetime, item_id: int, verdict: Verdict) -> PickupItem:
    """Say what became of one motorcycle: once, but that a missing one may turn up later.

    Raises NotFound (another recycler's), IllegalMove (not handed over, or confirmed before), InvalidValue.
    """
    claim, pickup, item = _lock_own(session, actor, item_id)
    if item.outcome is not None and (item.outcome != "missing" or verdict.outcome == "missing"):
        by = item.confirmed_by.name if item.confirmed_by else ""
        raise IllegalMove(f"这辆摩托车已由{by}核对为“{OUTCOMES[item.outcome]}”，不用再核对。请刷新页面查看最新情况。")
    frame, note = _said(verdict)
    item.outcome, item.frame_seen, item.note = verdict.outcome, frame or None, note
    item.confirmed_by_id, item.confirmed_at = actor.id, now
    parts = (OUTCOMES[verdict.outcome], f"实际车架号 {frame}" if frame else "", note)
    said = f"第 {pickup.number} 次集中运输：{'，'.join(part for part in parts if part)}"
    trail.record(session, claim, actor, now, "confirm_vehicle", reason=said)
    session.flush()
    return item


def certify(session: Session, actor: Actor, now: datetime, item_id: int, certificate: Certificate) -> PickupItem:
    """Enter the certificate of a motorcycle that was received, or correct it; what stood before is on the trail.

    Raises NotFound, IllegalMove (not received), InvalidValue (no number, a day to come or before the hand-over, a
    certificate of another motorcycle).
    """
    claim, pickup, item = _lock_own(session, actor, item_id)
    if item.outcome not in ("received", "differs"):
        raise IllegalMove("收到车辆后才能登记回收证明。请先核对这辆摩托车。")
    number = normal_id(require_text(certificate.number, "number", "回收证明编号", _NUMBER_LENGTH))
    _require_day(certificate.issued_on, pickup, now)
    before = item.certificate_number
    try:
        with session.begin_nested():
            item.certificate_number, item.certificate_on = number, certificate.issued_on
            session.flush()
    except IntegrityError:
        said = f"回收证明 {number} 已登记在另一辆摩托车上，一张证明对应一辆车。请核对编号。"
        raise InvalidValue(said, {"number": "已经用过。"}) from None
    if certificate.paper is not None:
        item.paper_sha256, item.paper_name = certificate.paper.sha256, certificate.paper.name
    said = f"编号 {number}" if before in (None, number) else f"编号 {before} 改为 {number}"
    trail.record(session, claim, actor, now, "certify_scrapping", reason=said)
    session.flush()
    return item


def _said(verdict: Verdict) -> tuple[str, str]:
    """Frame number and note as they are kept."""
    if verdict.outcome not in OUTCOMES:
        raise InvalidValue("请选择：已收到、车架号不符或未收到。", {"outcome": "请选择。"})
    note = require_text(verdict.note, "note", "说明", _NOTE_LENGTH) if verdict.note.strip() else ""
    if verdict.outcome != "differs":
        return "", note
    return normal_id(require_text(verdict.frame_seen, "frame_seen", "车上实际的车架号", _FRAME_LENGTH)), note


def _require_day(day: date, pickup: Pickup, now: datetime) -> None:
    handed_over = local_date(pickup.handed_over_at) if pickup.handed_over_at else day
    if day > local_date(now):
        raise InvalidValue("回收证明的日期晚于今天，请核对。", {"issued_on": "晚于今天。"})
    if day < handed_over:
        raise InvalidValue(
            f"回收证明的日期早于交接日 {handed_over}，请核对。", {"issued_on": f"不早于 {handed_over}。"}
        )


def _lock_own(session: Session, actor: Actor, item_id: int) -> tuple[Claim, Pickup, PickupItem]:
    """A motorcycle that was handed over to the actor's firm, with claim and pickup, locked."""
    claim, pickup, item = pickups.lock_item(session, item_id)
    if actor.role != "recycler" or actor.organisation_id is None or pickup.recycler_id != actor.organisation_id:
        raise NotFound()
    if pickup.state != "handed_over":
        raise IllegalMove("这批摩托车还没有交接，交接后才能核对。")
    return claim, pickup, item
