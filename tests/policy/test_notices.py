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
    in_short,
    message,
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
    said = short_message(template, **{**SAMPLES, "number": LONGEST_NUMBER, "point": "样" * 120})
    assert len(said.signed(SIGNATURE)) <= LONGEST
    assert list(said.parameters) == names == list(dict.fromkeys(names))
    assert all(len(value) <= LONGEST_VALUE for value in said.parameters.values())


def test_every_notice_is_of_something_that_happens() -> None:
    assert set(NOTICES) <= {*ACTIONS, *NOTES}


def test_a_long_value_keeps_its_end() -> None:
    number = "yangcheng-2023-motorcycle-scrap-000123"
    text = short_message("promote", number=number).text
    assert text.startswith("申请…cheng-2023-motorcycle-scrap-000123已从候补")


def test_the_code_says_how_long_it_lives() -> None:
    assert f"{LIFE.total_seconds() / 60:g}分钟内有效" in TEMPLATES[SIGN_IN_CODE]


@pytest.mark.parametrize("action", NOTICES)
def test_a_notice_fits_however_much_is_to_be_mended(action: str) -> None:
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
        assert len(said.signed(SIGNATURE)) <= LONGEST
        assert "…" not in said.parameters.get("todo", "")


def test_what_is_to_be_mended_is_said_as_fully_as_fits() -> None:
    labels = ["行驶证", "购车发票", "手机号"]
    assert in_short(labels, 12) == "行驶证、购车发票、手机号"
    assert in_short(labels, 11) == "行驶证、购车发票等3项"
    assert in_short(labels, 10) == "行驶证等3项"
    assert in_short(labels, 5) == "3项"
