"""What a claim would have been worth had only a part been bought."""

from __future__ import annotations

import pytest

from reviewapp import schemes
from reviewapp.policy.refund import award_on


@pytest.mark.parametrize(
    ("code", "programme", "kept_fen", "award_fen"),
    [
        ("xiangning-2024-home", "home", 2_500_000, 200_000),
        ("xiangning-2024-home", "home", 999_900, 99_990),
        ("xiangning-2024-home", "home", 0, 0),
        ("yangcheng-2023", "car", 2_999_999, 0),
        ("yangcheng-2023", "motorcycle-scrap", 100, None),
    ],
)
def test_the_rule_of_the_award_on_what_was_kept(
    code: str, programme: str, kept_fen: int, award_fen: int | None
) -> None:
    facts = next(case.facts for case in schemes.cases(code) if case.programme == programme and case.outcome == "pass")
    assert award_on(schemes.load(code), facts, kept_fen) == award_fen
