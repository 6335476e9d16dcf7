"""The day's voucher, handed out face to face at a shop's counter: once a person, inside the day's round, out of money
that the pool has (乡政办发〔2024〕42号 五, 七(二), 八(一), 八(二)).

It commits what the products are worth, or the most it can be worth while nobody knows them.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from reviewapp import sealing
from reviewapp.errors import IllegalMove, InvalidValue
from reviewapp.models import Actor, Claim, ClaimKey, Sale, Voucher
from reviewapp.policy import pool as rules
from reviewapp.policy.identifiers import normal_id
from reviewapp.policy.money import show_yuan
from reviewapp.policy.vouchers import Voucher as Kind
from reviewapp.services import funds, queue, sales, standing, trail, vouchers
from reviewapp.services.days import local_date, local_time

_INSTANT = datetime.resolution


def chance_used(session: Session, sale: Sale, id_number: str) -> bool:
    """Has the person had their one chance, or is it in use, at whichever shop (八(二))? Not by this very sale."""
    kind = sales.kind_of(sale.claim)
    if not id_number or kind.limits.per_user is None:
        return False
    had = select(Voucher.id).where(Voucher.person == _person(sale.claim, kind, id_number))
    if session.scalar(had.where(Voucher.id != (sale.voucher_id or 0))) is not None:
        return True
    claimed = (
        select(Claim.id)
        .join(ClaimKey, ClaimKey.claim_id == Claim.id)
        .where(ClaimKey.kind == "id_number", ClaimKey.dropped_at.is_(None))
        .where(ClaimKey.token == sealing.current().blind("id_number", normal_id(id_number)))
        .where(Claim.scheme_code == sale.claim.scheme_code, Claim.programme == sale.claim.programme)
        .where(Claim.state.not_in(sales.OVER), Claim.id != sale.claim_id)
    )
    return session.scalar(claimed.limit(1)) is not None


def hand_out(session: Session, actor: Actor, now: datetime, sale_id: int, *, present: bool) -> Voucher:
    """Give the registered consumer the day's voucher: inside the day's round, once a person, if the pool can carry it.

    It is good until the round ends. `present`: the consumer is there in person, where the document wants them to be
    (七(二), 八(一)). Raises NotAllowed, IllegalMove (no round is open, the chance is used), InvalidValue (nobody
    registered, not present, the pool).
    """
    claim, sale = sales.lock(session, actor, sale_id)
    kind = sales.kind_of(claim)
    if claim.state != "draft" or sale.voucher_id is not None:
        raise IllegalMove("这次购买已经发过券，或者已经取消。请刷新页面查看最新情况。")
    standing.require(session, actor, claim.scheme_code, "hand_out")
    vouchers.require_listed(session, claim.scheme_code, sale.organisation.name, now)
    until = _open_round(kind, now)
    if not present:
        raise InvalidValue(f"请确认消费者本人在场、当前位于{kind.position}后勾选。", {"present": "请确认后勾选。"})
    voucher = _issue(session, now, claim, sale, kind, until)
    sale.voucher_id, sale.present = voucher.id, True
    said = f"{sale.organisation.name}当面发券，声明消费者本人在场并位于{kind.position}"
    trail.record(session, claim, actor, now, "hand_out", reason=said)
    reserve(session, actor, now, claim, voucher.held_fen, "hand_out")
    return voucher


def used(kind: Kind) -> str:
    """What is told of a person whose chance is used: nothing of where or when."""
    return f"这位消费者在本次活动中的 {kind.limits.per_user} 次机会已经使用或正在使用，不能再发券（{kind.clause}）。"


def reserve(session: Session, actor: Actor, now: datetime, claim: Claim, amount_fen: int, reason: str) -> None:
    """Free money of the pool is the voucher's, if the pool can carry it and nobody waits. InvalidValue."""
    pool = funds.lock_pool(session, claim.pool_id)
    movements = rules.on_hand_out(pool.available, queue.is_waiting(session, pool), amount_fen)
    if not movements:
        raise InvalidValue(
            f"资金池现在可用 {show_yuan(pool.available)} 元，不够占用 {show_yuan(amount_fen)} 元，没有发券。"
            "先录入商品，可以只占用实际的补贴金额；别处未用的券到期后也会释放额度。"
        )
    funds.post(session, pool, movements, now=now, reason=reason, actor=actor, claim_id=claim.id)


def _issue(session: Session, now: datetime, claim: Claim, sale: Sale, kind: Kind, until: datetime) -> Voucher:
    """The voucher's row; the database alone says whether the person's chance is free when two shops ask at once."""
    who = sales.consumer(session, claim)
    if not all(who.values()):
        raise InvalidValue("请先登记消费者的姓名、身份证号和手机号，再发券。")
    if chance_used(session, sale, who["id_number"]):
        raise IllegalMove(used(kind))
    value = _worth(sale, kind, now)
    voucher = Voucher(
        number=vouchers.new_number(), claim_id=claim.id, kind=kind.code, value_fen=value, held_fen=value,
        owner={"name": who["name"], "id_number": who["id_number"]},
        owner_phone_index=sealing.current().blind("phone", who["phone"]),
        person=_person(claim, kind, who["id_number"]) if kind.limits.per_user == 1 else None,
        issued_at=now, good_until=until - _INSTANT,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(voucher)
    except IntegrityError:
        raise IllegalMove(used(kind)) from None
    return voucher


def _open_round(kind: Kind, now: datetime) -> datetime:
    """When the open round ends."""
    if kind.rounds is None:
        raise IllegalMove("活动方案没有写明发券时间，不能发券。请联系主管部门。")
    until = kind.rounds.open_until(now)
    if until is None:
        first, last = kind.rounds.first, kind.rounds.last
        raise IllegalMove(
            f"现在不是发券时间。发券时间为 {local_date(first)} 至 {local_date(last)}，"
            f"每天 {local_time(first)} 至 {local_time(first + kind.rounds.lasts)}（{kind.rounds.clause}）。"
        )
    return until


def _worth(sale: Sale, kind: Kind, now: datetime) -> int:
    """What is committed with the voucher: the products' subsidy, or the most there is while that is unknown."""
    bought = sales.judged(sale, now)
    if bought.award_fen and not bought.refused:
        return bought.award_fen
    if kind.share is None or kind.share.most_fen is None:
        raise InvalidValue("活动没有写明最高补贴，请先录入商品和价格，再发券。")
    return kind.share.most_fen


def _person(claim: Claim, kind: Kind, id_number: str) -> str:
    return sealing.current().blind("voucher", f"{claim.scheme_code}/{kind.code}/{normal_id(id_number)}")
