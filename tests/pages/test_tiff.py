"""TIFFs as scanners and fax machines write them: every packing, every depth, several pages."""

import struct
from pathlib import Path

import pytest
from PIL import Image

from reviewapp.pages import RefusedFile, inspect_file
from tests.pages.samples import saved, scene
from tests.pages.test_opening import assert_scene, near, opened, pixels


@pytest.mark.parametrize("packing", [None, "tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg"])
def test_every_packing_of_colour(packing: str | None, tmp_path: Path) -> None:
    (page,) = opened(tmp_path, saved(scene(), "TIFF", compression=packing)).pages
    assert_scene(pixels(page))


@pytest.mark.parametrize("packing", ["group3", "group4", "tiff_ccitt"])
def test_black_and_white_of_a_fax(packing: str, tmp_path: Path) -> None:
    (page,) = opened(tmp_path, saved(scene(mode="1"), "TIFF", compression=packing)).pages
    shown = pixels(page)
    assert near(shown.getpixel((315, 235)), (255, 255, 255))
    assert near(shown.getpixel((5, 235)), (0, 0, 0))


def test_colours_survive_cmyk(tmp_path: Path) -> None:
    (page,) = opened(tmp_path, saved(scene(mode="CMYK"), "TIFF", compression="tiff_lzw")).pages
    assert_scene(pixels(page))


def test_sixteen_bit_grey_is_scaled(tmp_path: Path) -> None:
    (page,) = opened(tmp_path, saved(Image.new("I;16", (40, 40), 0x4000), "TIFF")).pages
    assert near(pixels(page).getpixel((20, 20)), (64, 64, 64), 2)


def test_big_endian_and_big_tiff(tmp_path: Path) -> None:
    for content in (big_endian(), saved(scene(), "TIFF", big_tiff=True)):
        document = opened(tmp_path, content)
        assert document.media_type == "image/tiff"
        assert_scene(pixels(document.pages[0]))


def big_endian() -> bytes:
    data = scene().tobytes()
    entries = [(256, 3, 1, 320 << 16), (257, 3, 1, 240 << 16), (258, 3, 1, 8 << 16), (259, 3, 1, 1 << 16)]
    entries += [(262, 3, 1, 2 << 16), (273, 4, 1, 8), (277, 3, 1, 3 << 16), (278, 3, 1, 240 << 16)]
    entries += [(279, 4, 1, len(data))]
    directory = b"".join(struct.pack(">HHII", *entry) for entry in entries)
    return b"MM\0*" + struct.pack(">I", 8 + len(data)) + data + struct.pack(">H", len(entries)) + directory + bytes(4)


def test_every_frame_is_a_page(tmp_path: Path) -> None:
    frames = [Image.new("1", (200, 100)), scene(400, 300, "CMYK")]
    document = opened(tmp_path, saved(scene(), "TIFF", save_all=True, append_images=frames))
    assert [(page.number, page.width, page.height) for page in document.pages] == [
        (1, 320, 240), (2, 200, 100), (3, 400, 300)
    ]  # fmt: skip
    assert_scene(pixels(document.pages[2]))
    assert inspect_file(tmp_path / "file").page_count == 3


def test_more_pages_than_a_pdf_may_have_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(saved(scene(60, 40), "TIFF", save_all=True, append_images=[scene(60, 40)] * 20))
    with pytest.raises(RefusedFile) as refused:
        inspect_file(path)
    assert refused.value.code == "too_many_pages"
    assert "20 页的上限" in refused.value.message


def test_pixels_of_a_fax_are_made_square(tmp_path: Path) -> None:
    (page,) = opened(tmp_path, saved(scene(320, 120, "1"), "TIFF", dpi=(204, 98), compression="group4")).pages
    assert (page.width, page.height) == (320, 250)
