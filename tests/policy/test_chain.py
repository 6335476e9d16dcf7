"""The canonical form: the same for the same content whatever its order or zone, another for another content."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from reviewapp.policy import chain

AT = datetime(2024, 1, 10, 1, 30, tzinfo=UTC)
CONTENT = {"number": 1, "salt": b"\x01\xff", "at": AT, "reason": "看不清", "award": None, "claim": {"ticket": 7}}


def test_the_form_is_fixed() -> None:
    """Written down: what was linked once must be recomputed for ever."""
    assert (
        chain.canonical(CONTENT)
        == (
            '{"at":"2024-01-10T01:30:00.000000+00:00","award":null,"claim":{"ticket":7},"number":1,'
            '"reason":"看不清","salt":"01ff"}'
        ).encode()
    )
    beginning = chain.beginning("xiangning-2023", "car")
    assert beginning == "c8d4066bb67bcf53d56dfe36328332eee2cc55e095531001427792f6e3da7bb4"
    assert chain.following(beginning, CONTENT) == "6e5f77f27494124b24ac81f1ea68b139e65a775d1cc453deae4f98bd927cd12b"


def test_order_and_zone_make_no_difference() -> None:
    local = {**dict(reversed(CONTENT.items())), "at": AT.astimezone(timezone(timedelta(hours=8)))}
    assert chain.fingerprint(local) == chain.fingerprint(CONTENT)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("number", 2), ("salt", b"\x01\xfe"), ("at", AT + timedelta(microseconds=1)), ("reason", "看不清。")),
        *(("award", 0), ("claim", {"ticket": 8}), ("day", date(2024, 1, 10))),
    ],
)
def test_every_value_counts(name: str, value: object) -> None:
    first = chain.beginning("xiangning-2023", "car")
    assert chain.following(first, {**CONTENT, name: value}) != chain.following(first, CONTENT)


def test_a_chain_belongs_to_its_pool() -> None:
    names = [
        ("xiangning-2023", "car"),
        ("xiangning-2023", "home"),
        ("yangcheng-2023", "car"),
        ("xiangning", "2023-car"),
    ]
    assert len({chain.beginning(*name) for name in names}) == len(names)


def test_what_has_no_form_is_refused() -> None:
    with pytest.raises(TypeError, match="set"):
        chain.canonical({"states": {"submitted"}})
