"""What the practice provider does with one message, whichever interface it came by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from threading import Lock

#: Numbers that cannot be reached, by their last four digits.
PLANTED = {"4004": "空号", "4005": "号码在黑名单中"}
#: A number gets so many messages of one template before it is limited.
MOST_TO_ONE = 50


@dataclass(frozen=True)
class Faults:
    """All off at first. Seconds are waited before the answer.

    down: not taken, 503. late: taken, answered `late` seconds later. lost: taken, the connection closed without an
    answer. garbled: taken, answered with a page instead of JSON. limited: 业务限流. unpaid: the account has no money.
    unapproved: a template's code that is not approved. forgetful: a key that is known is taken again (Aliyun always
    does).
    """

    down: bool = False
    late: float = 0.0
    lost: bool = False
    garbled: bool = False
    limited: bool = False
    unpaid: bool = False
    unapproved: str = ""
    forgetful: bool = False

    def changed(self, values: Mapping[str, object]) -> Faults:
        """These with some replaced. Raises TypeError for one that is unknown or of another type."""
        for name, value in values.items():
            kind = type(getattr(self, name, None))
            if kind is type(None) or not isinstance(value, (int, float) if kind is float else kind):
                raise TypeError(f"{name}: known are {', '.join(asdict(self))}")
        return replace(self, **values)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Taken:
    """One message as it arrived."""

    key: str
    phone: str
    signature: str
    template: str
    parameters: dict[str, str]


@dataclass
class Platform:
    """The account that may send, the switches, and what would have come to telephones, in order."""

    key: str
    secret: str
    signature: str
    faults: Faults = field(default_factory=Faults)
    arrived: list[Taken] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def take(self, message: Taken, *, once: bool) -> str:
        """`sent`, or why not: `number`, `signature`, `template`, `limited`, `unpaid`. `once`: a known key is `sent`."""
        with self._lock:
            if once and not self.faults.forgetful and any(one.key == message.key for one in self.arrived):
                return "sent"
            if problem := self._problem(message):
                return problem
            self.arrived.append(message)
            return "sent"

    def _problem(self, message: Taken) -> str:
        alike = sum((one.phone, one.template) == (message.phone, message.template) for one in self.arrived)
        checks = {
            "unpaid": self.faults.unpaid,
            "signature": message.signature != self.signature,
            "template": message.template == self.faults.unapproved,
            "number": len(message.phone) != 11 or message.phone[-4:] in PLANTED,
            "limited": self.faults.limited or alike >= MOST_TO_ONE,
        }
        return next((name for name, holds in checks.items() if holds), "")
