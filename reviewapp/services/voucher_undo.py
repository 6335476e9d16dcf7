"""A redemption that was keyed wrongly is taken back at once: the voucher is its owner's again, both stand on record."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from reviewapp.errors import IllegalMove, NotFound
from reviewapp.models import Actor, Redemption, Voucher
from reviewapp.policy import voucher_flow as flow
from reviewapp.policy.money import show_yuan
from reviewapp.services import trail, voucher_settlements, vouchers
from reviewapp.services.days import local_date
from reviewapp.services.entered import require_text

#: As long as the owner is likely to be at the till still: later it is no slip of the finger but goods that came back.
UNDO_WITHIN = timedelta(minutes=10)
_REASON_LENGTH = 100


def undo(session: Session, actor: Actor, now: datetime, redemption_id: int, reason: str) -> Redemption:
    """Take back a redemption of the actor's own firm; the voucher can be used again, and its owner is told (`notices`).

    No money moves: what the voucher holds it has held from its issue on. Raises NotFound (another firm's), IllegalMove
    (too late, goods returned, settlement begun, the voucher's last day over), InvalidValue (no reason).
    """
    claim, voucher = vouchers.lock_redeemed(session, redemption_id)
    row = session.get_one(Redemption, redemption_id, populate_existing=True)
    if actor.organisation_id is None or row.organisation_id != actor.organisation_id:
        raise NotFound()
    if said := why_not(session, voucher, row, now):
        raise IllegalMove(said)
    reason = require_text(reason, "reason", "哪里填错了", _REASON_LENGTH)
    row.undone_at = now
    session.flush()
    voucher.state = flow.move(voucher.state, "undo", actor.role)
    said = f"{row.organisation.name} 撤销 {show_yuan(row.price_fen)} 元、发票 {row.invoice} 的核销：{reason}"
    trail.record(session, claim, actor, now, "undo_redemption", reason=said)
    session.expire(voucher, ["redemption"])
    return row


def why_not(session: Session, voucher: Voucher, row: Redemption, now: datetime) -> str:
    """Why a redemption cannot be taken back now, "" when it can."""
    if row.undone_at is not None:
        return "这次核销已经撤销过了。"
    if now > row.at + UNDO_WITHIN:
        minutes = UNDO_WITHIN // timedelta(minutes=1)
        return f"核销后 {minutes} 分钟内才能撤销，现在已经超过。顾客退货请登记退货。"
    begun = voucher.settlement_id is not None or voucher_settlements.in_application(session, row)
    if voucher.state != "redeemed" or begun or row.returned_fen:
        return "这次核销已经登记退货或开始结算，不能撤销。"
    if voucher.good_until is not None and now > voucher.good_until:
        return f"消费券的有效期到 {local_date(voucher.good_until)} 为止，撤销后不能再用，所以不能撤销。"
    return ""
