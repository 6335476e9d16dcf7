"""The hostile files themselves: enough of them, the same every time, and as broken (or as whole) as they say."""

import io
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from PIL import Image

from tests.support.hostile import hostile_files, pdfs, pictures, wounds, write_hostile
from tests.support.hostile.pictures import CATS, cat, invoice

REACHES_THE_READER = pictures.files() | wounds.files() | pdfs.files()
BOMB = pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")


def test_there_are_enough_of_every_sort():
    names = hostile_files()
    assert len(names) >= 300
    for part in ("cat-", "1x1", "60000x10", "cmyk", "16-bit", "palette", ".gif", "frames", "cut-at", "bits-turned"):
        assert any(part in name for name in names), part
    for part in ("locked", "400-pages", "lie-", ".ofd", "nothing.jpg", "notes.txt", "huge", "scans", "exif", "svg"):
        assert any(part in name for name in names), part


@pytest.mark.parametrize("name", ["cat-3.jpg", "paper-bits-turned-2.png", "flood-of-codes.png", "lie-text-twice.pdf"])
def test_a_file_is_the_same_every_time(name: str):
    make = REACHES_THE_READER[name]
    assert make() == make()


@BOMB
@pytest.mark.parametrize("name", [name for name in pictures.files() if not name.endswith(".pdf")])
def test_pictures_open(name: str):
    with Image.open(io.BytesIO(REACHES_THE_READER[name]())) as image:
        image.load()
        assert image.width * image.height < 100_000_000


@pytest.mark.parametrize("name", pdfs.files())
def test_pdfs_open(name: str):
    with pypdfium2.PdfDocument(REACHES_THE_READER[name]()) as document:
        assert len(document) == 1


@pytest.mark.parametrize("name", ["lie-text-under-picture.pdf", "lie-text-invisible-over-picture.pdf"])
def test_a_lying_layer_says_what_the_picture_does_not(name: str):
    with pypdfium2.PdfDocument(REACHES_THE_READER[name]()) as document:
        page = document[0]
        shown = np.asarray(page.render(scale=1).to_pil().convert("L"))
        text_page = page.get_textpage()
        text = text_page.get_text_range()
        text_page.close()
        page.close()
    assert "999999.99" in text
    assert shown[:400].min() < 128


def test_a_map_makes_digits_say_others():
    with pypdfium2.PdfDocument(REACHES_THE_READER["lie-digits-by-map.pdf"]()) as document:
        page = document[0]
        text_page = page.get_textpage()
        text = text_page.get_text_range()
        text_page.close()
        page.close()
    assert "2023-12-28" not in text


def test_wounds_are_wounds():
    for kind in ("jpg", "png", "webp", "heic", "tiff", "pdf"):
        sound = wounds.paper(kind)
        assert REACHES_THE_READER[f"paper-cut-at-60.{kind}"]() == sound[: round(len(sound) * 0.6)]
        turned = REACHES_THE_READER[f"paper-bits-turned-0.{kind}"]()
        differing = np.frombuffer(turned, np.uint8) ^ np.frombuffer(sound, np.uint8)
        assert 1 <= int(np.unpackbits(differing).sum()) <= 10


def test_a_progressive_picture_sharpens_scan_by_scan():
    whole = np.asarray(invoice().convert("L"), dtype=np.int16)
    losses = []
    for scans in (1, 2, 3):
        with Image.open(io.BytesIO(REACHES_THE_READER[f"paper-{scans}-scans.jpg"]())) as image:
            losses.append(np.abs(np.asarray(image.convert("L"), dtype=np.int16) - whole).mean())
    assert losses[0] > losses[-1]


def test_cats_differ():
    assert len({cat(seed).tobytes() for seed in range(CATS)}) == CATS


def test_files_are_written_under_names_that_a_path_can_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    files = {"../../etc/passwd.jpg": lambda: b"x", "one\ntwo.png": lambda: b"y"}
    monkeypatch.setattr("tests.support.hostile.hostile_files", lambda: files)
    paths = write_hostile(tmp_path / "new")
    assert [path.read_bytes() for path in paths] == [b"x", b"y"]
    assert {path.parent for path in paths} == {tmp_path / "new"}
