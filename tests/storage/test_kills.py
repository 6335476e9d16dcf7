"""`kill -9` at every step of a put: what was acknowledged is there, what is visible is whole, orphans are swept."""

import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from reviewapp.storage.local import QUARANTINE, LocalStorage

PROJECT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_kills_short_form(tmp_path: Path) -> None:
    _kill_again_and_again(tmp_path, 30)


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.timeout(1800)
def test_kills_long_form(tmp_path: Path) -> None:
    _kill_again_and_again(tmp_path, 500)


def _kill_again_and_again(root: Path, kills: int) -> None:
    """The n-th process dies before its n-th step, so every step of the first puts is a place of death."""
    storage = LocalStorage(root)
    acknowledged: set[str] = set()
    whole: set[str] = set()
    swept = 0
    for number in range(1, kills + 1):
        acknowledged |= _names_until_killed(root, number)
        visible = set(storage.iter_hashes())
        assert acknowledged <= visible, f"lost after kill {number}"
        broken = {name for name in visible - whole if not storage.verify(name)}
        assert not broken, f"half written after kill {number}"
        whole |= visible
        swept += storage.sweep_quarantine(timedelta(0))
        assert not any((root / QUARANTINE).glob("*"))
    assert all(storage.verify(name) for name in acknowledged)
    assert acknowledged
    assert swept


def _names_until_killed(root: Path, number: int) -> set[str]:
    command = [sys.executable, "-m", "tests.storage.putting", str(root), str(number), str(number)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL, done.stderr
    return set(done.stdout.split())
