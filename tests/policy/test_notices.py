"""Short messages: each belongs to what happens to a claim and fits into one part, whatever the claim is called."""

from __future__ import annotations

import pytest

from reviewapp import schemes
from reviewapp.models.trail import NOTES
from reviewapp.policy.notices import LONGEST, NOTICES, in_short, message
from reviewapp.policy.workflow import ACTIONS

LONGEST_NUMBER = max(
    (f"{code}-{pool}-000123" for code in schemes.codes() for pool in schemes.load(code).pools), key=len
)


@pytest.mark.parametrize("action", NOTICES)
def test_a_message_fits(action: str) -> None:
    assert action in (*ACTIONS, *NOTES)
    long = ["《机动车登记证书》·发动机号码", "购车发票", "行驶证"] * 4
    for unmended in ([], long[:1], long):
        said = message(
            action,
            LONGEST_NUMBER,
            day="12月31日23:59",
            last="12月31日",
            amount="6,000.00",
            card="0018",
            unmended=unmended,
        )
        assert len(said) <= LONGEST


def test_what_is_to_be_mended_is_said_as_fully_as_fits() -> None:
    labels = ["行驶证", "购车发票", "手机号"]
    assert in_short(labels, 12) == "行驶证、购车发票、手机号"
    assert in_short(labels, 11) == "行驶证、购车发票等3项"
    assert in_short(labels, 10) == "行驶证等3项"
    assert in_short(labels, 5) == "3项"
