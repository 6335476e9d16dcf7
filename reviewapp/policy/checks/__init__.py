"""The vocabulary of checks. Importing this package fills the registry `CHECKS`."""

from reviewapp.policy.checks import amounts, dates, goods, history, marks, people, products, sums, vehicles
from reviewapp.policy.checks.base import CHECKS, BadRule, Setting, Spec

__all__ = [
    "CHECKS",
    "BadRule",
    "Setting",
    "Spec",
    "amounts",
    "dates",
    "goods",
    "history",
    "marks",
    "people",
    "products",
    "sums",
    "vehicles",
]
