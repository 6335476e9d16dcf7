"""Schemes beside the published ones, for the length of a test."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from reviewapp import schemes

CODE = "yangcheng-2023"
_FUEL_TIER = "{ from = 100000, below = 200000, pays = 3000 }"
_CLOSING = "until = 2024-01-15"


def second_text() -> str:
    """yangcheng-2023 as its version 2: fuel cars of the third tier get 500 yuan more, invoices count a day longer."""
    text = (schemes.ROOT / CODE / "1.toml").read_text("utf-8")
    for old, new in (
        ("\nversion = 1\n", "\nversion = 2\n"),
        (_FUEL_TIER, _FUEL_TIER.replace("3000", "3500")),
        (_CLOSING, "until = 2024-01-16"),
    ):
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def publish_second(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """For this test the schemes are yangcheng-2023 alone, in its versions 1 and 2."""
    root = folder / "schemes"
    (root / CODE).mkdir(parents=True)
    for name in ("published.lock", f"{CODE}/1.toml", f"{CODE}/cases.toml"):
        (root / name).write_bytes((schemes.ROOT / name).read_bytes())
    (root / CODE / "2.toml").write_text(second_text(), "utf-8")
    monkeypatch.setattr(schemes, "ROOT", root)
    schemes._load.cache_clear()


def copied(folder: Path, monkeypatch: pytest.MonkeyPatch, *codes: str) -> Path:
    """For this test the schemes are copies of these, with what stands beside them, free to be changed; their folder."""
    for code in codes:
        shutil.copytree(schemes.ROOT / code, folder / code)
    shutil.copy(schemes.ROOT / schemes.LOCK, folder / schemes.LOCK)
    monkeypatch.setattr(schemes, "ROOT", folder)
    return folder
