"""What a bank can be asked, whatever its interface: the words that services use.

A leaf: knows instructions and answers, nothing of claims, tables or pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, Protocol

Status = Literal["accepted", "paid", "failed", "unknown", "not_found"]


class BankUnavailable(Exception):
    """The request certainly never left (no connection): nothing is known, nothing happened, try again later."""


@dataclass(frozen=True)
class Instruction:
    """One payment. `number` is the idempotency key: the bank pays one number once, however often it is sent."""

    number: str
    amount_fen: int
    payee_name: str
    card_number: str
    note: str = ""


@dataclass(frozen=True)
class Answer:
    """What the bank says of one number.

    `accepted`: it has it and will settle later. `paid` and `failed` are final; `reason` (Chinese) explains a failure.
    `unknown`: the answer was lost or makes no sense; the payment may or may not exist. `not_found` is only ever an
    answer to `ask`. `amount_fen` is the amount the bank has on record, where it says so.
    """

    status: Status
    bank_reference: str | None = None
    reason: str | None = None
    amount_fen: int | None = None


@dataclass(frozen=True)
class StatementLine:
    """One line of the bank's own record: `status` is `accepted`, `paid` or `failed`."""

    number: str
    amount_fen: int
    status: str


class Bank(Protocol):
    """A bank interface. No method is called inside a database transaction."""

    #: The bank's cut-off: a number it cannot find this long after it reached it was not taken in and will not be.
    not_found_final_after: timedelta
    #: How long an answer is waited for.
    answers_within: timedelta
    #: How many payments one process may order at the same time.
    at_once: int

    def send(self, instruction: Instruction) -> Answer:
        """Order the payment; `unknown` when the outcome is not certain. Raises BankUnavailable when it never left."""

    def ask(self, number: str) -> Answer:
        """What became of `number`; `not_found` when the bank has no such number yet. Raises BankUnavailable."""

    def statement(self, day: date | None = None) -> list[StatementLine]:
        """All lines of one local day (of all days without one), in the bank's order. Raises BankUnavailable."""
