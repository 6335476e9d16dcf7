"""Short messages: each belongs to what happens to a claim and fits into one part, whatever the claim is called."""

from __future__ import annotations

import pytest

from reviewapp import schemes
from reviewapp.models.trail import NOTES
from reviewapp.policy.notices import LONGEST, NOTICES, message
from reviewapp.policy.workflow import ACTIONS

LONGEST_NUMBER = max(
    (f"{code}-{pool}-000123" for code in schemes.codes() for pool in schemes.load(code).pools), key=len
)


@pytest.mark.parametrize("action", NOTICES)
def test_a_message_fits(action: str) -> None:
    assert action in (*ACTIONS, *NOTES)
    assert len(message(action, LONGEST_NUMBER, day="12月31日23:59", amount="6,000.00", card="0018")) <= LONGEST
