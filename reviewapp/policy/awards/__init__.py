"""The forms of award: tiers of an amount, a share of it, one amount, a voucher's face, by age."""

from reviewapp.policy.awards.age import AgeAward, Band, ScrapAge
from reviewapp.policy.awards.base import Award, Awarded, ShownTable
from reviewapp.policy.awards.flat import FaceAward, FlatAward
from reviewapp.policy.awards.percent import PercentAward, Rate
from reviewapp.policy.awards.tiers import Table, Tier, TierAward

__all__ = [
    "AgeAward",
    "Award",
    "Awarded",
    "Band",
    "FaceAward",
    "FlatAward",
    "PercentAward",
    "Rate",
    "ScrapAge",
    "ShownTable",
    "Table",
    "Tier",
    "TierAward",
]
