"""The house rules that a machine can keep: arrows, sizes, one place for commits, nothing of one machine."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CODE = sorted(path for room in ("reviewapp", "workers") for path in (ROOT / room).rglob("*.py"))
MIGRATIONS = ROOT / "reviewapp" / "migrations"
TESTS = sorted((ROOT / "tests").rglob("*.py"))
LOCKS = [*sorted((ROOT / "requirements").glob("*.txt")), ROOT / "package-lock.json", ROOT / ".npmrc"]
SET_UP = [*sorted(path for path in (ROOT / "script").iterdir() if path.is_file()), ROOT / ".ci" / "run"]

MOST_LINES = 400
MOST_FUNCTION_LINES = 30

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_CLOCK = {"now", "today", "utcnow"}
_MACHINE_PATH = re.compile(r"(?<![\w.:/}*-])/(?:root|work|home|Users|tmp)/\w[/\w]*")
_ADDRESS = re.compile(r"https?://(?!127\.0\.0\.1|localhost)[^\s\"']+")
_LOCK_ADDRESS = re.compile(r'"resolved":|--(?:extra-)?index-url|--find-links|\bregistry\s*=')


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def _where(path: Path, line: int) -> str:
    return f"{path.relative_to(ROOT)}:{line}"


def _calls(path: Path) -> Iterator[tuple[str, int]]:
    """Names of what is called as a method or function, with the line."""
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute):
                yield node.func.attr, node.lineno
            elif isinstance(node.func, ast.Name):
                yield node.func.id, node.lineno


def _own(paths: list[Path]) -> list[Path]:
    """Without the migrations, which Alembic writes."""
    return [path for path in paths if MIGRATIONS not in path.parents]


def test_imports_run_only_along_the_arrows() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_files_are_short() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in _own([*CODE, *TESTS])
        if (lines := _line_count(path)) > MOST_LINES
    }
    assert not long, f"over {MOST_LINES} lines: {long}"


def _line_count(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_functions_are_short() -> None:
    long = [
        f"{_where(path, node.lineno)} {node.name}: {length}"
        for path in _own([*CODE, *TESTS])
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := _code_lines(node)) > MOST_FUNCTION_LINES
    ]
    assert not long, f"functions over {MOST_FUNCTION_LINES} lines:\n" + "\n".join(long)


def _code_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from `def` to the end, the docstring not counted."""
    docstring = 0
    if ast.get_docstring(function) is not None:
        docstring = (function.body[0].end_lineno or 0) - function.body[0].lineno + 1
    return (function.end_lineno or 0) - function.lineno + 1 - docstring


def test_transactions_end_in_one_place() -> None:
    found = [
        _where(path, line)
        for path in _own(CODE)
        if path != ROOT / "reviewapp" / "db.py"
        for name, line in _calls(path)
        if name in {"commit", "rollback"}
    ]
    assert not found, f"commit() or rollback() outside reviewapp/db.py: {found}"


def test_policy_neither_reads_the_clock_nor_files() -> None:
    impure = _CLOCK | {"open", "read_text", "read_bytes", "print", "input"}
    policy = [path for path in CODE if ROOT / "reviewapp" / "policy" in path.parents]
    found = [f"{_where(path, line)} {name}()" for path in policy for name, line in _calls(path) if name in impure]
    assert policy
    assert not found


def test_services_take_the_time_as_an_argument() -> None:
    services = [path for path in CODE if ROOT / "reviewapp" / "services" in path.parents]
    found = [
        _where(path, line) for path in services for name, line in _calls(path) if name in {"now", "today", "utcnow"}
    ]
    assert services
    assert not found


@pytest.mark.parametrize("path", [*LOCKS, *SET_UP], ids=lambda path: path.name)
def test_no_registry_is_named(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    found = [line.strip() for line in lines if _ADDRESS.search(line) or _LOCK_ADDRESS.search(line)]
    assert not found


def test_runtime_lock_is_part_of_the_developers_lock() -> None:
    runtime, developers = _pins("runtime.txt"), _pins("dev.txt")
    assert runtime.items() <= developers.items()


def _pins(name: str) -> dict[str, str]:
    """Requirement lines of a lock with their hashes."""
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8").replace("\\\n", " ")
    return {line.split("==")[0]: " ".join(line.split()) for line in text.splitlines() if "==" in line}


def test_every_locked_package_has_hashes() -> None:
    bare = [
        name
        for lock in LOCKS
        if lock.suffix == ".txt"
        for name, line in _pins(lock.name).items()
        if "--hash=" not in line
    ]
    assert not bare


@pytest.mark.skipif(not (ROOT / ".git").exists() or shutil.which("git") is None, reason="needs git and its index")
def test_no_path_of_a_machine_is_committed() -> None:
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    found = []
    for name in filter(None, names.split("\0")):
        path = ROOT / name
        if path == Path(__file__) or not path.is_file():
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            if not line.startswith("#!") and (match := _MACHINE_PATH.search(line)):
                found.append(f"{_where(path, number)} {match.group()}")
    assert not found
