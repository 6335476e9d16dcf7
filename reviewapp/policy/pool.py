"""The rules of a pool: who gets money in which order, and the postings that say so. Pure; all amounts are integer fen.

Two rules decide everything. A claim takes money at once if the pool can carry it *and* nobody waits before it; else it
waits, and keeps what it holds already. Money that is free goes to the head of the waitlist, strictly in ticket order: a
head that does not fit stops everybody behind it, however small. `services` apply what these functions return and hold
no second copy of the rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

#: `treasury` is outside the pool (where appropriations come from and go back to); the others are the pool's own.
ACCOUNTS = ("treasury", "available", "reserved", "committed", "paid", "returned")
#: The columns of a pool. `available` has none: it follows from the others.
COLUMNS = ("appropriated", "reserved", "committed", "paid", "returned")
#: What a movement out of an account adds to which column; accounts that give are counted by what they gave.
_ON_LEAVING = {
    "treasury": ("appropriated", 1),
    "returned": ("returned", 1),
    "reserved": ("reserved", -1),
    "committed": ("committed", -1),
    "paid": ("paid", -1),
}


class PoolError(ValueError):
    """A movement that no rule allows was asked for: the caller failed to check its input."""


class Movement(NamedTuple):
    """`amount` (> 0) goes from one account to another; so every movement sums to zero."""

    from_account: str
    to_account: str
    amount: int


Movements = tuple[Movement, ...]


def on_submit(available: int, waiting: bool, amount: int) -> Movements:
    """The reservation of a new claim worth `amount`; empty when it joins the waitlist. `waiting`: is anybody there?"""
    _require_positive(amount)
    if waiting or amount > available:
        return ()
    return (Movement("available", "reserved", amount),)


def on_promote(amount: int) -> Movements:
    """What the head of the waitlist lacks becomes reserved, once `promotions` has counted it in."""
    _require_positive(amount)
    return (Movement("available", "reserved", amount),)


def promotions(available: int, waiting: Iterable[int]) -> int:
    """How many from the head of the waitlist get their money now; `waiting` holds what each lacks, in ticket order."""
    count = 0
    for amount in waiting:
        if amount > available:
            break
        available -= amount
        count += 1
    return count


def on_raise(available: int, waiting: bool, reserved: int, amount: int) -> Movements:
    """What a claim takes that proves to be worth `amount`, more than its reservation; empty when it joins the waitlist.

    `waiting`: is anybody there with an earlier ticket? Those behind do not count: free money is its before theirs.
    """
    return on_submit(available, waiting, amount - reserved)


def on_approve(reserved: int, award: int) -> Movements:
    """The award becomes committed, what was reserved beyond it becomes free. Raises PoolError when award > reserved."""
    _require_positive(award)
    if award > reserved:
        raise PoolError(f"award {award} exceeds reservation {reserved}")
    return (Movement("reserved", "committed", award), *on_release(reserved - award))


def on_reopen(award: int) -> Movements:
    """An approval was undone: what was committed is held for the same claim again, and is free for nobody."""
    _require_positive(award)
    return (Movement("committed", "reserved", award),)


def on_release(reserved: int) -> Movements:
    """What a rejected, withdrawn or lapsed claim held becomes free; empty when it held nothing."""
    return (Movement("reserved", "available", reserved),) if reserved else ()


def on_paid(award: int) -> Movements:
    """The bank has paid the award."""
    _require_positive(award)
    return (Movement("committed", "paid", award),)


def on_payment_returned(award: int) -> Movements:
    """The bank has sent the award back (退汇): it reached nobody and is owed to the same claim again."""
    _require_positive(award)
    return (Movement("paid", "committed", award),)


def on_given_back(amount: int) -> Movements:
    """Money that was paid has come back (追回) and is free again."""
    _require_positive(amount)
    return (Movement("returned", "available", amount),)


def on_hand_out(available: int, waiting: bool, amount: int) -> Movements:
    """What a voucher handed out on the spot is worth at most is committed to it, by the rule of `on_submit`; empty when
    the pool cannot carry it.
    """
    _require_positive(amount)
    if waiting or amount > available:
        return ()
    return (Movement("available", "committed", amount),)


def on_take_up(held: int) -> Movements:
    """The settlement of a voucher is put in: what was committed to the voucher is now held for the claim."""
    _require_positive(held)
    return (Movement("committed", "reserved", held),)


def on_hand_back(reserved: int) -> Movements:
    """A settlement that was rejected, withdrawn or lapsed: its money is the voucher's again, and free for nobody."""
    return (Movement("reserved", "committed", reserved),) if reserved else ()


def on_forgo(amount: int) -> Movements:
    """What an expired voucher, or one whose purchase was returned, no longer needs becomes free."""
    return (Movement("committed", "available", amount),) if amount else ()


def on_appropriate(amount: int) -> Movements:
    """A tranche or top-up under a document."""
    _require_positive(amount)
    return (Movement("treasury", "available", amount),)


def on_take(available: int, amount: int) -> Movements:
    """Free money leaves for another pool or back to the treasury, under a document. PoolError when it is not there."""
    _require_positive(amount)
    if amount > available:
        raise PoolError(f"{amount} fen are more than the {available} that are free")
    return (Movement("available", "treasury", amount),)


def tranche_due(rest: int, available: int, waiting: int) -> int:
    """What to ask the treasury for by actual use (据实拨付): what those who wait lack, at most the `rest` of the
    document's money that has not come yet.
    """
    return max(0, min(rest, waiting - available))


def changes(movement: Movement) -> dict[str, int]:
    """What a movement adds to which columns of the pool."""
    added: dict[str, int] = {}
    for account, direction in ((movement.from_account, 1), (movement.to_account, -1)):
        if account in _ON_LEAVING:
            column, sign = _ON_LEAVING[account]
            added[column] = added.get(column, 0) + sign * direction * movement.amount
    return added


def account_of(column: str) -> tuple[str, int]:
    """The account that a column (or `available`) counts, and what a fen that leaves the account adds to it: 1 or -1."""
    return next(
        ((account, sign) for account, (counted, sign) in _ON_LEAVING.items() if counted == column), (column, -1)
    )


def change_of(column: str, movement: Movement) -> int:
    """What a movement adds to one column, or to `available`."""
    account, sign = account_of(column)
    return movement.amount * sign * ((movement.from_account == account) - (movement.to_account == account))


def columns(movements: Iterable[Movement]) -> dict[str, int]:
    """The columns that a pool with exactly these movements has; `funds verify` compares them with the stored ones."""
    sums = dict.fromkeys(COLUMNS, 0)
    for movement in movements:
        for column, amount in changes(movement).items():
            sums[column] += amount
    return sums


def available(sums: Mapping[str, int]) -> int:
    """Fen that nobody holds, from the five columns."""
    held = sums["reserved"] + sums["committed"] + sums["paid"] - sums["returned"]
    return sums["appropriated"] - held


def _require_positive(amount: int) -> None:
    if amount <= 0:
        raise PoolError(f"an amount of {amount} fen moves nothing")
