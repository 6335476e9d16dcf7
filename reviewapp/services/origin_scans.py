"""Stamped forms photographed at a collection point without saying whose they are: the code on them finds the claim.

Taken in by a request, looked at by a worker; found, the file is added to the claim as if it had been uploaded there.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.db import transaction
from reviewapp.errors import NotAllowed, ReviewError
from reviewapp.models import Actor, OriginForm, OriginScan, User
from reviewapp.pages import RefusedFile, open_file
from reviewapp.services import intake, origin_forms, origin_reading, outbox
from reviewapp.services.intake import Received
from reviewapp.signing import Signer
from reviewapp.storage import Storage

_NO_CODE = (
    "照片里没有读到二维码。请把证明放平，让二维码清楚、完整地在画面里，重新拍照；没有二维码的证明请到申请里上传。"
)
_FORGED = "这个二维码不是本系统签发的，或内容被改动过。请核对证明的来源。"
_OF_ANOTHER = "这张证明是{who}经办的申请的，不能在这里上传。"


def receive(session: Session, actor: Actor, now: datetime, received: Received) -> OriginScan:
    """Take a photograph in and order its code to be read; the same file again is the scan that is there, tried anew
    when it was refused. NotAllowed for who is of no point.
    """
    if actor.role != "point" or actor.organisation_id is None or actor.id is None:
        raise NotAllowed("只有便民回收点可以在这里上传盖章的证明。")
    here = (OriginScan.organisation_id == actor.organisation_id, OriginScan.sha256 == received.sha256)
    scan = session.scalars(select(OriginScan).where(*here).with_for_update()).one_or_none()
    if scan is not None and scan.state != "refused":
        return scan
    if scan is None:
        scan = OriginScan(
            organisation_id=actor.organisation_id, sha256=received.sha256, size=received.size,
            media_type=received.media_type, name=received.name, created_at=now, by_id=actor.id,
        )  # fmt: skip
        session.add(scan)
    scan.state, scan.refusal, scan.by_id = "waiting", None, actor.id
    session.flush()
    outbox.add(session, "origin.find", scan.id, now)
    return scan


def find(session: Session, storage: Storage, signer: Signer, scan_id: int, now: datetime) -> None:
    """Job body: read the code and add the file to its claim, or write down why not; nothing when that was done."""
    scan = session.get(OriginScan, scan_id)
    if scan is None or scan.state != "waiting":
        return
    try:
        code = _code(storage, scan.sha256)
    except RefusedFile as refusal:
        with transaction(session):
            _refuse(_locked(session, scan_id), refusal.message)
        return
    with transaction(session):
        _file(session, signer, _locked(session, scan_id), code, now)


def give_up(session: Session, scan_id: int) -> None:
    """Job body for a file that ended every process that looked at it."""
    with transaction(session):
        _refuse(_locked(session, scan_id), "这个文件多次读取都没有成功。请重新拍照后再上传。")


def _code(storage: Storage, sha256: str) -> str:
    with storage.path(sha256) as path:
        document = open_file(path)
    return next((code for page in document.pages if (code := origin_reading.code_on(page))), "")


def _file(session: Session, signer: Signer, scan: OriginScan | None, code: str, now: datetime) -> None:
    if scan is None:
        return
    form = origin_forms.find(session, signer, code)
    why = _unfit(scan, code, form)
    if why or form is None:
        _refuse(scan, why)
        return
    by = Actor.of(session.get_one(User, scan.by_id))
    received = Received(scan.sha256, scan.size, scan.media_type, scan.name)
    try:
        with session.begin_nested():
            intake.add_upload(session, by, now, form.claim_id, received)
    except ReviewError as error:
        _refuse(scan, f"{form.claim.number or '这份申请'}：{error.message}")
        return
    scan.state, scan.claim_id = "filed", form.claim_id


def _unfit(scan: OriginScan, code: str, form: OriginForm | None) -> str:
    """Why the file cannot go to the form's claim, "" when it can."""
    if not code:
        return _NO_CODE
    if form is None:
        return _FORGED
    if form.claim.organisation_id != scan.organisation_id:
        other = form.claim.organisation
        return _OF_ANOTHER.format(who=other.name if other else "车主本人")
    return ""


def _refuse(scan: OriginScan | None, why: str) -> None:
    if scan is not None:
        scan.state, scan.refusal = "refused", why[:300]


def _locked(session: Session, scan_id: int) -> OriginScan | None:
    """The scan, locked, if it still waits."""
    found = select(OriginScan).where(OriginScan.id == scan_id, OriginScan.state == "waiting").with_for_update()
    return session.scalars(found.execution_options(populate_existing=True)).one_or_none()
