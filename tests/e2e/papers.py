"""A buyer's papers as files, and what stands on them."""

from __future__ import annotations

from pathlib import Path

from reviewapp.policy.kinds import KINDS
from reviewapp.specimens.papers import render, write_photo, write_text_pdf
from reviewapp.specimens.purchases import Purchase


def photograph(bought: Purchase, kind: str, folder: Path) -> Path:
    """A sharp photograph of one paper."""
    path = folder / f"IMG_{kind}.jpg"
    write_photo(render(kind, bought.paper_values(kind)), path)
    return path


def scan(bought: Purchase, kind: str, folder: Path) -> Path:
    """A PDF with text, as offices send them."""
    path = folder / f"SCAN_{kind}.pdf"
    write_text_pdf(kind, bought.paper_values(kind), path)
    return path


def stands_on(bought: Purchase, title: str, name: str) -> str:
    """What a paper of that title says in a field, as a person types it; "" when it does not say it."""
    kind = next(kind for kind, known in KINDS.items() if known.title == title)
    value = bought.paper_values(kind).get(name, "") if kind != "car_photo" else bought.vehicle.plate
    return {True: "是", False: "否"}.get(value, str(value)) if isinstance(value, bool) else str(value)
