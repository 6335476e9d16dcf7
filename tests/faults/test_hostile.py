"""Hostile files through the office's own way, short and long; `python -m tests.faults.hostile` prints the figures."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from reviewapp.ocr import Reader
from tests.faults.hostile import chosen, figures, is_clean, run

SHORT = 110


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_worker_survives_a_sample_of_hostile_files(session: Session, tmp_path: Path) -> None:
    found = figures(*run(session, tmp_path, chosen(tmp_path / "files", SHORT), Reader(threads=1)))
    assert is_clean(found), found


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.timeout(3600)
def test_a_worker_survives_all_of_them(session: Session, tmp_path: Path) -> None:
    found = figures(*run(session, tmp_path, chosen(tmp_path / "files", 1), Reader(threads=1)))
    assert is_clean(found), found
