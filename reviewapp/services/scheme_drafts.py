"""Schemes written in the browser: a draft is written and proposed by one administrator, published by another.

Nothing is published that does not parse, has no cases or whose cases do not come out, and only the text whose digest
the publisher was shown. What is published is never changed; a change is the next version.
"""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from reviewapp import schemes
from reviewapp.errors import IllegalMove, Incomplete, InvalidValue, NotAllowed, NotFound, Stale
from reviewapp.models import Actor, PublishedScheme, SchemeDraft, SchemeEvent
from reviewapp.schemes import Texts
from reviewapp.schemes.examination import Examination, digest_of, examine
from reviewapp.services import funds

#: What the states are called, on pages and in refusals.
STATES = {"draft": "起草中", "proposed": "待发布", "published": "已发布", "withdrawn": "已作废"}
MOST_CHARACTERS = 300_000
_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_CODE_LENGTH = 60
_NOTE_LENGTH = 400
_VERSION_LINE = re.compile(r"^version\s*=\s*\d+", re.MULTILINE)


def start_new(session: Session, actor: Actor, now: datetime, code: str, texts: Texts) -> SchemeDraft:
    """Begin version 1 of a scheme that is not there yet, with these texts (empty ones, the skeleton, an upload).

    NotAllowed; InvalidValue when the code is none, is taken, or somebody has it in hand already.
    """
    me = _admin(actor)
    code = code.strip()
    if not _CODE.fullmatch(code) or len(code) > _CODE_LENGTH:
        raise InvalidValue(
            "方案编号不能这样写。请用小写字母、数字和连字符，例如 yangcheng-2023。", {"code": "写法不对"}
        )
    if schemes.versions(code):
        raise InvalidValue(f"已有方案 {code}。请打开这个方案，点“起草下一版”；或换一个编号。", {"code": "已有这个方案"})
    return _start(session, me, now, SchemeDraft(code=code, version=1), texts)


def start_next(session: Session, actor: Actor, now: datetime, code: str) -> SchemeDraft:
    """Begin the next version of a published scheme with the newest one's texts.

    NotAllowed; NotFound when there is no such scheme; InvalidValue when somebody has the next version in hand already.
    """
    me = _admin(actor)
    try:
        newest = schemes.texts(code)
    except LookupError:
        raise NotFound() from None
    version = next_version(code)
    scheme = _VERSION_LINE.sub(f"version = {version}", newest.scheme, count=1)
    return _start(session, me, now, SchemeDraft(code=code, version=version), Texts(scheme, newest.cases))


def _start(session: Session, me: int, now: datetime, draft: SchemeDraft, texts: Texts) -> SchemeDraft:
    _require_size(texts)
    draft.text, draft.cases = map(_with_line_feeds, texts)
    draft.edited_by_id, draft.edited_at = me, now
    try:
        with session.begin_nested():
            session.add(draft)
    except IntegrityError:
        message = f"{draft.code} 第 {draft.version} 版已有人在起草。请在方案列表打开那份草稿，或先作废它。"
        raise InvalidValue(message, {"code": "已在起草"}) from None
    _record(session, draft, me, now, "start")
    return draft


def next_version(code: str) -> int:
    """The number of the version that comes after all published ones."""
    known = schemes.versions(code)
    return int(known[-1]) + 1 if known else 1


def save(
    session: Session, actor: Actor, now: datetime, draft_id: int, revision: int, *, scheme: str | None = None,
    cases: str | None = None,
) -> SchemeDraft:  # fmt: skip
    """Keep a text as it is, mistakes included; None leaves the other one alone.

    NotAllowed, Stale (somebody saved meanwhile), IllegalMove (not being written any more), InvalidValue (too long).
    """
    me = _admin(actor)
    draft = _lock(session, draft_id, revision, "draft")
    texts = Texts(
        draft.text if scheme is None else _with_line_feeds(scheme),
        draft.cases if cases is None else _with_line_feeds(cases),
    )
    _require_size(texts)
    if texts == (draft.text, draft.cases):
        return draft
    draft.text, draft.cases = texts
    draft.edited_by_id, draft.edited_at = me, now
    _record(session, draft, me, now, "save")
    return draft


def examined(draft: SchemeDraft) -> Examination:
    """The draft's mistakes, its cases as they come out, and its digest."""
    return examine(draft.code, str(draft.version), draft.text, draft.cases)


def propose(session: Session, actor: Actor, now: datetime, draft_id: int, revision: int) -> SchemeDraft:
    """Hand the draft to a second person; from now on it is not edited. Incomplete when it could not be published."""
    me = _admin(actor)
    draft = _lock(session, draft_id, revision, "draft")
    _require_sound(draft)
    draft.state = "proposed"
    draft.proposed_by_id = me
    _record(session, draft, me, now, "propose")
    return draft


