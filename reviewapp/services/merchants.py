"""Firms apply to take part in a scheme (商户报名), are looked at in the order of its document, and come onto its list.

The application is locked first, then the firm's organisation: two admissions that exclude each other come one after the
other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from io import BytesIO
from typing import BinaryIO

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from reviewapp import schemes
from reviewapp.errors import IllegalMove, InvalidValue, NotAllowed, NotFound, Stale
from reviewapp.models import Actor, Listing, MerchantApplication, MerchantStep, Organisation, User
from reviewapp.pages import inspect_file, open_file
from reviewapp.policy import merchant_flow as flow
from reviewapp.policy.identifiers import normal_id
from reviewapp.policy.workflow import UnknownMove
from reviewapp.queries import scope
from reviewapp.schemes import merchants as rules
from reviewapp.schemes.merchants import Merchants
from reviewapp.services import admittance, people
from reviewapp.services.entered import require_text
from reviewapp.services.intake import display_name
from reviewapp.storage import Storage

_MOST_PAGES = 4
#: Longest texts of the form's fields.
LENGTHS = {"name": 120, "address": 200, "person": 60, "phone": 20}
_USCC_LENGTH = 18


@dataclass(frozen=True)
class Licence:
    """A business licence that is safely kept, with a picture of its first page for looking at."""

    sha256: str
    view_sha256: str
    name: str


@dataclass(frozen=True)
class Entry:
    """What was typed, as typed. `conditions`: the ids that were ticked; `activities`: takes part in it or not."""

    kind: str = ""
    name: str = ""
    uscc: str = ""
    address: str = ""
    person: str = ""
    phone: str = ""
    township: str = ""
    conditions: Sequence[str] = ()
    activities: Mapping[str, bool] = field(default_factory=dict)


def receive_licence(storage: Storage, stream: BinaryIO, name: str) -> Licence:
    """Take the file in: to quarantine, looked into by a limited child, then kept; as `intake.receive`.

    Raises RefusedFile; InvalidValue for a file of many pages.
    """
    with storage.receive(stream) as incoming:
        if inspect_file(incoming.path).page_count > _MOST_PAGES:
            raise InvalidValue(f"营业执照的文件最多 {_MOST_PAGES} 页，请只上传执照。", {"licence": "页数太多。"})
        first = open_file(incoming.path).pages[0]
        stored = incoming.keep()
    view = storage.put(BytesIO(first.jpeg))
    return Licence(stored.sha256, view.sha256, display_name(name))


def begin(session: Session, actor: Actor, now: datetime, scheme_code: str, form_key: str) -> MerchantApplication:
    """A new draft, filled with what is known of the applicant's firm; the same form sent again gives the same one.

    Raises NotFound (no such scheme), NotAllowed (role, or a firm's account that may not manage).
    """
    _require_applicant(session, actor)
    if scheme_code not in schemes.codes():
        raise NotFound("没有找到这个活动，请从首页重新选择。")
    found = select(MerchantApplication).where(
        MerchantApplication.applicant_id == actor.id, MerchantApplication.form_key == form_key
    )
    existing = session.scalars(found).one_or_none()
    if existing is not None:
        return existing
    application = MerchantApplication(
        form_key=form_key, scheme_code=scheme_code, applicant_id=actor.id, created_at=now, **_known(session, actor)
    )
    try:
        with session.begin_nested():
            session.add(application)
    except IntegrityError:
        return session.scalars(found).one()
    return application


def _known(session: Session, actor: Actor) -> dict[str, object]:
    user = session.get_one(User, actor.id)
    if user.organisation is None:
        return {"phone": user.phone}
    firm = user.organisation
    return {
        "of_firm_id": firm.id,
        "kind": firm.kind,
        "name": firm.name,
        "uscc": firm.uscc or "",
        "person": user.name,
        "phone": user.phone,
    }


def save(
    session: Session, actor: Actor, application_id: int, revision: int, entry: Entry, licence: Licence | None = None
) -> MerchantApplication:
    """Keep what was typed, whether it holds or not. Raises NotFound, IllegalMove, Stale; InvalidValue for too much."""
    application = _editable(session, actor, application_id, revision)
    long = {name: f"最多 {most} 个字。" for name, most in LENGTHS.items() if len(getattr(entry, name)) > most}
    if len(normal_id(entry.uscc)) > _USCC_LENGTH:
        long["uscc"] = f"应为 {_USCC_LENGTH} 位，请对照营业执照核对。"
    if long:
        raise InvalidValue("有的内容太长，没有保存。请缩短标出的内容。", long)
    given = rules.load(application.scheme_code)
    application.kind = entry.kind if entry.kind in given.kinds else ""
    application.address, application.person = entry.address.strip(), entry.person.strip()
    application.phone = entry.phone.strip() or None
    application.township = entry.township if entry.township in given.townships else ""
    application.conditions = [one.id for one in given.conditions if one.id in entry.conditions]
    application.activities = {one.id: entry.activities[one.id] for one in given.exclusive if one.id in entry.activities}
    if application.of_firm_id is None:
        application.name, application.uscc = entry.name.strip(), normal_id(entry.uscc)
    if licence is not None:
        application.licence_sha256, application.licence_view_sha256 = licence.sha256, licence.view_sha256
        application.licence_name = licence.name
    application.revision += 1
    session.flush()
    return application


def submit(session: Session, actor: Actor, now: datetime, application_id: int, revision: int) -> MerchantApplication:
    """Put in a draft, or one that was sent back: complete, fit, and not excluded.

    Raises InvalidValue by field, NotAllowed (excluded), IllegalMove (another one of the firm is under way), Stale.
    """
    application = _editable(session, actor, application_id, revision)
    given = rules.load(application.scheme_code)
    faults = admittance.faults(application, given)
    if faults:
        raise InvalidValue("还不能提交：请改正或补上标出的内容。已填的内容都已保存。", faults)
    admittance.require_fit(session, application, given)
    application.submitted_at = now
    try:
        with session.begin_nested():
            _move(session, application, actor, now, "submit", given)
    except IntegrityError:
        raise IllegalMove("这家企业在这个活动已有一份报名正在办理，不能再提交一份。请在“我的报名”里查看。") from None
    return application


def withdraw(session: Session, actor: Actor, now: datetime, application_id: int, revision: int) -> MerchantApplication:
    """Take the application back before it is decided. Raises NotFound, IllegalMove, Stale."""
    application = _lock(session, actor, application_id, revision)
    _move(session, application, actor, now, "withdraw", rules.load(application.scheme_code))
    return application


def check(
    session: Session, actor: Actor, now: datetime, application_id: int, revision: int, *, opinion: str = ""
) -> MerchantApplication:
    """The township has looked and found it in order; its opinion is for the bureau."""
    application = _lock(session, actor, application_id, revision)
    if len(opinion.strip()) > 500:
        raise InvalidValue("初审意见太长，最多 500 个字。", {"reason": "最多 500 个字。"})
    _move(session, application, actor, now, "check", rules.load(application.scheme_code), opinion)
    return application


def send_back(
    session: Session, actor: Actor, now: datetime, application_id: int, revision: int, *, reason: str
) -> MerchantApplication:
    """Back to the firm for correction, which reads the reason."""
    application = _lock(session, actor, application_id, revision)
    reason = require_text(reason, "reason", "要补正什么", 500)
    _move(session, application, actor, now, "return", rules.load(application.scheme_code), reason)
    return application


def refuse(
    session: Session, actor: Actor, now: datetime, application_id: int, revision: int, *, reason: str, clause: str
) -> MerchantApplication:
    """Not admitted, under a clause of the document, with the reason."""
    application = _lock(session, actor, application_id, revision)
    if clause not in schemes.load(application.scheme_code).clauses:
        raise InvalidValue("请选择不予入围所依据的文件条款。", {"clause": "请从列表中选择。"})
    reason = require_text(reason, "reason", "不予入围的原因", 500)
    _move(session, application, actor, now, "refuse", rules.load(application.scheme_code), reason, clause)
    return application


def admit(
    session: Session, actor: Actor, now: datetime, application_id: int, revision: int, *, first: date, last: date
) -> MerchantApplication:
    """Onto the list from `first` to `last`, both included: organisation and listing in this transaction.

    Raises InvalidValue (days; a name or code that is another's), NotAllowed (excluded, or another activity forbids it,
    with the clause), IllegalMove, Stale.
    """
    application = _lock(session, actor, application_id, revision)
    given = rules.load(application.scheme_code)
    if last < first:
        raise InvalidValue("有效期的截止日不能早于起始日。", {"last": "不能早于起始日。"})
    _require_turn(application, actor, "admit", given)
    _, organisation_kind, listed = flow.KINDS[application.kind]
    firm = _firm(session, organisation_kind, application)
    admittance.require_fit(session, application, given, (first, last))
    admittance.require_not_listed(session, application, listed, (first, last))
    application.organisation_id = firm.id
    session.add(
        Listing(
            scheme_code=application.scheme_code, kind=listed, name=firm.name, organisation_id=firm.id,
            valid_from=first, valid_until=last,
        )
    )  # fmt: skip
    _move(session, application, actor, now, "admit", given, f"有效期 {first} 至 {last}")
    return application


def _firm(session: Session, kind: str, application: MerchantApplication) -> Organisation:
    """The firm's organisation, made when new, and locked."""
    try:
        with session.begin_nested():
            firm = people.firm(session, kind, application.name, application.uscc)
    except IntegrityError:
        raise Stale("这家企业刚刚由另一项操作登记。请再试一次。") from None
    locked = select(Organisation).where(Organisation.id == firm.id).with_for_update(key_share=True)
    return session.scalars(locked.execution_options(populate_existing=True)).one()


def _require_applicant(session: Session, actor: Actor) -> None:
    if actor.role not in flow.APPLICANTS or actor.id is None:
        raise NotAllowed("请用手机号登录，或用企业的账号登录后报名。")
    if actor.organisation_id is not None and not session.get_one(User, actor.id).may("staff"):
        raise NotAllowed("报名由本单位有“管理本单位账号”权限的人办理。")


def _lock(session: Session, actor: Actor, application_id: int, revision: int) -> MerchantApplication:
    seen = scope.merchant_applications(session, actor).with_only_columns(MerchantApplication.id)
    query = select(MerchantApplication).where(
        MerchantApplication.id == application_id, MerchantApplication.id.in_(seen)
    )
    locked = query.with_for_update().execution_options(populate_existing=True)
    application = session.scalars(locked).one_or_none()
    if application is None:
        raise NotFound()
    if application.revision != revision:
        raise Stale("这份报名在您打开页面之后有了变化，刚才的操作没有保存。请核对最新内容后再试一次。")
    return application


def _editable(session: Session, actor: Actor, application_id: int, revision: int) -> MerchantApplication:
    _require_applicant(session, actor)
    application = _lock(session, actor, application_id, revision)
    if application.state not in flow.EDITABLE:
        raise IllegalMove(f"这份报名现在是“{flow.STATES[application.state]}”，内容不能再改。")
    return application


def _require_turn(application: MerchantApplication, actor: Actor, action: str, given: Merchants) -> None:
    if action not in flow.allowed(application.state, actor.role, given.order):
        raise IllegalMove(f"这份报名现在是“{flow.STATES[application.state]}”，不能再做这个操作。请刷新页面。")


def _move(
    session: Session,
    application: MerchantApplication,
    actor: Actor,
    now: datetime,
    action: str,
    given: Merchants,
    reason: str = "",
    clause: str = "",
) -> None:
    try:
        application.state = flow.move(application.state, action, actor.role, given.order)
    except UnknownMove:
        _require_turn(application, actor, action, given)
        raise
    application.revision += 1
    session.add(
        MerchantStep(
            application_id=application.id, action=action, to_state=application.state, by_id=actor.id,
            reason=reason.strip(), clause=clause, at=now,
        )
    )  # fmt: skip
    session.flush()
