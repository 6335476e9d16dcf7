"""How a voucher (消费券) runs from its issue to its settlement, and what comes back of it after a returned purchase.

Pure data and small functions, as `workflow` is for claims; database CHECK constraints mirror `STATES`.
"""

from __future__ import annotations

from reviewapp.policy.awards import FaceAward, PercentAward
from reviewapp.policy.model import Programme, Scheme
from reviewapp.policy.vouchers import Refund, Voucher
from reviewapp.policy.workflow import REVIEWERS, Move, UnknownMove

#: Every state with its Chinese word.
STATES: dict[str, str] = {
    "issued": "未使用",
    "redeemed": "已核销",
    "settled": "已结算",
    "voided": "已作废",
    "expired": "已过期",
}
#: Whose staff take vouchers for a purchase.
REDEEMERS = ("dealer", "shop")
#: Whose staff hand vouchers out face to face.
HANDERS_OUT = ("shop",)

TABLE: tuple[Move, ...] = (
    Move("issued", "redeem", ("redeemed",), REDEEMERS),
    Move("issued", "expire", ("expired",), ("system",)),
    Move("issued", "cancel", ("voided",), HANDERS_OUT),
    Move("redeemed", "undo", ("issued",), REDEEMERS),
    Move("redeemed", "take_goods_back", ("redeemed", "voided"), REDEEMERS),
    Move("redeemed", "settle", ("settled",), REVIEWERS),
    Move("settled", "reopen", ("redeemed",), ("lead",)),
    Move("redeemed", "lapse", ("voided",), ("system",)),
)
ACTIONS: tuple[str, ...] = tuple(row.action for row in TABLE)
_BY_KEY = {(row.state, row.action): row for row in TABLE}


def move(state: str, action: str, role: str, to: str | None = None) -> str:
    """The state that `action` leads to; `to` picks one where the row allows several. UnknownMove as `workflow.move`."""
    row = _BY_KEY.get((state, action))
    if row is None or role not in row.roles or (to is not None and to not in row.to):
        raise UnknownMove(state, action, role)
    return to or row.to[0]


def kind_of(scheme: Scheme, programme: Programme) -> Voucher | None:
    """The kind of voucher that an approval under the programme hands out; None where money is transferred."""
    if programme.payee != "voucher":
        return None
    entitled = ("point", "programme")
    return next((one for one in _of_pool(scheme, programme) if one.handed_out in entitled), None)


def handed_out_by_shop(scheme: Scheme, programme: Programme) -> Voucher | None:
    """The kind of voucher that staff of a shop hand out for purchases claimed under the programme: a share of the
    price, claimed one by one. None where a shop settles many of them by their slips.
    """
    if not isinstance(programme.award, PercentAward):
        return None
    found = (one for one in _of_pool(scheme, programme) if one.handed_out == "shop" and one.share is not None)
    return next(found, None)


def settles(scheme: Scheme, programme: Programme) -> bool:
    """True where a claim asks for what a firm advanced on vouchers that another programme of the same pool hands out:
    the pool has committed that money already when the voucher was issued.
    """
    by_face = isinstance(programme.award, FaceAward) and programme.payee != "voucher"
    return by_face and any(
        other.pool == programme.pool and other.payee == "voucher" for other in scheme.programmes.values()
    )


def settlement_of(scheme: Scheme, pool: str) -> Programme | None:
    """The programme under which vouchers of that pool are settled."""
    found = (one for one in scheme.programmes.values() if one.pool == pool and settles(scheme, one))
    return next(found, None)


def given_back(kind: Voucher, value_fen: int, price_fen: int, returned_fen: int) -> int:
    """Fen of a voucher's value that its pool gets back for goods returned: what a share of the rest is less worth, by
    the same rule as the whole; else as `coming_back`.
    """
    if kind.share is None:
        return coming_back(kind.refund, value_fen, price_fen, returned_fen)
    return value_fen - min(value_fen, kind.share.of(price_fen - returned_fen))


def coming_back(rule: Refund | None, value_fen: int, price_fen: int, returned_fen: int) -> int:
    """Fen of a voucher's value that go back to its pool when goods for `returned_fen` of `price_fen` were returned.

    In proportion, to the fen, half up (阳政办发〔2023〕99号 八(一)4); `whole`: all of it whatever was returned.
    Everything returned is everything back.
    """
    if not 0 <= returned_fen <= price_fen or price_fen <= 0:
        raise ValueError(f"{returned_fen} of {price_fen} fen cannot have been returned")
    if rule == "whole" and returned_fen:
        return value_fen
    return (2 * value_fen * returned_fen + price_fen) // (2 * price_fen)


def _of_pool(scheme: Scheme, programme: Programme) -> list[Voucher]:
    return [voucher for voucher in scheme.vouchers.values() if voucher.pool == programme.pool]
