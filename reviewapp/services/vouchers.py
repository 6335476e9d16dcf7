"""Vouchers: issued by an approval, redeemed once for a purchase, given back when it is returned, expired by the clock.

Nothing is promised without the server: whoever redeems locks the claim the voucher came from, then the voucher, and the
database lets a voucher have one redemption and a standing invoice one voucher. Money moves under the pool's lock, last.
The voucher's money stays committed from the issue until it is settled (`voucher_money`), comes back or expires.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from stdnum import luhn

from reviewapp import schemes, sealing
from reviewapp.errors import IllegalMove, InvalidValue, NotAllowed, NotFound
from reviewapp.models import SYSTEM, Actor, Claim, Organisation, Redemption, Voucher
from reviewapp.policy import pool as rules
from reviewapp.policy import voucher_flow as flow
from reviewapp.policy.identifiers import normal_id
from reviewapp.policy.money import show_yuan
from reviewapp.policy.names import same_name
from reviewapp.policy.vouchers import Voucher as Kind
from reviewapp.services import funds, listings, standing, trail, voucher_persons
from reviewapp.services.days import local_date
from reviewapp.services.entered import require_text
from reviewapp.signing import Signer

#: Digits of a voucher's number, the last of them a check digit against slips of the finger.
_DIGITS = 12
#: How much of the owner's ID number is typed at the till, from its end.
ID_ENDING = 6
_REASON_LENGTH = 200
_INVOICE_LENGTHS, _CODE_LENGTHS = (8, 20), (0, 10, 12)


@dataclass(frozen=True)
class Purchase:
    """What was bought with a voucher: `goods` is a category of the scheme, the price is after all other discounts."""

    goods: str
    price_fen: int
    invoice_number: str
    invoice_code: str = ""


@dataclass(frozen=True)
class Identity:
    """What the till says of the person before it: the end of the ID card's number, and that the card was looked at."""

    ending: str
    seen: bool


def issue(session: Session, now: datetime, claim: Claim, facts: Mapping[str, Any]) -> Voucher:
    """The voucher of a locked claim just approved, from the facts the approval rests on; its award is committed.

    InvalidValue when the scheme hands out no such voucher, its last day is over, or the facts name no owner.
    """
    scheme = schemes.load(claim.scheme_code, claim.scheme_version)
    kind = flow.kind_of(scheme, scheme.programmes[claim.programme])
    applicant = facts.get("applicant", {})
    if kind is None or claim.award_fen is None:
        raise InvalidValue("活动方案没有写明这个项目发哪一种消费券，不能通过。请联系方案管理员。")
    if kind.good_until is not None and now > kind.good_until:
        raise InvalidValue(
            f"消费券的有效期到 {local_date(kind.good_until)} 为止，现在发券已不能使用。请按文件不予通过。"
        )
    if not (applicant.get("name") and applicant.get("id_number")):
        raise InvalidValue("申请里没有车主的姓名或身份证号，发出的券无法核对本人。请退回补正。")
    phone = applicant.get("phone")
    voucher = Voucher(
        number=new_number(), claim_id=claim.id, kind=kind.code, value_fen=claim.award_fen, held_fen=claim.award_fen,
        owner={"name": applicant["name"], "id_number": applicant["id_number"]},
        owner_phone_index=sealing.current().blind("phone", phone) if phone else None,
        issued_at=now, good_until=kind.good_until,
    )  # fmt: skip
    session.add(voucher)
    session.flush()
    return voucher


def content(voucher: Voucher) -> dict[str, Any]:
    """What the office signs of a voucher: the code on it stands for this number, value and last day, and no other."""
    until = None if voucher.good_until is None else local_date(voucher.good_until).isoformat()
    return {"voucher": voucher.number, "kind": voucher.kind, "value_fen": voucher.value_fen, "good_until": until}


