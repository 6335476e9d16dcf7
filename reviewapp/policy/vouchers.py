"""The kinds of instant vouchers (消费券) a document hands out: faces, shares, rounds, limits, refunds. Data only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

HandedOut = Literal["grab", "shop", "point", "programme"]
"""Grabbed in rounds · handed out by shop staff · by a collection point · to who is entitled under a programme."""
Refund = Literal["in_proportion", "whole"]


class Face(NamedTuple):
    """`off_fen` off a purchase of at least `spend_fen` (0: the document names no least); `stock` where it names one."""

    spend_fen: int
    off_fen: int
    stock: int | None


class Share(NamedTuple):
    """`share` hundredths of a percent of the price, at most `most_fen` a voucher."""

    share: int
    most_fen: int | None

    def of(self, price_fen: int) -> int:
        """What a purchase is worth, to the fen, half up."""
        worth = (2 * price_fen * self.share + 10_000) // 20_000
        return worth if self.most_fen is None else min(worth, self.most_fen)


class Limits(NamedTuple):
    """How many one person may have; None where the document does not say."""

    per_user: int | None
    per_day: int | None
    per_face: int | None
    per_grab: int | None


@dataclass(frozen=True, slots=True)
class Rounds:
    """Releases at `first`, then every `every` until `last`, each good for `lasts`; `amount_fen` is about what one
    hands out.
    """

    id: str
    title: str
    clause: str
    first: datetime
    last: datetime
    every: timedelta
    lasts: timedelta
    amount_fen: int | None

    @property
    def count(self) -> int:
        """How many rounds there are."""
        return (self.last - self.first) // self.every + 1

    def open_until(self, now: datetime) -> datetime | None:
        """When the round that is open at that instant ends; what it hands out is good before then, not at it. None
        between two rounds, before the first and after the last.
        """
        if now < self.first:
            return None
        start = self.first + min((now - self.first) // self.every, self.count - 1) * self.every
        end = start + self.lasts
        return end if now < end else None


@dataclass(frozen=True, slots=True)
class Voucher:
    """A kind of voucher. It has faces or a share; `good_until` where it outlives no fixed day."""

    code: str
    title: str
    clause: str
    pool: str
    handed_out: HandedOut
    faces: tuple[Face, ...]
    share: Share | None
    limits: Limits
    rounds: Rounds | None
    refund: Refund | None
    good_until: datetime | None
    position: str
