"""What a job is given to do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Task:
    """An outbox row that this process has taken: `attempts` counts this one, `error` is how the last one went wrong.

    No `error` after earlier attempts means that the process died over it.
    """

    outbox_id: int
    topic: str
    subject_id: int
    attempts: int
    error: str | None = None
