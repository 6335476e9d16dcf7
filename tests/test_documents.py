"""The documents say what is there: links, commands with their options, modules, files and environment variables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote

import click
import pytest

from reviewapp.cli import reviewapp

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
SETTINGS = [
    ROOT / "reviewapp" / "config.py",
    *sorted((ROOT / "reviewapp" / "stack").glob("*.py")),
    ROOT / "script" / "setup",
]

_CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_COMMAND = re.compile(r"(?<![\w/.-])(?<!--app )(?:script/demo|reviewapp)(?= )((?: +[^\s`]+)*)")
_MODULE = re.compile(r"python -m ([\w.]+)")
_FILE = re.compile(r"`((?:reviewapp|workers|templates|tests|docs|script|requirements|\.ci)/[\w./-]*)`")
_VARIABLE = re.compile(r"\b(?:REVIEWAPP_[A-Z_]+|[A-Z]+_(?:URL|KEY))\b")
_END_OF_COMMAND = {"#", "&&", "|"}

each_document = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))


def code_of(path: Path) -> str:
    return "\n".join(_CODE.findall(path.read_text(encoding="utf-8")))


def faults(words: list[str], command: click.Command) -> Iterator[str]:
    """What of a command line the command does not know: a subcommand, an option."""
    if not words or words[0] in _END_OF_COMMAND:
        return
    word = words[0].strip("[]：:，,。.")
    if word.startswith("--"):
        if word.partition("=")[0] not in options_of(command):
            yield f"{command.name} has no option {word}"
    elif isinstance(command, click.Group) and not word.startswith("…"):
        inner = command.get_command(click.Context(command), word)
        if inner is None:
            yield f"{command.name} has no command {word}"
            return
        command = inner
    yield from faults(words[1:], command)


def options_of(command: click.Command) -> set[str]:
    with click.Context(command) as context:
        return {
            name for parameter in command.get_params(context) for name in (*parameter.opts, *parameter.secondary_opts)
        }


def wrong_commands(text: str) -> list[str]:
    demo = reviewapp.get_command(click.Context(reviewapp), "demo")
    assert demo is not None
    return [
        fault
        for found in _COMMAND.finditer(text)
        for fault in faults(found[1].split(), demo if found[0].startswith("script/demo") else reviewapp)
    ]


@each_document
def test_every_link_leads_somewhere(path: Path) -> None:
    text = _CODE.sub("", path.read_text(encoding="utf-8"))
    targets = [target for target in _LINK.findall(text) if not re.match(r"[a-z]+:", target)]
    assert not [target for target in targets if not (path.parent / unquote(target.partition("#")[0])).exists()]


@each_document
def test_every_command_exists_with_its_options(path: Path) -> None:
    assert not wrong_commands(code_of(path))


def test_a_command_that_is_not_there_is_noticed() -> None:
    assert wrong_commands("`reviewapp schemes lst`") == ["schemes has no command lst"]
    assert wrong_commands("`reviewapp up --prot 80`") == ["up has no option --prot"]
    assert wrong_commands("`script/demo --serve`") == ["demo has no option --serve"]
    assert not wrong_commands("`script/run reviewapp office list-firms CODE FILE --list excluded  # 每行一个`")


@each_document
def test_every_module_exists(path: Path) -> None:
    assert not [name for name in _MODULE.findall(code_of(path)) if find_spec(name) is None]


@each_document
def test_every_file_exists(path: Path) -> None:
    assert not [name for name in _FILE.findall(path.read_text(encoding="utf-8")) if not (ROOT / name).exists()]


@each_document
def test_every_variable_is_read_somewhere(path: Path) -> None:
    known = "\n".join(file.read_text(encoding="utf-8") for file in SETTINGS)
    assert not [name for name in set(_VARIABLE.findall(code_of(path))) if not re.search(rf"\b{name}\b", known)]


def test_every_setting_is_documented() -> None:
    read = set(_VARIABLE.findall(SETTINGS[0].read_text(encoding="utf-8")))
    assert {"DATABASE_URL", "SEAL_KEY", "REVIEWAPP_DEMO"} <= read
    assert read <= set(_VARIABLE.findall(code_of(ROOT / "docs" / "operations.md")))


def test_every_document_is_in_the_index() -> None:
    index = ROOT / "docs" / "README.md"
    listed = {(index.parent / target).resolve() for target in _LINK.findall(index.read_text(encoding="utf-8"))}
    decisions = ROOT / "docs" / "decisions" / "README.md"
    listed |= {(decisions.parent / target).resolve() for target in _LINK.findall(decisions.read_text(encoding="utf-8"))}
    assert set(DOCUMENTS) - listed <= {index}
