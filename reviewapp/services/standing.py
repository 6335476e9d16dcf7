"""May this firm, and this person of it, act now? Asked by every verb that acts in a firm's name."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp import schemes
from reviewapp.errors import NotAllowed
from reviewapp.models import RIGHTS, Actor, Claim, Exclusion, Listing, Organisation, Payout, User
from reviewapp.schemes import merchants as rules
from reviewapp.services import exclusions
from reviewapp.services.days import local_date

#: Programmes whose money goes to the firm itself.
_PAID_TO_FIRMS = ("dealer", "shop")
_LISTS = {"dishonest": "失信名单", "blacklist": "黑名单", "breach": "违规名单"}


def require(session: Session, actor: Actor, scheme_code: str, right: str) -> None:
    """Whoever acts for a firm has the right, and the firm is not excluded from the scheme; until the transaction ends
    nobody excludes it. For others nothing is asked. NotAllowed says what is the matter and whom to ask.
    """
    if actor.organisation_id is None:
        return
    require_right(session, actor, right)
    firm = _share(session, actor.organisation_id)
    struck = exclusions.against(session, firm, scheme_code)
    if struck is not None:
        raise NotAllowed(told(struck, scheme_code), code="excluded")


def require_right(session: Session, actor: Actor, right: str) -> None:
    """Whoever acts for a firm has the right (of RIGHTS). Raises NotAllowed."""
    if actor.organisation_id is None or actor.id is None:
        return
    user = session.get_one(User, actor.id)
    if not user.may(right):
        raise NotAllowed(f"您的账号没有“{RIGHTS[right]}”的权限。请联系本单位负责人开通。", code="no_right")


def told(row: Exclusion, scheme_code: str | None = None) -> str:
    """What the firm's people read: since when, on which ground, what follows, whom to ask."""
    code = row.scheme_code or scheme_code
    office = rules.load(code).office if code in schemes.codes() else "活动主办单位"
    scope = "全部活动" if row.scheme_code is None else schemes.load(row.scheme_code).title
    return (
        f"{row.name} 已于 {local_date(row.at)} 被列入{_LISTS[row.kind]}（{row.source}；范围：{scope}），"
        "从那时起不能新建和提交申请，不能核销、结算消费券；已经发放的不受影响。"
        f"有疑问请联系{office}。"
    )


def told_to_own(session: Session, firm: Organisation) -> list[str]:
    """What the firm's people read on every page; they ask the office of the scheme that listed the firm last."""
    newest = select(Listing.scheme_code).where(Listing.organisation_id == firm.id).order_by(Listing.id.desc()).limit(1)
    rows = session.scalars(exclusions.of_firm(firm)).all()
    code = session.scalar(newest) if rows else None
    return [told(row, code) for row in rows]


def struck_payees(session: Session, payouts: Iterable[Payout]) -> dict[int, str]:
    """Instructions (by id) whose payee is a firm that is excluded now, with what the finance office reads.

    The firms stay locked until the transaction ends, so that none is excluded meanwhile.
    """
    of_firms = (
        select(Payout.id, Claim.organisation_id, Claim.scheme_code, Claim.scheme_version, Claim.programme)
        .join(Claim, Claim.id == Payout.claim_id)
        .where(Payout.id.in_([payout.id for payout in payouts]), Claim.organisation_id.is_not(None))
    )
    firms: dict[tuple[int, str], list[int]] = {}
    for payout_id, firm_id, code, version, programme in session.execute(of_firms):
        payee = schemes.load(code, version).programmes[programme].payee
        if firm_id is not None and payee in _PAID_TO_FIRMS:
            firms.setdefault((firm_id, code), []).append(payout_id)
    found: dict[int, str] = {}
    for (firm_id, code), ids in sorted(firms.items()):
        row = exclusions.against(session, _share(session, firm_id), code)
        if row is not None:
            said = f"收款单位 {row.name} 已于 {local_date(row.at)} 被列入{_LISTS[row.kind]}（{row.source}）"
            found |= dict.fromkeys(ids, said)
    return found


def _share(session: Session, organisation_id: int) -> Organisation:
    query = select(Organisation).where(Organisation.id == organisation_id).with_for_update(read=True)
    return session.scalars(query.execution_options(populate_existing=True)).one()
