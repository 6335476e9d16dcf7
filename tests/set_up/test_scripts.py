"""The set-up scripts on machines that lack something."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ["bash", "env", "cat", "cut", "dirname", "flock", "mkdir", "sed", "sha256sum", "tr", "dpkg-query", "apt-get"]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The files that set-up reads, in a folder of their own."""
    for name in ("script", "requirements"):
        shutil.copytree(ROOT / name, tmp_path / "clone" / name)
    for name in ("pyproject.toml", "package.json", "package-lock.json"):
        shutil.copy(ROOT / name, tmp_path / "clone" / name)
    return tmp_path / "clone"


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A folder of programs to be the whole PATH: a basic system, Python; not root, no sudo, no services."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for tool in TOOLS:
        if found := shutil.which(tool):
            (programs / tool).symlink_to(found)
    (programs / "python3").symlink_to(sys.executable)
    _program(programs / "id", "echo 1000")
    return programs


def _program(path: Path, text: str) -> None:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def _run(clone: Path, machine: Path, script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": str(machine), "HOME": str(clone)}
    command = [str(machine / "bash"), str(clone / "script" / script), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_names_the_missing_packages_without_root(clone: Path, machine: Path) -> None:
    result = _run(clone, machine, "setup", "test")
    assert result.returncode == 2
    for package in ("redis-server", "tesseract-ocr", "chromium"):
        assert f"{package}" in result.stderr.split("apt-get install", 1)[1].splitlines()[0]
    assert "缺少系统软件包" in result.stderr
    assert not (clone / ".venv").exists()


def test_the_programme_itself_needs_no_browser(clone: Path, machine: Path) -> None:
    result = _run(clone, machine, "setup")
    assert result.returncode == 2
    assert "redis-server" in result.stderr
    assert "chromium" not in result.stderr


def test_root_installs_only_what_is_missing(clone: Path, machine: Path, tmp_path: Path) -> None:
    (machine / "id").unlink()
    _program(machine / "id", "echo 0")
    (machine / "apt-get").unlink(missing_ok=True)
    _program(machine / "apt-get", f'echo "$@" >> {tmp_path}/apt; [ "$1" = update ]')
    _program(machine / "tesseract", "exit 0")
    assert _run(clone, machine, "setup").returncode != 0  # the stand-in for apt-get installs nothing and says so
    update, install = (tmp_path / "apt").read_text().splitlines()
    assert update.split()[0] == "update"
    assert "redis-server" in install.split()
    assert "tesseract-ocr" not in install.split()


def test_run_wants_a_command(clone: Path, machine: Path) -> None:
    result = _run(clone, machine, "run")
    assert result.returncode == 2
    assert "usage" in result.stderr


def _uv_settings(pip_config: str, **environment: str) -> dict[str, str]:
    script = ROOT / "script" / "pip_settings.py"
    result = subprocess.run(
        [sys.executable, script], input=pip_config, env=environment, capture_output=True, text=True, check=True
    )
    shown = subprocess.run(
        ["bash", "-c", f"{result.stdout}\nenv -0"],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    )
    pairs = (entry.split("=", 1) for entry in shown.stdout.split("\0") if "=" in entry)
    return {name: value for name, value in pairs if name.startswith(("UV_", "SSL_"))}


def test_uv_gets_the_mirror_that_pip_has() -> None:
    listed = """global.index-url='https://mirror.example/simple'
global.extra-index-url='https://one.example/simple\\nhttps://two.example/simple'
:env:.index-url='https://nearer.example/simple'
global.timeout='60'
"""
    assert _uv_settings(listed) == {
        "UV_DEFAULT_INDEX": "https://nearer.example/simple",
        "UV_INDEX": "https://one.example/simple https://two.example/simple",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
    }


def test_what_uv_is_told_already_stays() -> None:
    settings = _uv_settings(
        "global.index-url='https://mirror.example/simple'\n", UV_DEFAULT_INDEX="https://own.example"
    )
    assert settings == {}