def find(session: Session, signer: Signer, number: str, signature: str = "") -> Voucher:
    """The voucher of a number typed, or scanned with its signature. NotFound; InvalidValue for a forged code."""
    digits = normal_id(number)
    if len(digits) != _DIGITS or not digits.isdigit() or not luhn.is_valid(digits):
        raise InvalidValue(
            "券号应为 12 位数字，最后一位是校验位。请对照券面重新输入或扫码。", {"number": "券号不正确。"}
        )
    voucher = session.scalars(select(Voucher).where(Voucher.number == digits)).one_or_none()
    if signature and (voucher is None or not signer.signed(content(voucher), signature)):
        raise InvalidValue(
            "这个二维码不是本单位签发的，或者内容被改动、伪造过，不能核销。请让券主在手机上重新打开消费券。",
            {"number": "二维码签名不符。"},
        )
    if voucher is None:
        raise NotFound("没有这个券号的消费券。请对照券面逐位核对。")
    return voucher


def require_usable(session: Session, actor: Actor, now: datetime, voucher: Voucher) -> Organisation:
    """The firm of the actor, if its till may take this voucher now. NotAllowed, IllegalMove say what is the matter."""
    if _kind(voucher).handed_out == "shop":
        raise IllegalMove("这种消费券由发券的商户在“购买登记”里直接抵扣，不在这里核销。请到购买登记里办理。")
    return require_open(session, actor, now, voucher)


def require_open(session: Session, actor: Actor, now: datetime, voucher: Voucher) -> Organisation:
    """The firm of the actor, if the voucher is unused and valid and the firm takes part. Raises as `require_usable`."""
    if actor.role not in flow.REDEEMERS or actor.organisation_id is None:
        raise NotAllowed("只有参加活动的经销商和商家可以核销消费券。")
    standing.require(session, actor, voucher.claim.scheme_code, "redeem")
    firm = session.get_one(Organisation, actor.organisation_id)
    require_listed(session, voucher.claim.scheme_code, firm.name, now)
    if voucher.state == "issued" and voucher.good_until is not None and now > voucher.good_until:
        raise IllegalMove(f"这张消费券的有效期到 {local_date(voucher.good_until)} 为止，已经过期，不能核销。")
    if voucher.state != "issued":
        raise IllegalMove(_ENDED[voucher.state].format(when=_when(voucher)))
    voucher_persons.require_not_resting(session, firm.id, now, voucher)
    return firm


_ENDED = {
    "redeemed": "这张消费券{when}已经用过，每张券只能核销一次。",
    "settled": "这张消费券{when}已经用过并已结算，不能再用。",
    "voided": "这张消费券的订单已经退货，券随之作废，不能再用。",
    "expired": "这张消费券已经过期，不能核销。",
}


