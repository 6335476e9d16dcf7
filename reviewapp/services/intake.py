"""Taking claims in: drafts, files, and what a person says about papers and fields."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, TypeVar

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from reviewapp import schemes
from reviewapp.errors import InvalidValue, NotAllowed, NotFound, TooMany, Unavailable
from reviewapp.models import Actor, Claim, Paper, Pool, Upload, User
from reviewapp.pages import inspect_file
from reviewapp.policy import Scheme
from reviewapp.policy.kinds import KINDS
from reviewapp.services import mending, outbox, prefill, standing, trail
from reviewapp.services.editing import FactChange, confirm, editable, set_facts
from reviewapp.storage import Storage

__all__ = [
    "FactChange",
    "Received",
    "add_upload",
    "confirm",
    "create_draft",
    "display_name",
    "receive",
    "remove_paper",
    "remove_upload",
    "require_open",
    "set_facts",
    "set_kind",
]

MOST_FILES = 60
MOST_BYTES = 200 * 1024 * 1024
_LONGEST_NAME = 120
_Row = TypeVar("_Row", Upload, Paper)


@dataclass(frozen=True, slots=True)
class Received:
    """A file that is safely kept and fit to be added to a claim; `name` is for display only."""

    sha256: str
    size: int
    media_type: str
    name: str


def create_draft(
    session: Session, actor: Actor, now: datetime, *, scheme_code: str, programme: str, form_key: str
) -> Claim:
    """A new draft; the same form sent again gives the draft it made the first time.

    Raises NotFound for an unknown programme, NotAllowed when it does not take claims from this role or this firm,
    Unavailable while the scheme's pool is not open.
    """
    found = select(Claim).where(Claim.entered_by_id == actor.id, Claim.form_key == form_key)
    existing = session.scalars(found).one_or_none()
    if existing is not None:
        return existing
    claim = _draft(session, actor, now, scheme_code, programme, form_key)
    try:
        with session.begin_nested():
            session.add(claim)
    except IntegrityError:
        return session.scalars(found).one()
    trail.record(session, claim, actor, now, "create")
    prefill.from_account(session, claim, session.get_one(User, actor.id), now)
    return claim


def require_open(session: Session, actor: Actor, scheme_code: str, programme: str) -> tuple[Scheme, Pool]:
    """The scheme in its version of now, and the pool; raises as `create_draft`."""
    if scheme_code not in schemes.codes():
        raise NotFound("没有找到这个活动，请从首页重新选择。")
    scheme = schemes.load(scheme_code)
    rules = scheme.programmes.get(programme)
    if rules is None:
        raise NotFound("这个活动没有这个补贴项目，请从首页重新选择。")
    if actor.role not in rules.submitters:
        raise NotAllowed(_wrong_submitter(rules.submitters))
    standing.require(session, actor, scheme_code, "claims")
    pool = session.scalars(select(Pool).where(Pool.scheme_code == scheme_code, Pool.code == rules.pool)).one_or_none()
    if pool is None:
        raise Unavailable("这个活动还没有开放申领，请稍后再来，或咨询活动主办单位。")
    return scheme, pool


def _draft(session: Session, actor: Actor, now: datetime, scheme_code: str, programme: str, form_key: str) -> Claim:
    scheme, pool = require_open(session, actor, scheme_code, programme)
    return Claim(
        form_key=form_key,
        scheme_code=scheme_code,
        scheme_version=scheme.version,
        programme=programme,
        pool_id=pool.id,
        submitter_role=actor.role,
        entered_by_id=actor.id,
        organisation_id=actor.organisation_id,
        created_at=now,
        changed_at=now,
    )


_WHO_ELSE = {
    "dealer": "这个项目由经销商统一收集材料并提交，请把材料交给您购车的经销商。",
    "shop": "这个项目由参加活动的商家登记并提交，请到您购买商品的商家办理。",
    "point": "这个项目在乡镇便民回收点办理，请把车辆和材料带到回收点。",
}


def _wrong_submitter(submitters: Sequence[str]) -> str:
    if "claimant" in submitters:
        return "这个项目由申领人本人提交，请用申领人的手机号登录后办理。"
    return _WHO_ELSE[submitters[0]]


def receive(storage: Storage, stream: BinaryIO, name: str) -> Received:
    """Take a file in: to quarantine, looked into by a limited child, then kept; nothing of a refused one stays.

    Raises RefusedFile with the Chinese reason and what to do.
    """
    with storage.receive(stream) as incoming:
        info = inspect_file(incoming.path)
        stored = incoming.keep()
    return Received(stored.sha256, stored.size, info.media_type, display_name(name))


def display_name(name: str) -> str:
    """The submitter's file name without folders and control characters, at most 120 long; never used as a path."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(character for character in last if character.isprintable()).strip(" .")
    return shown[:_LONGEST_NAME] or "未命名文件"


