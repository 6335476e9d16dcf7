"""Where the money of a claim that a voucher stands behind comes from: out of what the pool has committed to the
voucher, never anew. It settles what a firm advanced, or is the claim of the very sale that the voucher was handed out
for.

Put in, the claim takes over the voucher's commitment as its reservation; approved, it is committed to the claim and the
voucher is settled; rejected, withdrawn or lapsed, it is the voucher's again. `queue` and `decisions` ask here, with the
claim locked; the voucher is locked next.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp import schemes
from reviewapp.errors import InvalidValue
from reviewapp.models import Actor, Claim, Sale, Voucher
from reviewapp.policy import Programme, Scheme
from reviewapp.policy import pool as rules
from reviewapp.policy import voucher_flow as flow
from reviewapp.policy.identifiers import normal_id
from reviewapp.policy.masks import mask_name
from reviewapp.policy.money import show_yuan
from reviewapp.services import facts

#: Why such a claim has its money although others wait: it takes none that is free.
WHY_AT_ONCE = "由消费券发放时已占用的额度支付，不占用新的额度"


def settles(session: Session, claim: Claim) -> bool:
    """Does a voucher of this office stand behind the claim?"""
    return _behind(session, claim) is not None


def take_up(session: Session, claim: Claim) -> int | None:
    """Fen that pass from the voucher to the claim; None for a claim that asks the pool itself.

    InvalidValue when no redeemed voucher stands behind a settlement or a shop's sale, or it is another person's.
    """
    voucher = _behind(session, claim)
    if voucher is None and not _needs_one(session, claim):
        return None
    if voucher is None or voucher.held_fen == 0:
        raise InvalidValue(
            "这份结算没有对应的已核销消费券，不能提交：重复结算会重复占用资金。请从“消费券核销”或“购买登记”的记录里发起。"
        )
    _require_owner(session, claim, voucher)
    taken, voucher.held_fen = voucher.held_fen, 0
    return taken


def hand_back(session: Session, claim: Claim, reserved_fen: int) -> rules.Movements:
    """What becomes of the reservation of a claim that gets nothing: the voucher's again, or free."""
    voucher = _behind(session, claim)
    if voucher is None:
        return rules.on_release(reserved_fen)
    voucher.held_fen += reserved_fen
    return rules.on_hand_back(reserved_fen)


def require_no_more(session: Session, claim: Claim) -> None:
    """InvalidValue for a claim that is to get more than its voucher held."""
    if settles(session, claim):
        most = show_yuan(claim.reserved_fen)
        raise InvalidValue(
            f"这张消费券最多结算 {most} 元（面值减去退货退回的部分），不能更多。请填写不超过 {most} 元的金额和理由。",
            {"award": f"最多 {most} 元"},
        )


def settle(session: Session, actor: Actor, claim: Claim) -> None:
    """The approved claim's voucher is settled; nothing for claims without one."""
    voucher = _behind(session, claim)
    if voucher is not None:
        voucher.state = flow.move(voucher.state, "settle", actor.role)


def reopen(session: Session, actor: Actor, claim: Claim) -> None:
    """The claim's approval is undone and its money its own again: its voucher is not settled any more."""
    voucher = _behind(session, claim)
    if voucher is not None:
        voucher.state = flow.move(voucher.state, "reopen", actor.role)


def _behind(session: Session, claim: Claim) -> Voucher | None:
    if not (_settles(claim) or _is_sold(claim)):
        return None
    query = select(Voucher).where(Voucher.settlement_id == claim.id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def _needs_one(session: Session, claim: Claim) -> bool:
    """A settlement always, and the claim of a sale at a firm's counter, whatever a newer version says."""
    if _settles(claim):
        return True
    if claim.organisation_id is None:
        return False
    return session.scalar(select(Sale.id).where(Sale.claim_id == claim.id)) is not None


def _settles(claim: Claim) -> bool:
    scheme, programme = _rules(claim)
    return programme is not None and flow.settles(scheme, programme)


def _is_sold(claim: Claim) -> bool:
    """Is the claim of a programme whose claims begin at a shop's counter?"""
    scheme, programme = _rules(claim)
    return programme is not None and flow.handed_out_by_shop(scheme, programme) is not None


def _rules(claim: Claim) -> tuple[Scheme, Programme | None]:
    scheme = schemes.load(claim.scheme_code, claim.scheme_version)
    return scheme, scheme.programmes.get(claim.programme)


def _require_owner(session: Session, claim: Claim, voucher: Voucher) -> None:
    """The claim is for the person who got the voucher."""
    number = facts.current(session, claim).value("applicant", "id_number")
    if normal_id(number or "") != normal_id(voucher.owner["id_number"]):
        raise InvalidValue(
            f"申请上的身份证号与领券人 {mask_name(voucher.owner['name'])} 的不一致，消费券只限本人使用，不能提交。"
            "请把消费者的姓名和身份证号改回领券时登记的。",
            {"applicant.id_number": "与领券人不一致。"},
        )
