"""What one planned claim is: who claims for which car with which files, what is planted, and what must come of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from reviewapp.specimens.purchases import Card, Purchase

Medium = Literal["phone", "tilted", "scan", "turned", "blurred", "scan_pdf", "text_pdf"]


@dataclass(frozen=True)
class PlannedFile:
    """One file that is handed in: a paper with what it says, and how it was photographed or scanned.

    `values` are the fields of the kind by name: the renderer's input and what a reader must find.
    """

    kind: str
    values: Mapping[str, Any]
    medium: Medium
    seed: int

    @property
    def name(self) -> str:
        """The file name the submitter's device gave it: unique, and no hint of what it shows."""
        return f"SCAN_{self.seed:05d}.pdf" if self.medium.endswith("pdf") else f"IMG_{self.seed:05d}.jpg"


@dataclass(frozen=True)
class Expected:
    """What the database must say at the end.

    `failing` and `unsure` are the checks with that outcome when the claim was put in, `decisions` the reviewers' in
    order, `clause` that of a rejection, `payouts` the last states of its instructions in order. `award` and `reserved`
    are yuan. `refusal` is the code of the error with which a first submission was refused.
    """

    state: str
    award: int | None = None
    reserved: int = 0
    failing: frozenset[str] = frozenset()
    unsure: frozenset[str] = frozenset()
    decisions: tuple[str, ...] = ()
    clause: str | None = None
    payouts: tuple[str, ...] = ()
    refusal: str | None = None
    special: bool = False
    doubts: bool = False
    """The readings left at least one value in doubt, and a person confirmed or corrected it."""


@dataclass(frozen=True)
class Plan:
    """One claim: `planted` says in Chinese what was hidden in it; `files` are handed in at first, `later` when asked.

    `by` puts it in; `act` is the part of the play it belongs to. `swaps` names the kinds of which a later file takes
    the place of the first one. `new_card` is given after a failed payout.
    """

    id: str
    planted: str
    scheme: str
    by: Literal["claimant", "dealer"]
    act: str
    purchase: Purchase
    files: tuple[PlannedFile, ...]
    expected: Expected
    later: tuple[PlannedFile, ...] = ()
    swaps: tuple[str, ...] = ()
    new_card: Card | None = None

    @property
    def all_files(self) -> tuple[PlannedFile, ...]:
        """Every file of the claim, in the order in which they come."""
        return self.files + self.later

    @property
    def vehicle_class(self) -> str:
        """What the submitter declares: the class of the car (INTERFACES.md)."""
        return "light_truck" if "货车" in self.purchase.vehicle.licence_type else "passenger"


@dataclass(frozen=True)
class Buy:
    """A purchase in a few words; `truck` asks for a light truck, else it is a passenger car."""

    total: str
    energy: str = "fuel"
    day: date = date(2023, 12, 30)
    voucher: str = "0.00"
    truck: bool = False
    electronic: bool = False
