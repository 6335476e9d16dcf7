"""Names of files offered for saving: scheme, content, day (LOOK.md)."""

from __future__ import annotations

from datetime import datetime

from reviewapp.policy import Scheme
from reviewapp.services.days import local_date


def file_name(scheme: Scheme, content: str, now: datetime, ending: str) -> str:
    """阳城县2023_登记册_2024-01-10.xlsx."""
    return f"{scheme.short}_{content}_{local_date(now).isoformat()}.{ending}"
