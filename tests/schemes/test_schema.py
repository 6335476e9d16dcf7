"""The JSON Schema says what the structs say: every file holds, what is no scheme does not, nothing is left open."""

import json
import tomllib
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft7Validator

from reviewapp import schemes
from reviewapp.cli.schemes import schemes as command
from reviewapp.policy.checks import CHECKS
from reviewapp.schemes import descriptions
from reviewapp.schemes.schema import json_schema
from reviewapp.schemes.skeleton import skeleton
from tests.policy.sample import TEXT

SCHEMA = json_schema()
VALIDATOR = Draft7Validator(SCHEMA)
FILES = sorted(path for code in schemes.codes() for path in schemes.version_files(schemes.ROOT / code))


def plain(value: Any) -> Any:
    """TOML data as an editor gives it to a schema: days and instants as text."""
    if isinstance(value, dict):
        return {key: plain(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [plain(entry) for entry in value]
    return value.isoformat() if isinstance(value, date) else value


def mistakes(text: str) -> list[str]:
    return [error.json_path for error in VALIDATOR.iter_errors(plain(tomllib.loads(text)))]


def test_it_is_a_schema() -> None:
    Draft7Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_scheme_file_holds(path: Any) -> None:
    assert mistakes(path.read_text("utf-8")) == []


def test_the_skeleton_holds() -> None:
    assert mistakes(skeleton("probe-2031", "试").scheme) == []


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("version = 1", 'version = "1"', "$.version"),
        ('county = "样例县"', 'county = "样例县"\ncity = "样例市"', "$"),
        ('payee = "claimant"', 'payee = "bank"', "$.programmes.car.payee"),
        ("amount = 100000", "amount = 100000.5", "$.pools[0].amount"),
        ("pays = 100 ", "pays = 99.9 ", "$.programmes.car.award"),
        ('by = "energy"', 'by = "colour"', "$.programmes.car.award"),
        ('field = "energy"', 'field = "colour"', "$.programmes.car.declared[0].field"),
        ('check = "within"', 'check = "inside"', "$.programmes.car.checks[0]"),
        ('window = "activity"', "", "$.programmes.car.checks[0]"),
        ('window = "activity"', 'window = "activity"\nlimit = 3', "$.programmes.car.checks[0]"),
        ("until = 2030-02-28", 'until = "二月底"', "$.windows.activity.until"),
    ],
)
def test_what_is_no_scheme_does_not_hold(old: str, new: str, place: str) -> None:
    assert mistakes(TEXT) == []
    assert old in TEXT
    assert mistakes(TEXT.replace(old, new, 1)) == [place]


def properties(schema: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(schema, dict):
        for name, entry in schema.get("properties", {}).items():
            yield f"{place}.{name}", entry
        for name, entry in schema.items():
            yield from properties(entry, f"{place}/{name}")
    elif isinstance(schema, list):
        for entry in schema:
            yield from properties(entry, place)


def is_open(schema: Any) -> bool:
    """Whether anything at all may stand there."""
    if schema.get("type") == "array":
        items = schema.get("items", {})
        return any(map(is_open, items if isinstance(items, list) else [items]))
    if schema.get("type") == "object":
        return "properties" not in schema and not isinstance(schema.get("additionalProperties"), dict)
    return not schema.keys() & {"type", "enum", "anyOf", "allOf", "$ref"}


def test_no_key_is_left_open() -> None:
    assert [place for place, schema in properties(SCHEMA) if is_open(schema)] == []


def test_every_key_and_check_is_described_and_nothing_else() -> None:
    described = {schema["description"] for _, schema in properties(SCHEMA)}
    assert described == set(descriptions.KEYS.values())
    assert descriptions.CHECKS.keys() == CHECKS.keys()


def test_the_command_prints_it() -> None:
    result = CliRunner().invoke(command, ["schema"])
    assert result.exit_code == 0
    assert json.loads(result.stdout) == SCHEMA