def send_back(session: Session, actor: Actor, now: datetime, draft_id: int, revision: int, note: str) -> SchemeDraft:
    """Open a proposed draft for writing again, saying why. InvalidValue without a reason."""
    me = _admin(actor)
    draft = _lock(session, draft_id, revision, "proposed")
    note = _required_note(note, "请写明退回修改的原因，起草人会看到。")
    draft.state = "draft"
    draft.proposed_by_id = None
    _record(session, draft, me, now, "send_back", note)
    return draft


def withdraw(session: Session, actor: Actor, now: datetime, draft_id: int, revision: int, note: str) -> SchemeDraft:
    """Give a draft up; it stays readable. InvalidValue without a reason."""
    me = _admin(actor)
    draft = _lock(session, draft_id, revision, "draft", "proposed")
    note = _required_note(note, "请写明作废的原因，以便日后查阅。")
    draft.state = "withdrawn"
    _record(session, draft, me, now, "withdraw", note)
    return draft


def publish(
    session: Session, actor: Actor, now: datetime, draft_id: int, revision: int, digest: str
) -> PublishedScheme:
    """Put the proposed version in force and open the pools that are not there yet, with the document's amounts.

    NotAllowed for who wrote or proposed it; Stale when text or digest are not what was shown; Incomplete when it does
    not parse, has no cases or fails one; InvalidValue when the version is published already. Once committed, the
    process that published calls `schemes.look_again`.
    """
    me = _admin(actor)
    draft = _lock(session, draft_id, revision, "proposed")
    if me in (draft.edited_by_id, draft.proposed_by_id):
        raise NotAllowed("起草人和提请人不能发布自己的方案，请由另一位管理员核对后发布。")
    if digest != digest_of(draft.text):
        raise Stale("方案内容与您看到的不一致，没有发布。请刷新页面重新核对。")
    scheme = _require_sound(draft).scheme
    if scheme is None or draft.version != next_version(draft.code):
        raise InvalidValue(f"{draft.code} 第 {draft.version} 版已经发布，不能再发布一次。请作废这份草稿，另起下一版。")
    draft.state = "published"
    _record(session, draft, me, now, "publish")
    published = PublishedScheme(
        draft_id=draft.id,
        code=draft.code,
        version=draft.version,
        text=draft.text,
        cases=draft.cases,
        digest=digest,
        author_id=draft.edited_by_id,
        proposer_id=draft.proposed_by_id,
        publisher_id=me,
        at=now,
    )
    session.add(published)
    session.flush()
    funds.open_pools(session, now, scheme)
    return published


def _admin(actor: Actor) -> int:
    """Who acts, when it is an administrator."""
    if actor.role != "admin" or actor.id is None:
        raise NotAllowed("只有管理员可以起草和发布活动方案。")
    return actor.id


def _lock(session: Session, draft_id: int, revision: int, *states: str) -> SchemeDraft:
    query = select(SchemeDraft).where(SchemeDraft.id == draft_id).with_for_update()
    draft = session.execute(query.execution_options(populate_existing=True)).scalar_one_or_none()
    if draft is None:
        raise NotFound()
    if draft.state not in states:
        raise IllegalMove(f"这份草稿现在是“{STATES[draft.state]}”，不能再做这个操作。请刷新页面查看最新情况。")
    if draft.revision != revision:
        raise Stale("这份草稿在您打开页面之后有人改过，刚才的操作没有保存。请对照最新内容后再试一次。")
    return draft


def _require_sound(draft: SchemeDraft) -> Examination:
    found = examined(draft)
    if found.obstacles:
        raise Incomplete(f"还不能发布：{'；'.join(found.obstacles)}。", found.obstacles)
    return found


def _require_size(texts: Texts) -> None:
    for name, text in (("方案", texts.scheme), ("用例", texts.cases)):
        if len(text) > MOST_CHARACTERS:
            raise InvalidValue(
                f"{name}太长：最多 {MOST_CHARACTERS:,} 个字符，现有 {len(text):,} 个。请检查是否贴错了内容。"
            )


def _required_note(note: str, otherwise: str) -> str:
    note = note.strip()
    if not note:
        raise InvalidValue(otherwise, {"note": "不能为空"})
    if len(note) > _NOTE_LENGTH:
        raise InvalidValue(f"原因太长，请控制在 {_NOTE_LENGTH} 字以内。", {"note": "太长"})
    return note


def _with_line_feeds(text: str) -> str:
    """Browsers send CR LF; the digest is that of a file with line feeds."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _record(session: Session, draft: SchemeDraft, me: int, now: datetime, action: str, note: str = "") -> None:
    if action != "start":
        draft.revision += 1
    session.flush()
    digest = digest_of(draft.text)
    session.add(SchemeEvent(draft_id=draft.id, at=now, actor_id=me, action=action, note=note, digest=digest))
