"""What `bench ocr` counts, and the command with the real engine, recorded and played back."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from reviewapp.bench.ocr import seconds
from reviewapp.bench.ocr_figures import calibration, counts, figures
from reviewapp.bench.ocr_judge import EXTRA, MISSING, RIGHT, WRONG, Judged, JudgedPage, judge
from reviewapp.bench.ocr_pages import Paper, UnknownChoice, papers
from reviewapp.bench.ocr_report import write
from reviewapp.cli.bench import bench
from reviewapp.ocr import FieldReading, PageReading
from reviewapp.specimens.corpus import Specimen

SLIP = Paper(Specimen("voucher_slip", "strip", 1), "clean")


def reading(**changed: FieldReading | None) -> PageReading:
    """The slip as a perfect reader reads it, but for the fields named (None: not read)."""
    perfect = {name: FieldReading(value, 0.99, (10, 10, 200, 40), ("rapidocr",)) for name, value in TRUTH.items()}
    fields = {name: one for name, one in (perfect | changed).items() if one is not None}
    return PageReading(1, "voucher_slip", 0.9, fields=fields)


TRUTH = SLIP.specimen.truth


def outcomes(page: JudgedPage) -> dict[str, str]:
    return {field.field: field.outcome for field in page.fields if field.outcome != RIGHT}


def test_a_perfect_reading_has_no_fault() -> None:
    page = judge(SLIP, [reading()])
    assert page.kind_right
    assert page.faults == (0, 0, 0, 0)
    assert counts([page])["recall"] == 1


def test_wrong_missing_and_invented_fields_are_told_apart_and_so_is_doubt() -> None:
    page = judge(
        SLIP,
        [
            reading(
                order_amount=FieldReading("1.00", 0.95),
                face_value=FieldReading("2.00", 0.5, unsure=True),
                order_number=None,
                plate=FieldReading("晋E12345", 0.9),
            )
        ],
    )
    assert outcomes(page) == {"order_amount": WRONG, "face_value": WRONG, "order_number": MISSING, "plate": EXTRA}
    assert page.faults == (2, 0, 3, 1)
    told = counts([page])
    assert (told["fields"], told["right"]) == (len(TRUTH), len(TRUTH) - 3)
    assert (told["certainly_wrong"], told["certain"]) == (2, len(TRUTH) - 3 + 2)


def test_the_paper_of_the_right_kind_counts_where_a_picture_was_taken_for_two() -> None:
    page = judge(SLIP, [PageReading(1, "pos_slip", 0.99), reading()])
    assert page.kind_right
    assert not any(page.faults)
    wrong = judge(SLIP, [PageReading(1, "pos_slip", 0.99)])
    assert figures([page, wrong])["kinds"] == [{"truth": "voucher_slip", "read": "pos_slip", "times": 1}]


def test_characters_taken_for_others_are_counted_by_field() -> None:
    number = TRUTH["order_number"]
    misread = number[:-2] + "".join("O" if c != "O" else "0" for c in number[-2:])
    told = figures([judge(SLIP, [reading(order_number=FieldReading(misread, 0.9))])] * 2)["characters"]
    assert sum(row["times"] for row in told) == 4
    assert {(row["field"], row["read"]) for row in told} == {("order_number", "O")}


def test_confidence_is_set_against_what_came_of_it() -> None:
    fields = [Judged("total", RIGHT, "1", "1", 0.96), Judged("total", WRONG, "2", "1", 0.96, unsure=True)]
    (row,) = (row for row in calibration(fields) if row["values"])
    assert (row["from"], row["values"], row["right_rate"], row["certain"], row["certain_right_rate"]) == (
        0.95, 2, 0.5, 1, 1.0,
    )  # fmt: skip


def test_speed_compares_only_pages_that_both_have_read() -> None:
    page = judge(SLIP, [reading()])
    told = seconds([replace(page, seconds=1.2, raw_seconds=1.0), replace(page, seconds=60.0)])
    assert (told["pages"], told["seconds_a_page"], told["ratio"]) == (1, 1.2, 1.2)


def test_a_seed_shuffles_and_a_part_is_a_part_of_all() -> None:
    chosen = papers(["id_card", "pos_slip"], ["clean", "tilt+jpeg"], [0, 3], 1)
    assert chosen == papers(["id_card", "pos_slip"], ["clean", "tilt+jpeg"], [0, 3], 1)
    assert chosen != papers(["id_card", "pos_slip"], ["clean", "tilt+jpeg"], [0, 3], 2)
    assert {page.specimen.number for page in chosen} == {0, 3}


@pytest.mark.parametrize(("kinds", "damages", "said"), [(["passport"], [], "passport"), ([], ["tilt+fire"], "fire")])
def test_what_does_not_exist_is_refused_with_what_does(kinds: list[str], damages: list[str], said: str) -> None:
    with pytest.raises(UnknownChoice, match=f"{said}.*可用的有"):
        papers(kinds, damages, [0], 1)


def test_the_report_shows_the_places_that_went_wrong_and_needs_nothing_else(tmp_path: Path) -> None:
    page = judge(SLIP, [reading(order_amount=FieldReading("<b>1.00</b>", 0.95, (60, 60, 300, 90)), order_number=None)])
    told = figures([page]) | {"engine": "rapidocr", "threads": 1, "numbers": [1], "python": "3.11"}
    text = write(told, [page], tmp_path / "report").read_text(encoding="utf-8")
    assert page.paper.name in text
    assert told["by_kind_and_damage"]["voucher_slip"]["clean"]["recall"] == told["all"]["recall"]
    assert "&lt;b&gt;1.00&lt;/b&gt;" in text
    assert text.count("data:image/jpeg;base64,") == 3  # the page, the wrong place, and where the missing one is printed
    assert "http" not in text
    assert "<script" not in text


@pytest.mark.parametrize("arguments", [["--numbers", "a-b"], ["--threads", "0"]])
def test_bad_arguments_are_usage_errors(arguments: list[str]) -> None:
    done = CliRunner().invoke(bench, ["ocr", *arguments])
    assert done.exit_code == 2
    assert "Traceback" not in done.output


def run(*arguments: str) -> dict[str, Any]:
    done = CliRunner().invoke(
        bench, ["ocr", "--kinds", "voucher_slip", "--damages", "clean", "--pages", "2", *arguments]
    )
    assert done.exit_code == 0, done.output
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@pytest.mark.slow
def test_the_command_measures_and_plays_back_what_it_recorded(tmp_path: Path) -> None:
    tape = str(tmp_path / "tape")
    told = run("--workers", "2", "--timed", "2", "--sample", "1", "--memory", "2", "--record", tape)
    again = run("--replay", tape, "--workers", "1")
    assert told["speed"]["ratio"] > 0
    assert [each["workers"] for each in told["workers"]] == [2]
    assert all(each["peak_megabytes"] > 100 for each in told["workers"])
    assert [step["pages"] for step in told["memory"]] == [0, 1, 2]
    assert again["by_form"] == told["by_form"]
    assert "speed" not in again
