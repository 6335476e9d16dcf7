"""Which process a test run belongs to: what the run's processes share ends with it."""

from __future__ import annotations

import os

RUN_OWNER = "REVIEWAPP_TEST_OWNER"  # set by the first process of a run, inherited by its xdist workers


def run_owner() -> int:
    """The process whose end is the end of the test run."""
    return int(os.environ[RUN_OWNER])
