"""What a provider of short messages can be asked, whatever its interface: the words that services use.

A leaf: knows messages and answers, nothing of claims, tables or pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from reviewapp.policy.notices import ShortMessage

Status = Literal["sent", "bad_number", "refused", "limited", "unavailable", "unknown"]


@dataclass(frozen=True)
class Answer:
    """What the provider says of one message; `reason` (Chinese, for the office) unless it was taken.

    `sent`: the provider has taken it. `bad_number` and `refused` are final: the telephone cannot be reached; template,
    signature or parameters are not allowed. `limited`: too many to this number or in all, later again. `unavailable`:
    certainly not taken, for a reason that passes or that the office removes. `unknown`: nobody knows whether it went.
    """

    status: Status
    reason: str = ""
    reference: str | None = None


class Sms(Protocol):
    """A provider. Never called inside a database transaction, never raises, answers within `LONGEST_ANSWER`."""

    #: Whether claimants can be reached at all; where not, nobody is asked for a telephone number.
    reaches: bool
    #: Whether messages stay on this machine and are read on the demo's page, one-time codes included.
    local: bool

    def send(self, key: str, phone: str, message: ShortMessage) -> Answer:
        """Hand the message over. The same `key` again is the same message, where a provider looks at it."""
