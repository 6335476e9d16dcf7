"""docs/scheme-guide.md says what the code knows."""

import re
from pathlib import Path

from reviewapp import schemes
from reviewapp.policy.checks import CHECKS
from reviewapp.policy.facts import SECTIONS
from reviewapp.policy.kinds import KINDS
from reviewapp.schemes.proof import faults, subject

GUIDE = (Path(schemes.ROOT).parents[1] / "docs" / "scheme-guide.md").read_text("utf-8")
TOML = re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL)


def row(name: str) -> str:
    found = re.search(rf"^\| `{name}` \|(.*)$", GUIDE, re.MULTILINE)
    assert found, name
    return found[1]


def test_every_check_is_listed_with_its_parameters() -> None:
    for name, spec in CHECKS.items():
        for parameter in spec.params.__struct_fields__:
            assert f"`{parameter}`" in row(name) or f"`{parameter} = " in row(name), (name, parameter)


def test_every_field_is_listed() -> None:
    known = {name: list(kind.fields) for name, kind in KINDS.items()} | {
        key: list(known) for key, known in SECTIONS.items()
    }
    for name, fields in known.items():
        assert re.findall(r"`(\w+)`", row(name)) == fields


def test_the_example_and_its_cases_hold() -> None:
    example, cases, beside = TOML[:3]
    given = subject(schemes.Texts(example, cases + beside), "guide")
    assert len(given.book.cases) == 3
    assert faults(given) == []
    assert given.book.expect
    assert given.book.elsewhere
    assert given.book.equivalent
