"""The counter of a collection point: a page that works without network, and the answers to its script."""

from __future__ import annotations

from reviewapp.web.counter import intakes, shell
from reviewapp.web.counter.room import blueprint

__all__ = ["blueprint", "intakes", "shell"]
