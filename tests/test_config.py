"""Settings that are numbers, and how the cores are shared out."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reviewapp import machine
from reviewapp.config import OCR_MEMORY, BadSetting, Settings
from reviewapp.policy.retention import Retention
from reviewapp.stack import plan
from reviewapp.stack.plan import Options


def settings(folder: Path, **environment: str) -> Settings:
    return Settings.from_environment({"REVIEWAPP_DATA": str(folder), **environment})


def test_reading_has_defaults_that_work_alone(tmp_path: Path) -> None:
    alone = settings(tmp_path)
    assert (alone.ocr_engine, alone.ocr_threads, alone.ocr_memory) == ("rapidocr", machine.usable_cores(), OCR_MEMORY)


def test_what_the_environment_says_counts(tmp_path: Path) -> None:
    told = settings(tmp_path, OCR_ENGINE="openvino", OCR_THREADS="3", OCR_MEMORY="2400")
    assert (told.ocr_engine, told.ocr_threads, told.ocr_memory) == ("openvino", 3, 2400)


def test_the_desk_may_hold_nothing_back(tmp_path: Path) -> None:
    assert (settings(tmp_path).undo_seconds, settings(tmp_path, UNDO_SECONDS="0").undo_seconds) == (5, 0)
    with pytest.raises(BadSetting, match=r"UNDO_SECONDS.*soon"):
        settings(tmp_path, UNDO_SECONDS="soon")


def test_drafts_are_kept_as_long_as_the_office_says_and_in_a_demonstration_for_good(tmp_path: Path) -> None:
    assert settings(tmp_path).retention == Retention(30, 180)
    assert settings(tmp_path, DRAFT_DAYS="60", LATE_DRAFT_DAYS="90").retention == Retention(60, 90)
    assert settings(tmp_path, REVIEWAPP_DEMO="1").retention is None


def test_names_are_published_as_long_as_the_office_says(tmp_path: Path) -> None:
    usual, said = settings(tmp_path), settings(tmp_path, NAMES_DAYS="30", OBJECTIONS_TO=" 县商务局，0000-0000000 ")
    assert (usual.names_days, usual.objections_to) == (90, "")
    assert (said.names_days, said.objections_to) == (30, "县商务局，0000-0000000")


@pytest.mark.parametrize("value", ["0", "-1", "two", "1.5"])
def test_a_number_that_is_none_is_refused_with_its_name(tmp_path: Path, value: str) -> None:
    with pytest.raises(BadSetting, match=f"OCR_THREADS.*{value}"):
        settings(tmp_path, OCR_THREADS=value)


@pytest.mark.parametrize(("cores", "workers", "threads"), [(8, 1, "8"), (8, 3, "2"), (2, 4, "1")])
def test_cores_are_shared_out_among_the_readers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cores: int, workers: int, threads: str
) -> None:
    monkeypatch.setattr(plan, "usable_cores", lambda: cores)
    options = Options(port=1, bank_port=2, ocr_workers=workers)
    assert plan.environment(settings(tmp_path), options, {})["OCR_THREADS"] == threads
    assert plan.environment(settings(tmp_path), options, {"OCR_THREADS": "7"})["OCR_THREADS"] == "7"


@pytest.mark.parametrize(("quota", "cores"), [("150000 100000", 1), ("50000 100000", 1), ("max 100000", None)])
def test_a_container_with_a_quota_has_fewer_cores(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quota: str, cores: int | None
) -> None:
    (tmp_path / "cpu.max").write_text(quota)
    monkeypatch.setattr(machine, "_QUOTA", tmp_path / "cpu.max")
    assert machine.usable_cores() == (cores or len(os.sched_getaffinity(0)))


def test_memory_held_is_told_in_megabytes() -> None:
    before = machine.resident_megabytes()
    ballast = b"x" * (64 * 1024 * 1024)
    assert 48 <= machine.resident_megabytes() - before <= 96
    assert ballast
