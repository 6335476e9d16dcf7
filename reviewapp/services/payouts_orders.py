"""From an approval to an instruction, and to a second one with another card after a definite failure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import Any

from sqlalchemy import ColumnElement, false, func, or_, select, tuple_
from sqlalchemy.orm import Session

from reviewapp import schemes
from reviewapp.errors import InvalidValue
from reviewapp.models import SYSTEM, Actor, Claim, Decision, Evaluation, Fact, Payout
from reviewapp.policy.identifiers import card_ok, firm_account_ok
from reviewapp.policy.names import same_name
from reviewapp.services import checking, standing, trail
from reviewapp.services.days import local_date
from reviewapp.services.workdays import is_workday

#: The counties' local time; it has no summer time.
_LOCAL = timezone(timedelta(hours=8))
#: What a programme's days of publication depend on.
_KIND = (Claim.scheme_code, Claim.scheme_version, Claim.programme)
#: What the scheme's checks may say of a new account; the picture of the old card says nothing of it.
_HOLDER = ("account.holder", "account.kind")
_OF_PERSON = "持卡人必须是申领人本人，请填写与身份证一致的姓名。"
_NOT_KEPT = "新的收款卡没有保存："
_BAD_CARD = "不是有效的银行卡号（校验位不符），请对照卡面逐位核对。"
_BAD_ACCOUNT = "账号应为 8 至 30 位数字，请对照开户许可证核对。"
_OF_FIRM = "户名必须是审核通过的商家，请填写与原收款账户一致的名称。"


@dataclass(frozen=True)
class NewCard:
    """A debit card as the claimant gives it after a failed payout."""

    holder: str
    card_number: str
    bank: str = ""


def order(session: Session, now: datetime, claim_id: int) -> Payout | None:
    """Carry an approval on: to publication where the scheme has one, else to a `ready` instruction. Safe to repeat.

    The payee is frozen as the reviewer saw it: from the evaluation that the approval rests on.
    """
    claim = trail.lock(session, claim_id)
    if claim.state != "approved":
        return None
    payee = _payee(claim, _approved_facts(session, claim))
    if _publication_days(claim) > 0:
        claim.published_at = now
        trail.move(session, claim, SYSTEM, now, "publish")
        return None
    return _make_payable(session, now, claim, payee)


def end_publications(session: Session, now: datetime, limit: int = 200) -> int:
    """Make payable what has been published for the scheme's days and nobody objects to; how many.

    All are locked first, then pool after pool, in a pool in the order of approval. Who records an objection holds the
    claim: the lock lets through only what has none at that moment, for the claim's own row says how many are open.
    """
    ready = select(Claim).where(Claim.state == "publication", Claim.open_objections == 0, _over(session, now))
    ordered = ready.order_by(Claim.pool_id, Claim.approved_at, Claim.id).limit(limit).with_for_update(skip_locked=True)
    claims = session.scalars(ordered.execution_options(populate_existing=True)).all()
    for claim in claims:
        _make_payable(session, now, claim, _payee(claim, _approved_facts(session, claim)))
    return len(claims)


def give_new_card(
    session: Session, actor: Actor, now: datetime, claim_id: int, revision: int, account: NewCard
) -> Payout:
    """After a definite failure: the claimant's other card and a new instruction number, without a second review.

    The scheme's checks on the holder run again. Raises Stale, IllegalMove (not failed, or not a submitter) and
    InvalidValue (card number, or another person's card).
    """
    claim = trail.lock(session, claim_id, revision=revision)
    standing.require_right(session, actor, "claims")
    of_firm = schemes.load(claim.scheme_code, claim.scheme_version).programmes[claim.programme].pays_firm
    _require_number(account, of_firm)
    _require_holder(account, _approved_facts(session, claim), of_firm)
    trail.move(session, claim, actor, now, "give_new_card")
    for field, value in (("holder", account.holder), ("card_number", account.card_number)):
        session.add(
            Fact(
                claim_id=claim.id, section="account", field=field, value=value, source="person", by_id=actor.id, at=now
            )
        )
    session.flush()
    _check_holder(session, claim, now)
    payee = {"name": account.holder, "card_number": account.card_number, "bank": account.bank}
    return _instruct(session, now, claim, payee)


def publication_ends(published_at: datetime, days: int) -> datetime:
    """The first instant after `days` local days; the day of publication is not counted (民法典第二百零一条), and when
    offices rest on the last day, the next workday is the last (第二百零三条).
    """
    last = local_date(published_at) + timedelta(days=days)
    while not is_workday(last):
        last += timedelta(days=1)
    return _midnight(last + timedelta(days=1))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), _LOCAL)


def publication_of(claim: Claim) -> datetime | None:
    """When the days of a published claim end, as `publication_ends`; None for one that is not published."""
    return None if claim.published_at is None else publication_ends(claim.published_at, _publication_days(claim))


def _publication_days(claim: Claim) -> int:
    return _days_of(claim.scheme_code, claim.scheme_version, claim.programme)


def _days_of(scheme_code: str, version: str, programme: str) -> int:
    return schemes.load(scheme_code, version).programmes[programme].publication_days


def _over(session: Session, now: datetime) -> ColumnElement[bool]:
    """The condition on published claims whose days are over; each programme of a scheme's version has its own days."""
    kinds: dict[int, list[tuple[str, str, str]]] = {}
    for code, version, programme in session.execute(select(*_KIND).where(Claim.state == "publication").distinct()):
        kinds.setdefault(_days_of(code, version, programme), []).append((code, version, programme))
    conditions = (
        tuple_(*_KIND).in_(alike) & (Claim.published_at < _published_before(now, days)) for days, alike in kinds.items()
    )
    return or_(false(), *conditions)


def _published_before(now: datetime, days: int) -> datetime:
    """The instant before which everything was published whose `days` are over."""
    day = local_date(now) - timedelta(days=days + 1)
    while publication_ends(_midnight(day), days) > now:
        day -= timedelta(days=1)
    return _midnight(day + timedelta(days=1))


def _make_payable(session: Session, now: datetime, claim: Claim, payee: dict[str, str]) -> Payout:
    claim.published_at = None
    trail.move(session, claim, SYSTEM, now, "make_payable")
    return _instruct(session, now, claim, payee)


def _payee(claim: Claim, facts: dict[str, Any]) -> dict[str, str]:
    """Name, card and bank of the account; InvalidValue when there is no card (before anything moves on)."""
    account = facts.get("account", {})
    if not account.get("card_number"):
        raise InvalidValue(f"申请 {claim.number} 没有收款卡号，无法生成发放指令。")
    name = account.get("holder") or _applicant(facts)
    return {"name": name, "card_number": account["card_number"], "bank": account.get("bank") or ""}


def _instruct(session: Session, now: datetime, claim: Claim, payee: dict[str, str]) -> Payout:
    earlier = session.scalar(select(func.count()).select_from(Payout).where(Payout.claim_id == claim.id)) or 0
    if claim.award_fen is None or claim.approved_at is None:
        raise ValueError(f"claim {claim.id} is payable without an approval")
    payout = Payout(
        number=f"{claim.number}-{earlier + 1}",
        claim_id=claim.id,
        amount_fen=claim.award_fen,
        payee=payee,
        approved_at=claim.approved_at,
        created_at=now,
    )
    session.add(payout)
    session.flush()
    return payout


def _approved_facts(session: Session, claim: Claim) -> dict[str, Any]:
    """The facts that the approval rests on."""
    query = (
        select(Evaluation.facts)
        .join(Decision, Decision.evaluation_id == Evaluation.id)
        .where(Decision.claim_id == claim.id, Decision.action == "approve")
        .order_by(Decision.id.desc())
        .limit(1)
    )
    facts: dict[str, Any] = session.execute(query).scalar_one()
    return facts


def _applicant(facts: dict[str, Any]) -> str:
    return str(facts.get("applicant", {}).get("name", ""))


def _require_number(account: NewCard, of_firm: bool) -> None:
    if not (firm_account_ok if of_firm else card_ok)(account.card_number):
        said = _BAD_ACCOUNT if of_firm else _BAD_CARD
        raise InvalidValue(_NOT_KEPT + said, {"card_number": said})


def _require_holder(account: NewCard, facts: dict[str, Any], of_firm: bool) -> None:
    """The money goes to who is owed it: the applicant, or the firm that advanced it and was approved as its payee."""
    holder = facts.get("account", {}).get("holder", "") if of_firm else _applicant(facts)
    if same_name(account.holder, holder) != "same":
        said = _OF_FIRM if of_firm else _OF_PERSON
        raise InvalidValue(_NOT_KEPT + said, {"holder": said})


def _check_holder(session: Session, claim: Claim, now: datetime) -> None:
    """InvalidValue when a check of the scheme finds that the account as it now stands is not one to pay to."""
    for finding in checking.evaluate_claim(session, claim, now).result.findings:
        about_holder = any(ref.paper is None and ref.field in _HOLDER for ref in finding.refs)
        if about_holder and finding.outcome == "fail":
            raise InvalidValue(_NOT_KEPT + finding.message, {"holder": finding.message})
