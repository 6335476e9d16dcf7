"""The real engines on rendered papers: kinds, exactness, and never a wrong number that passes for certain."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from PIL import Image

from reviewapp.cli.ocr import ocr
from reviewapp.ocr import PageReading, Reader
from reviewapp.ocr.kinds import FORMS
from reviewapp.pages import open_file
from reviewapp.specimens.damage import damage, phone_photo
from reviewapp.specimens.papers import write_photo, write_text_pdf
from tests.ocr.papers import FORMS_TO_READ, page_of, paper, same

pytestmark = pytest.mark.slow

CLEAN_FLOOR, DAMAGED_FLOOR = 0.97, 0.92
SHARES = 3
ROTATED = {"turn90": 270, "turn180": 180, "turn270": 90}
"""The clockwise turn that undoes each damage."""
STATES: dict[str, Callable[[Image.Image, int], Image.Image]] = {
    "clean": lambda image, seed: image,
    "phone": phone_photo,
    "tilted_and_compressed": lambda image, seed: damage(image, ["tilt", "jpeg"], seed),
    "stamped": lambda image, seed: damage(image, ["stamp"], seed),
    "half_size_upside_down": lambda image, seed: damage(image, ["turn180", "half"], seed),
}


@pytest.fixture(scope="module")
def reader() -> Reader:
    made = Reader(threads=1)
    made.warm_up()
    return made


# Every form in one state; on every run the third of them that has all kinds. `reviewapp bench ocr` reads all in all.
@pytest.mark.parametrize("share", [*(pytest.param(share, marks=pytest.mark.long) for share in (0, 1)), 2])
@pytest.mark.parametrize("state", STATES)
def test_papers_are_read_exactly_or_doubted(reader: Reader, state: str, share: int) -> None:
    fields, right, certain_and_wrong = 0, 0, []
    first = SHARES * list(STATES).index(state) + share
    for number, (kind, form) in list(enumerate(FORMS_TO_READ))[first :: SHARES * len(STATES)]:
        image, truth = paper(kind, form, number + 7)
        (reading,) = reader.read(page_of(STATES[state](image, number)))
        assert reading.kind == kind
        fields += len(truth)
        right += sum(_right(reading, name, value) for name, value in truth.items())
        certain_and_wrong += [
            (kind, name, value, reading.fields[name])
            for name, value in truth.items()
            if _certainly_wrong(reading, name, value)
        ]
    assert certain_and_wrong == []
    assert right / fields >= (CLEAN_FLOOR if state == "clean" else DAMAGED_FLOOR)


@pytest.fixture(scope="module")
def upright(reader: Reader) -> tuple[int, int, int, int] | None:
    """Where the VIN of the licence stands that the next test turns."""
    image, _ = paper("vehicle_licence", "both", 3)
    return reader.read(page_of(image))[0].fields["vin"].box


@pytest.mark.parametrize("turn", ROTATED)
def test_a_turned_page_tells_its_rotation_and_boxes_on_the_page_as_given(
    reader: Reader, upright: tuple[int, int, int, int] | None, turn: str
) -> None:
    image, truth = paper("vehicle_licence", "both", 3)
    (reading,) = reader.read(page_of(damage(image, [turn], 0)))
    assert reading.rotation == ROTATED[turn]
    box = reading.fields["vin"].box
    assert reading.fields["vin"].value == truth["vin"]
    assert upright is not None
    assert box is not None
    left, top, right, bottom = upright
    width, height = image.size
    there = {
        "turn90": (height - bottom, left, height - top, right),
        "turn180": (width - right, height - bottom, width - left, height - top),
        "turn270": (top, width - right, bottom, width - left),
    }[turn]
    assert box == pytest.approx(there, abs=14)


def test_print_too_small_to_read_asks_for_a_new_photograph(reader: Reader) -> None:
    image, truth = paper("vehicle_invoice", "paper", 4)
    (small,) = reader.read(page_of(image.resize((image.width // 4, image.height // 4), Image.Resampling.BICUBIC)))
    assert not small.legible
    assert not any(_certainly_wrong(small, name, value) for name, value in truth.items())
    assert all(each.unsure or len(each.sources) > 1 for each in small.fields.values())


def test_an_empty_page_is_other_and_illegible(reader: Reader) -> None:
    (reading,) = reader.read(page_of(Image.new("RGB", (900, 1200), "white")))
    assert (reading.kind, reading.legible, reading.fields) == ("other", False, {})


def test_a_kind_that_somebody_knows_is_kept_and_its_fit_told(reader: Reader) -> None:
    image, truth = paper("id_card", "copy", 2)
    (wrong,) = reader.read(page_of(image), kind="vehicle_licence")
    (right,) = reader.read(page_of(image), kind="id_card")
    assert wrong.kind == "vehicle_licence"
    assert wrong.kind_confidence < 0.5 < right.kind_confidence
    assert right.fields["id_number"].value == truth["id_number"]


def test_a_pdf_with_text_is_not_recognised_but_read(reader: Reader, tmp_path: Path) -> None:
    _, truth = paper("vehicle_invoice", "electronic", 5)
    write_text_pdf("vehicle_invoice", truth, tmp_path / "invoice.pdf", seed=5)
    (reading,) = reader.read(open_file(tmp_path / "invoice.pdf").pages[0])
    assert {name: reading.fields[name].value for name in truth} == truth
    assert all(each.sources[0] == "text_layer" and not each.unsure for each in reading.fields.values())
    assert "qr" in reading.fields["invoice_number"].sources


def test_tesseract_alone_reads_a_slip_and_is_certain_of_nothing_unproven() -> None:
    image, truth = paper("voucher_slip", "strip", 1)
    (reading,) = Reader("tesseract").read(page_of(damage(image, ["turn180"], 0)))
    assert (reading.kind, reading.rotation) == ("voucher_slip", 180)
    assert sum(_right(reading, name, value) for name, value in truth.items()) >= 3
    assert all(each.unsure for each in reading.fields.values())


def test_the_command_prints_one_object_a_file_and_reads_on_after_a_bad_one(tmp_path: Path) -> None:
    image, truth = paper("pos_slip", "strip", 6)
    write_photo(image, tmp_path / "slip.jpg")
    (tmp_path / "empty.jpg").write_bytes(b"")
    files = [str(tmp_path / name) for name in ("empty.jpg", "slip.jpg", "missing.png")]
    done = CliRunner().invoke(ocr, ["read", *files, "--jsonl"])
    empty, slip, missing = (json.loads(line) for line in done.stdout.splitlines())
    assert done.exit_code == 2
    assert [each["file"] for each in (empty, slip, missing)] == files
    assert (empty["error"]["code"], missing["error"]["code"]) == ("empty_file", "not_found")
    (page,) = slip["pages"]
    assert (page["page"], page["kind"], page["rotation"]) == (1, "pos_slip", 0)
    assert page["fields"]["amount"]["value"] == truth["amount"]
    assert len(page["fields"]["amount"]["box"]) == 4
    assert slip["seconds"] > 0


def test_the_command_tells_kinds_with_the_words_that_tell_them(tmp_path: Path) -> None:
    image, _ = paper("pos_slip", "strip", 6)
    write_photo(image, tmp_path / "slip.jpg")
    write_photo(Image.new("RGB", (900, 1200), "white"), tmp_path / "blank.jpg")
    files = [str(tmp_path / name) for name in ("slip.jpg", "blank.jpg", "missing.png")]
    done = CliRunner().invoke(ocr, ["classify", *files, "--jsonl"])
    slip, blank, missing = (json.loads(line) for line in done.stdout.splitlines())
    assert done.exit_code == 2
    assert missing["error"]["code"] == "not_found"
    (page,) = slip["pages"]
    assert (page["kind"], page["guesses"][0]["kind"]) == ("pos_slip", "pos_slip")
    assert "签购单" in page["guesses"][0]["words"]
    assert [guess["score"] for guess in page["guesses"]] == sorted((g["score"] for g in page["guesses"]), reverse=True)
    assert (blank["pages"][0]["kind"], blank["pages"][0]["guesses"]) == ("other", [])


def test_the_command_refuses_an_unknown_engine_and_kind() -> None:
    for option in (["--engine", "abacus"], ["--kind", "passport"]):
        done = CliRunner().invoke(ocr, ["read", "x.jpg", *option])
        assert done.exit_code == 2
        assert "Traceback" not in done.output


def _right(reading: PageReading, name: str, truth: Any) -> bool:
    return name in reading.fields and same(name, reading.fields[name].value, truth)


def _certainly_wrong(reading: PageReading, name: str, truth: Any) -> bool:
    """A number of money, identity or date that is wrong and not marked as doubtful."""
    field = FORMS[reading.kind].field_named(name)
    if field is None or not field.number or name not in reading.fields:
        return False
    return not reading.fields[name].unsure and not same(name, reading.fields[name].value, truth)
