"""The group of commands: each is there, and the light ones do not load the heavy ones."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from reviewapp.cli import reviewapp

_NAMES = reviewapp.list_commands(click.Context(reviewapp))


@pytest.mark.parametrize("name", _NAMES)
def test_command_is_there_and_explains_itself(name: str) -> None:
    result = CliRunner().invoke(reviewapp, [name, "--help"])
    assert result.exit_code == 0, result.output


def test_unknown_command_is_bad_usage() -> None:
    assert CliRunner().invoke(reviewapp, ["nothing-like-it"]).exit_code == 2


@pytest.mark.parametrize(
    ("command", "heavy"),
    [
        ("schemes", {"flask", "sqlalchemy", "rq", "cv2", "onnxruntime"}),
        ("ocr", {"flask", "sqlalchemy", "rq"}),
        ("up", {"flask", "sqlalchemy", "rq", "cv2", "onnxruntime"}),
    ],
)
def test_light_commands_stay_light(command: str, heavy: set[str]) -> None:
    code = f"""
import sys
from click.testing import CliRunner
from reviewapp.cli import reviewapp
assert CliRunner().invoke(reviewapp, ["{command}", "--help"]).exit_code == 0
print(*sys.modules)
"""
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not heavy & set(loaded)
