"""The clock of the office. In demo mode it can stand on another day, because the documents' windows lie in the past.

The shift lives in a file of the data folder, so that web and workers agree and a change needs no restart. Outside
demo mode
the file is never read.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

_file: Path | None = None


def use(file: Path | None) -> None:
    """Read the shift from `file` from now on; None means real time."""
    global _file
    _file = file


def now() -> datetime:
    """This instant, by the office's clock."""
    return datetime.now(UTC) + _shift()


def machine() -> datetime:
    """This instant by the real clock: for work in hand (leases of jobs, bells), which must not wait for the demo's
    day.
    """
    return datetime.now(UTC)


def stand_on(instant: datetime) -> None:
    """Let the demo's clock show `instant` now and run on from there; RuntimeError outside demo mode."""
    if _file is None:
        raise RuntimeError("the clock is set in demo mode only")
    draft = _file.with_suffix(".new")
    draft.write_text(str((instant - datetime.now(UTC)).total_seconds()))
    draft.replace(_file)


def _shift() -> timedelta:
    if _file is None:
        return timedelta()
    try:
        return timedelta(seconds=float(_file.read_text()))
    except FileNotFoundError:
        return timedelta()
