"""What can be made to go wrong, and the dice that decide when."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from threading import Lock

#: Cards that always fail, for demonstrations: the last four digits and why (Chinese, as a bank words it).
PLANTED = {"4004": "账户已销户", "4005": "户名与卡号不符"}


@dataclass(frozen=True)
class Faults:
    """Probabilities (0 to 1) a request, and seconds for those that take time. All off by default.

    refuse: 503 before anything is written. late_answer: applied, answered `late_answer_seconds` later.
    lost_answer: applied, connection closed without an answer. late_apply: answered `accepted`, settled
    `late_apply_seconds` later. late_record: no answer, and the number is not to be found for `late_record_seconds`;
    then it is there and paid. taken_twice: a number that is not to be found yet is not known either: sent again, it is
    paid again. failing: definite failure with `failing_reason`.
    """

    refuse: float = 0.0
    late_answer: float = 0.0
    lost_answer: float = 0.0
    late_apply: float = 0.0
    late_record: float = 0.0
    taken_twice: float = 0.0
    failing: float = 0.0
    late_answer_seconds: float = 15.0
    late_apply_seconds: float = 20.0
    late_record_seconds: float = 5.0
    failing_reason: str = "账户状态异常"

    def changed(self, values: Mapping[str, object]) -> Faults:
        """These with some replaced; ValueError naming the switch that is unknown or out of range."""
        known = {item.name: item for item in fields(self)}
        clean: dict[str, float | str] = {}
        for name, value in values.items():
            if name not in known:
                raise ValueError(f"unknown switch {name}; known: {', '.join(known)}")
            clean[name] = str(value) if name == "failing_reason" else _number(name, value)
        return replace(self, **clean)  # type: ignore[arg-type]

    def to_json(self) -> dict[str, object]:
        """The switches by name."""
        return asdict(self)


def _number(name: str, value: object) -> float:
    number = float(str(value))
    most = 3600.0 if name.endswith("_seconds") else 1.0
    if not 0 <= number <= most:
        raise ValueError(f"{name}: expected 0 to {most:g}, got {value}")
    return number


@dataclass
class Dice:
    """Seeded dice over the switches: the same seed and the same order of requests give the same faults."""

    faults: Faults
    seed: int = 0
    _random: random.Random = field(init=False)
    _lock: Lock = field(default_factory=Lock, init=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def falls(self, name: str) -> bool:
        """Does the fault `name` happen to this request?"""
        chance = float(getattr(self.faults, name))
        with self._lock:
            return self._random.random() < chance

    def switch(self, values: Mapping[str, object]) -> Faults:
        """Change switches while running; ValueError leaves them as they were."""
        with self._lock:
            self.faults = self.faults.changed(values)
            return self.faults
