"""A sandbox bank without faults, to be switched by the test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reviewapp.scratch.bank import SandboxBank


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[SandboxBank]:
    """A running sandbox bank."""
    bank = SandboxBank(tmp_path)
    bank.start()
    yield bank
    bank.stop()
