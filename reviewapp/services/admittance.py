"""May a firm take part in a scheme: what is missing in its application, and what forbids it."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp import schemes
from reviewapp.errors import InvalidValue, NotAllowed
from reviewapp.models import Listing, MerchantApplication, Organisation
from reviewapp.policy.identifiers import phone_ok, uscc_ok
from reviewapp.policy.names import fold_name
from reviewapp.schemes import merchants as rules
from reviewapp.schemes.merchants import Merchants
from reviewapp.services import exclusions, standing

Days = tuple[date, date]


def faults(application: MerchantApplication, given: Merchants) -> dict[str, str]:
    """What keeps the application from being put in, by field of the form, in the order of the form."""
    found = {
        "kind": "" if application.kind in given.kinds else "请选择商户的类别。",
        "name": "" if application.name else "请填写营业执照上的企业名称。",
        "uscc": _uscc_fault(application.uscc),
        "address": "" if application.address else "请填写经营地址。",
        "person": "" if application.person else "请填写负责人姓名。",
        "phone": "" if phone_ok(application.phone or "") else "手机号应为 11 位数字，以 1 开头，请核对。",
        "township": "请选择经营地所在的镇（街道）。" if given.townships and not application.township else "",
        "licence": "" if application.licence_sha256 else "请上传营业执照的照片或扫描件。",
    }
    for condition in given.conditions_of(application.kind):
        if condition.id not in application.conditions:
            found[f"condition.{condition.id}"] = f"符合这一条（{condition.clause}）才能报名，请阅读后勾选。"
    for activity in given.exclusive:
        if not activity.scheme:
            found[f"activity.{activity.id}"] = _declared_fault(application, activity)
    return {name: message for name, message in found.items() if message}


def _uscc_fault(uscc: str) -> str:
    if not uscc:
        return "请填写统一社会信用代码。"
    return "" if uscc_ok(uscc) else "统一社会信用代码应为 18 位，校验位不符，请对照营业执照逐位核对。"


def _declared_fault(application: MerchantApplication, activity: rules.ActivityTable) -> str:
    takes_part = application.activities.get(activity.id)
    if takes_part is None:
        return "请如实选择是否参加。"
    return f"参加了{activity.title}的商户，不能再参加本活动（{activity.clause}）。" if takes_part else ""


def require_fit(session: Session, application: MerchantApplication, given: Merchants, days: Days | None = None) -> None:
    """The firm is not excluded, and takes part in no activity that shuts this one out, in these days.

    Raises NotAllowed; for another activity with the clause.
    """
    for row in session.scalars(exclusions.of_name(application.name)):
        if row.scheme_code in (None, application.scheme_code):
            raise NotAllowed(standing.told(row, application.scheme_code), code="excluded")
    days = days or (given.listed_from, given.listed_until)
    here = schemes.load(application.scheme_code)
    ways = [(one.scheme, one, f"{here.document_number} {one.clause}") for one in given.exclusive if one.scheme]
    for code, activity in rules.other_way_round(application.scheme_code):
        ways.append((code, activity, f"{schemes.load(code).document_number} {activity.clause}"))
    for code, _, clause in ways:
        if _listed(session, code, application, days):
            title = schemes.load(code).title
            raise NotAllowed(
                f"{application.name} 已是“{title}”的参与商户，两个活动不能同时参加（{clause}）。", code="exclusive"
            )
    declared = next((one for one in given.exclusive if application.activities.get(one.id)), None)
    if declared is not None:
        raise NotAllowed(_declared_fault(application, declared), code="exclusive")


def require_not_listed(session: Session, application: MerchantApplication, kind: str, days: Days) -> None:
    """The firm is not on this list already for some of these days. Raises InvalidValue."""
    if _listed(session, application.scheme_code, application, days, kind):
        raise InvalidValue(
            f"{application.name} 在这几天里已经在名单上。请核对有效期，续期的从原有效期的次日起。",
            {"first": "与原有效期重叠。"},
        )


def _listed(
    session: Session, scheme_code: str, application: MerchantApplication, days: Days, kind: str | None = None
) -> bool:
    """Whether the firm, by name or code, is on a list of the scheme on one of the days."""
    found = select(Listing).where(Listing.scheme_code == scheme_code)
    if kind is not None:
        found = found.where(Listing.kind == kind)
    firm = session.scalar(select(Organisation.id).where(Organisation.uscc == application.uscc))
    key = fold_name(application.name)
    return any(
        (row.organisation_id == firm if row.organisation_id and firm else fold_name(row.name) == key)
        and (row.valid_from is None or row.valid_until is None or _overlap((row.valid_from, row.valid_until), days))
        for row in session.scalars(found)
    )


def _overlap(one: Days, other: Days) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]
