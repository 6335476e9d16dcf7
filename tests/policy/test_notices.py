"""Short messages: each belongs to what happens to a claim and fits into one part, whatever the claim is called."""

from __future__ import annotations

import pytest

from reviewapp import schemes
from reviewapp.models.trail import NOTES
from reviewapp.policy.notices import (
    LONGEST,
    LONGEST_VALUE,
    NOTICES,
    SAMPLES,
    SIGN_IN_CODE,
    SIGNATURE,
    TEMPLATES,
    parameters_of,
    short_message,
)
from reviewapp.policy.workflow import ACTIONS
from reviewapp.services.sign_in import LIFE

LONGEST_NUMBER = max(
    (f"{code}-{pool}-000123" for code in schemes.codes() for pool in schemes.load(code).pools), key=len
)


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_message_fits(template: str) -> None:
    """Providers refuse longer values, and the same parameter twice in a text."""
    names = parameters_of(template)
    message = short_message(template, **{**SAMPLES, "number": LONGEST_NUMBER, "point": "样" * 120})
    assert len(message.signed(SIGNATURE)) <= LONGEST
    assert list(message.parameters) == names == list(dict.fromkeys(names))
    assert all(len(value) <= LONGEST_VALUE for value in message.parameters.values())


def test_every_notice_is_of_something_that_happens() -> None:
    assert set(NOTICES) <= {*ACTIONS, *NOTES}


def test_a_long_value_keeps_its_end() -> None:
    number = "yangcheng-2023-motorcycle-scrap-000123"
    text = short_message("promote", number=number).text
    assert text.startswith("申请…cheng-2023-motorcycle-scrap-000123已从候补")


def test_the_code_says_how_long_it_lives() -> None:
    assert f"{LIFE.total_seconds() / 60:g}分钟内有效" in TEMPLATES[SIGN_IN_CODE]