def redeem(
    session: Session, actor: Actor, now: datetime, voucher_id: int, purchase: Purchase, identity: Identity
) -> Redemption:
    """Take the voucher for a purchase of its owner: once, whoever else tries at the same moment.

    Raises NotAllowed (role, firm not listed or excluded), IllegalMove (used, expired, void), InvalidValue (another
    person, goods, price below the value, an invoice that another voucher was redeemed with).
    """
    claim, voucher = lock(session, voucher_id)
    firm = require_usable(session, actor, now, voucher)
    _require_owner(voucher, identity)
    invoice = _require_purchase(claim, voucher, purchase)
    redemption = Redemption(
        voucher_id=voucher.id, organisation_id=firm.id, by_id=actor.id, at=now, goods=purchase.goods,
        price_fen=purchase.price_fen, invoice=invoice,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(redemption)
    except IntegrityError:
        said = "这张发票已经用于另一张消费券的核销，一张发票只能用一张券。请核对发票号码。"
        raise InvalidValue(said, {"invoice_number": "已经用过。"}) from None
    voucher.state = flow.move(voucher.state, "redeem", actor.role)
    trail.record(
        session, claim, actor, now, "redeem_voucher", reason=f"{firm.name}，券值 {show_yuan(voucher.value_fen)} 元"
    )
    session.flush()
    return redemption


def take_goods_back(
    session: Session, actor: Actor, now: datetime, redemption_id: int, *, returned_fen: int, reason: str
) -> Redemption:
    """The purchase was returned, or goods of it for `returned_fen`: the voucher's money goes back in that proportion.

    With everything returned the voucher is void. Raises NotFound (another firm's), IllegalMove (being settled, or
    settled), InvalidValue (more than is left of the price, no reason).
    """
    claim, voucher = lock_redeemed(session, redemption_id)
    row = session.get_one(Redemption, redemption_id, populate_existing=True)
    if actor.organisation_id is None or row.organisation_id != actor.organisation_id:
        raise NotFound()
    standing.require_right(session, actor, "redeem")
    _require_returnable(voucher, row)
    reason = require_text(reason, "reason", "退货的情况", _REASON_LENGTH)
    left = row.price_fen - row.returned_fen
    if not 0 < returned_fen <= left:
        raise InvalidValue(
            f"退货金额应大于 0 元，不超过尚未退货的 {show_yuan(left)} 元。",
            {"returned": f"最多 {show_yuan(left)} 元。"},
        )
    back_fen = _give_back(voucher, row, returned_fen, now)
    to = "voided" if row.voided_at else "redeemed"
    voucher.state = flow.move(voucher.state, "take_goods_back", actor.role, to)
    said = f"退货 {show_yuan(returned_fen)} 元，退回资金池 {show_yuan(back_fen)} 元：{reason}"
    trail.record(session, claim, actor, now, "return_goods", reason=said)
    free(session, actor, now, claim, back_fen, "return_goods")
    return row


def expire_due(session: Session, now: datetime, limit: int = 100) -> int:
    """Let unused vouchers expire whose last day is over, and move their money on to who waits; how many. Their claims
    are all locked first, then pool after pool.
    """
    query = (
        select(Claim)
        .join(Voucher, Voucher.claim_id == Claim.id)
        .where(Voucher.state == "issued", Voucher.good_until < now)
        .order_by(Claim.pool_id, Claim.ticket)
        .limit(limit)
        .with_for_update(skip_locked=True, of=Claim)
    )
    claims = session.scalars(query.execution_options(populate_existing=True)).all()
    vouchers = [(claim, locked(session, Voucher.claim_id == claim.id)) for claim in claims]
    due = [(claim, voucher) for claim, voucher in vouchers if voucher.state == "issued"]
    for claim, voucher in due:
        freed, voucher.held_fen = voucher.held_fen, 0
        voucher.state = flow.move(voucher.state, "expire", SYSTEM.role)
        trail.record(session, claim, SYSTEM, now, "expire_voucher", reason="有效期内没有使用，额度退回资金池")
        free(session, SYSTEM, now, claim, freed, "expire_voucher")
    return len(due)


def _kind(voucher: Voucher) -> Kind:
    return schemes.load(voucher.claim.scheme_code, voucher.claim.scheme_version).vouchers[voucher.kind]


def new_number() -> str:
    """Not to be guessed: eleven random digits and a check digit; that two are the same the database refuses."""
    body = f"{secrets.randbelow(9 * 10 ** (_DIGITS - 2)) + 10 ** (_DIGITS - 2)}"
    return body + str(luhn.calc_check_digit(body))


def lock(session: Session, voucher_id: int | None) -> tuple[Claim, Voucher]:
    """The claim the voucher came from, then the voucher, both locked and freshly read."""
    claim_id = session.scalar(select(Voucher.claim_id).where(Voucher.id == voucher_id))
    if claim_id is None:
        raise NotFound()
    return trail.lock(session, claim_id), locked(session, Voucher.id == voucher_id)


def lock_redeemed(session: Session, redemption_id: int) -> tuple[Claim, Voucher]:
    """The claim and the voucher of a redemption, locked in this order and freshly read. Raises NotFound."""
    return lock(session, session.scalar(select(Redemption.voucher_id).where(Redemption.id == redemption_id)))


def locked(session: Session, which: Any) -> Voucher:
    """The one voucher of that condition, locked and freshly read; its claim is locked before."""
    query = select(Voucher).where(which).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def _when(voucher: Voucher) -> str:
    return "" if voucher.redemption is None else f"在 {local_date(voucher.redemption.at)} "


def require_listed(session: Session, scheme_code: str, firm: str, now: datetime) -> None:
    """On the list of sellers on this day, where the scheme has one."""
    listed = listings.named(session, scheme_code, local_date(now)).get("listed_sellers")
    if listed is not None and not any(same_name(firm, name) == "same" for name in listed):
        raise NotAllowed(f"{firm} 不在这个活动的参与商户名单内，或不在有效期内，不能核销消费券。")


def _require_owner(voucher: Voucher, identity: Identity) -> None:
    """Both: the digits prove to the system that the card was at hand, the tick is the till's word on the face."""
    ending = normal_id(identity.ending)
    if not identity.seen:
        raise InvalidValue("请查看券主本人的身份证原件，确认人证一致后勾选。", {"seen": "请勾选。"})
    if not hmac.compare_digest(ending.encode(), voucher.owner["id_number"][-ID_ENDING:].upper().encode()):
        raise voucher_persons.NotTheOwner(
            f"身份证号后 {ID_ENDING} 位与券主不一致。消费券只限券主本人使用，请核对身份证原件。",
            {"ending": "与券主不一致。"},
        )


def _require_purchase(claim: Claim, voucher: Voucher, purchase: Purchase) -> str:
    """The invoice in its normal form, of a purchase that the scheme lets this voucher be used for."""
    goods = goods_of(claim)
    if purchase.goods not in goods:
        raise InvalidValue(f"消费券只能购买{'、'.join(goods.values())}。请选择购买的品类。", {"goods": "请选择。"})
    if purchase.price_fen < voucher.value_fen:
        raise InvalidValue(
            f"优惠后的价格应不低于券面值 {show_yuan(voucher.value_fen)} 元，差额不找零。", {"price": "低于券面值。"}
        )
    number, code = normal_id(purchase.invoice_number), normal_id(purchase.invoice_code)
    if len(number) not in _INVOICE_LENGTHS or not number.isdigit():
        raise InvalidValue("发票号码应为 8 位或 20 位数字。请对照发票填写。", {"invoice_number": "8 位或 20 位数字。"})
    if len(code) not in _CODE_LENGTHS or (code and not code.isdigit()) or (len(number) == 8 and not code):
        raise InvalidValue(
            "8 位发票号码须同时填写 10 位或 12 位发票代码；20 位数电发票没有代码。", {"invoice_code": "请核对。"}
        )
    return f"{code}/{number}" if len(number) == 8 else number


def goods_of(claim: Claim) -> Mapping[str, str]:
    """What vouchers from that claim may be used for, with the Chinese names: the categories of their settlement."""
    scheme = schemes.load(claim.scheme_code, claim.scheme_version)
    settlement = flow.settlement_of(scheme, claim.pool.code)
    asked = settlement.declared if settlement else ()
    return next((field.choices for field in asked if field.field == "category"), {})


def _require_returnable(voucher: Voucher, row: Redemption) -> None:
    if row.undone_at is not None:
        raise IllegalMove("这次核销已经撤销，没有可以退货的订单。")
    if voucher.state == "settled":
        raise IllegalMove("这张消费券已经结算。退货请告知财务，按追回办理。")
    if voucher.state != "redeemed":
        raise IllegalMove("这张消费券现在没有可以退货的核销。请刷新页面查看最新情况。")
    if voucher.held_fen == 0:
        raise IllegalMove("这张消费券正在结算。请先撤回结算申请，再登记退货。")


def _give_back(voucher: Voucher, row: Redemption, returned_fen: int, now: datetime) -> int:
    """What of the voucher's value comes back for a further return, by the scheme's rule over all that was returned."""
    row.returned_fen += returned_fen
    back_in_all = flow.given_back(_kind(voucher), voucher.value_fen, row.price_fen, row.returned_fen)
    back_fen, row.back_fen = back_in_all - row.back_fen, back_in_all
    voucher.held_fen -= back_fen
    if row.returned_fen == row.price_fen:
        row.voided_at = now
    return back_fen


def free(session: Session, actor: Actor, now: datetime, claim: Claim, amount_fen: int, reason: str) -> None:
    """What a locked voucher of that claim no longer needs goes back to its pool; whoever waits moves up."""
    pool = funds.lock_pool(session, claim.pool_id)
    movements = rules.on_forgo(amount_fen)
    funds.post(session, pool, movements, now=now, reason=reason, actor=actor, claim_id=claim.id)
    funds.promote(session, now, pool)
