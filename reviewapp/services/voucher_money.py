"""Where the money of a settlement claim comes from: out of what the pool has committed to the voucher, never anew.

Put in, the claim takes over the voucher's commitment as its reservation; approved, it is committed to the claim and the
voucher is settled; rejected, withdrawn or lapsed, it is the voucher's again. `queue` and `decisions` ask here, with the
claim locked; the voucher is locked next.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp import schemes
from reviewapp.errors import InvalidValue
from reviewapp.models import Actor, Claim, Voucher
from reviewapp.policy import pool as rules
from reviewapp.policy import voucher_flow as flow
from reviewapp.policy.money import show_yuan

#: Why such a claim has its money although others wait: it takes none that is free.
WHY_AT_ONCE = "由消费券发放时已占用的额度支付，不占用新的额度"


def settles(claim: Claim) -> bool:
    """Does the claim ask for what was advanced on a voucher of this office?"""
    scheme = schemes.load(claim.scheme_code, claim.scheme_version)
    programme = scheme.programmes.get(claim.programme)
    return programme is not None and flow.settles(scheme, programme)


def take_up(session: Session, claim: Claim) -> int | None:
    """Fen that pass from the voucher to the settlement claim; None for a claim that asks the pool itself.

    InvalidValue when no redeemed voucher stands behind a settlement.
    """
    if not settles(claim):
        return None
    voucher = _behind(session, claim)
    if voucher is None or voucher.held_fen == 0:
        raise InvalidValue(
            "这份结算没有对应的已核销消费券，不能提交：重复结算会重复占用资金。请从“消费券核销”的记录里发起结算。"
        )
    taken, voucher.held_fen = voucher.held_fen, 0
    return taken


def hand_back(session: Session, claim: Claim, reserved_fen: int) -> rules.Movements:
    """What becomes of the reservation of a claim that gets nothing: the voucher's again, or free."""
    voucher = _behind(session, claim) if settles(claim) else None
    if voucher is None:
        return rules.on_release(reserved_fen)
    voucher.held_fen += reserved_fen
    return rules.on_hand_back(reserved_fen)


def require_no_more(claim: Claim) -> None:
    """InvalidValue for a settlement that is to get more than the voucher held."""
    if settles(claim):
        most = show_yuan(claim.reserved_fen)
        raise InvalidValue(
            f"这张消费券最多结算 {most} 元（面值减去退货退回的部分），不能更多。请填写不超过 {most} 元的金额和理由。",
            {"award": f"最多 {most} 元"},
        )


def settle(session: Session, actor: Actor, claim: Claim) -> None:
    """The approved settlement's voucher is settled; nothing for other claims."""
    voucher = _behind(session, claim) if settles(claim) else None
    if voucher is not None:
        voucher.state = flow.move(voucher.state, "settle", actor.role)


def _behind(session: Session, claim: Claim) -> Voucher | None:
    query = select(Voucher).where(Voucher.settlement_id == claim.id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()
