"""The interface for dealers' own systems: `/api/v1`, by token, JSON in and out (docs/api.md)."""

from __future__ import annotations

from reviewapp.web.api import claims, papers
from reviewapp.web.api.room import blueprint

__all__ = ["blueprint", "claims", "papers"]