def add_upload(session: Session, actor: Actor, now: datetime, claim_id: int, received: Received) -> Upload:
    """Add a received file to a claim and order its reading; the same file again gives the upload that is there.

    A file that was taken out comes back with its papers. Raises TooMany beyond 60 files or 200 MB a claim.
    """
    claim = editable(session, actor, claim_id)
    mending.require_files(session, claim)
    same = select(Upload).where(Upload.claim_id == claim.id, Upload.sha256 == received.sha256)
    upload = session.scalars(same).one_or_none()
    if upload is not None and _all_there(upload):
        return upload
    if upload is None or upload.removed_at is not None:
        _within_quota(session, claim, received)
    if upload is None:
        upload = _new_upload(session, actor, now, claim, received)
    else:
        mending.require_papers(session, claim, {page.paper for page in upload.pages})
        _bring_back(session, upload, now)
    prefill.refresh(session, claim, now)
    trail.record(session, claim, actor, now, "change_paper", reason=f"上传 {received.name}")
    return upload


def _within_quota(session: Session, claim: Claim, received: Received) -> None:
    files, size = session.execute(
        select(func.count(), func.coalesce(func.sum(Upload.size), 0)).where(
            Upload.claim_id == claim.id, Upload.removed_at.is_(None)
        )
    ).one()
    if files >= MOST_FILES:
        raise TooMany(f"每份申请最多上传 {MOST_FILES} 个文件。请先删除不需要的文件，再上传新的。")
    if size + received.size > MOST_BYTES:
        raise TooMany(f"每份申请的文件合计不超过 {MOST_BYTES // 1024 // 1024} MB。请先删除不需要的文件，再上传新的。")


def _new_upload(session: Session, actor: Actor, now: datetime, claim: Claim, received: Received) -> Upload:
    upload = Upload(
        claim_id=claim.id,
        uploaded_by_id=actor.id,
        sha256=received.sha256,
        size=received.size,
        media_type=received.media_type,
        name=received.name,
        created_at=now,
    )
    session.add(upload)
    session.flush()
    outbox.add(session, "upload.read", upload.id, now)
    return upload


def _all_there(upload: Upload) -> bool:
    return upload.removed_at is None and all(page.paper.removed_at is None for page in upload.pages)


def _bring_back(session: Session, upload: Upload, now: datetime) -> None:
    upload.removed_at = None
    for page in upload.pages:
        page.paper.removed_at = None
    if not upload.pages and upload.state != "refused":
        _read_again(session, upload, now)


def remove_upload(session: Session, actor: Actor, now: datetime, claim_id: int, upload_public_id: str) -> None:
    """Take a file out of the claim, with the papers that stand on no other file; everything stays in the record."""
    claim = editable(session, actor, claim_id)
    upload = _of_claim(session, Upload, claim, upload_public_id)
    mending.require_papers(session, claim, {page.paper for page in upload.pages})
    upload.removed_at = now
    for paper in {page.paper for page in upload.pages}:
        if all(page.upload.removed_at is not None for page in paper.pages):
            paper.removed_at = paper.removed_at or now
    prefill.refresh(session, claim, now)
    trail.record(session, claim, actor, now, "change_paper", reason=f"删除 {upload.name}")


def remove_paper(session: Session, actor: Actor, now: datetime, claim_id: int, paper_public_id: str) -> None:
    """Take a paper out of the claim, and the files on which nothing else stands."""
    claim = editable(session, actor, claim_id)
    paper = _of_claim(session, Paper, claim, paper_public_id)
    mending.require_papers(session, claim, [paper])
    paper.removed_at = now
    for upload in {page.upload for page in paper.pages}:
        if all(page.paper.removed_at is not None for page in upload.pages):
            upload.removed_at = now
    prefill.refresh(session, claim, now)
    trail.record(session, claim, actor, now, "change_paper", reason=f"删除 {KINDS[paper.kind].title}")


def set_kind(session: Session, actor: Actor, now: datetime, claim_id: int, paper_public_id: str, kind: str) -> None:
    """A person says what a paper is; its files are read again as that kind. What persons entered on it stays.

    Raises InvalidValue for an unknown kind.
    """
    claim = editable(session, actor, claim_id)
    paper = _of_claim(session, Paper, claim, paper_public_id)
    mending.require_papers(session, claim, [paper])
    if kind not in KINDS:
        raise InvalidValue("没有这种材料，请从列表中选一种。", {"kind": "请从列表中选一种。"})
    if paper.kind == kind and paper.kind_by == "person":
        return
    before = paper.kind
    paper.kind, paper.kind_by, paper.kind_confidence = kind, "person", 1.0
    if before != kind:
        for upload in {page.upload for page in paper.pages if page.upload.removed_at is None}:
            _read_again(session, upload, now)
    prefill.refresh(session, claim, now)
    reason = f"材料种类由“{KINDS[before].title}”改为“{KINDS[kind].title}”"
    trail.record(session, claim, actor, now, "change_paper", reason=reason)


def _read_again(session: Session, upload: Upload, now: datetime) -> None:
    upload.state, upload.refusal = "waiting", None
    outbox.add(session, "upload.read", upload.id, now)


def _of_claim(session: Session, table: type[_Row], claim: Claim, public_id: str) -> _Row:
    row = session.scalars(
        select(table).where(table.claim_id == claim.id, table.public_id == public_id, table.removed_at.is_(None))
    ).one_or_none()
    if row is None:
        raise NotFound("这份材料已经不在申请里了。请刷新页面查看最新情况。")
    return row
