"""What open_file and inspect_file make of sound files: upright, small enough, free of metadata, boxes on the ink."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from reviewapp.pages import DEFAULT, Document, PageImage, RefusedFile, inspect_file, open_file
from tests.pages.samples import PICTURE_KINDS, many_pages, page_pdf, saved, scene, sound, stream, text_pdf

RED, GREEN, BLUE, WHITE = (220, 30, 30), (30, 160, 30), (30, 30, 220), (255, 255, 255)
# EXIF orientation -> colours found in the stored corners when the upright picture is `scene`.
STORED_BY = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def opened(folder: Path, content: bytes) -> Document:
    path = folder / "file"
    path.write_bytes(content)
    return open_file(path)


def pixels(page: PageImage) -> Image.Image:
    image = Image.open(io.BytesIO(page.jpeg), formats=["JPEG"])
    assert image.size == (page.width, page.height)
    assert image.mode == "RGB"
    return image


def corners(image: Image.Image) -> list[tuple[int, ...]]:
    w, h = image.width - 5, image.height - 5
    return [image.getpixel(at) for at in ((5, 5), (w, 5), (5, h), (w, h))]


def near(found: tuple[int, ...], wanted: tuple[int, ...], most: int = 40) -> bool:
    return all(abs(a - b) <= most for a, b in zip(found, wanted, strict=True))


def assert_scene(image: Image.Image) -> None:
    found = corners(image)
    assert all(map(near, found, (RED, GREEN, BLUE, WHITE))), found


@pytest.mark.parametrize("kind", [*PICTURE_KINDS, "progressive"])
def test_a_picture_of_every_kind_is_one_page(kind: str, tmp_path: Path) -> None:
    document = opened(tmp_path, sound(kind))
    assert document.media_type == f"image/{ {'jpg': 'jpeg', 'progressive': 'jpeg'}.get(kind, kind) }"
    (page,) = document.pages
    assert (page.number, page.width, page.height, page.text_lines) == (1, 320, 240, ())
    assert_scene(pixels(page))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_turn_is_applied_to_the_pixels(orientation: int, kind: str, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    turn = STORED_BY.get(orientation)
    stored = scene() if turn is None else scene().transpose(turn)
    (page,) = opened(tmp_path, saved(stored, kind, exif=exif)).pages
    assert (page.width, page.height) == (320, 240)
    assert_scene(pixels(page))


def test_heic_is_turned_once_only(tmp_path: Path) -> None:
    """The container's own turn counts; EXIF repeats it for information (ISO/IEC 23008-12)."""
    exif = Image.Exif()
    exif[0x0112] = 6
    (page,) = opened(tmp_path, saved(scene().transpose(Image.Transpose.ROTATE_90), "HEIF", exif=exif.tobytes())).pages
    assert_scene(pixels(page))


def test_a_large_photo_is_reduced_before_and_after_the_turn(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    stored = scene(6000, 4500).transpose(Image.Transpose.ROTATE_90)
    (page,) = opened(tmp_path, saved(stored, "JPEG", exif=exif)).pages
    assert (page.width, page.height) == (2400, 1800)
    assert_scene(pixels(page))


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "L", "1"])
def test_a_large_png_is_reduced_in_strips_without_seams(mode: str, tmp_path: Path) -> None:
    (page,) = opened(tmp_path, saved(scene(5001, 7003, mode), "PNG", compress_level=1)).pages
    assert page.height == 2400
    assert abs(page.width - 5001 * 2400 / 7003) <= 1
    image = pixels(page)
    if mode in ("RGB", "RGBA"):
        assert_scene(image)
    middle = [image.getpixel((page.width // 2, y))[0] for y in range(page.height)]
    assert min(middle) >= 250


def test_metadata_is_stripped(tmp_path: Path) -> None:
    secret = b"24.123456N-secret-place"
    exif, info = Image.Exif(), PngInfo()
    exif[0x010E] = secret.decode()
    info.add_text("Comment", secret.decode())
    for content in (
        saved(scene(), "JPEG", exif=exif, comment=secret, icc_profile=secret, xmp=secret),
        saved(scene(), "PNG", pnginfo=info, icc_profile=secret),
        saved(scene(), "WEBP", exif=exif, xmp=secret, icc_profile=secret),
        saved(scene(), "HEIF", exif=exif),
    ):
        assert secret in content or content.startswith(b"\x89PNG")
        (page,) = opened(tmp_path, content).pages
        assert secret not in page.jpeg
        assert set(pixels(page).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_colours_survive_cmyk(tmp_path: Path) -> None:
    (page,) = opened(tmp_path, saved(scene(mode="CMYK"), "JPEG")).pages
    assert_scene(pixels(page))


def test_sixteen_bit_grey_is_scaled_not_cut_off(tmp_path: Path) -> None:
    (page,) = opened(tmp_path, saved(Image.new("I;16", (40, 40), 0x4000), "PNG")).pages
    assert near(pixels(page).getpixel((20, 20)), (64, 64, 64), 2)


def test_what_is_transparent_becomes_white_paper(tmp_path: Path) -> None:
    for mode in ("RGBA", "LA"):
        clear = Image.new(mode, (40, 40), (0,) * len(mode))
        (page,) = opened(tmp_path, saved(clear, "PNG")).pages
        assert near(pixels(page).getpixel((20, 20)), WHITE, 2)
    palette = Image.new("P", (40, 40), 0)
    palette.putpalette([0, 0, 0, 255, 0, 0])
    (page,) = opened(tmp_path, saved(palette, "PNG", transparency=0)).pages
    assert near(pixels(page).getpixel((20, 20)), WHITE, 2)


@pytest.mark.parametrize("kind", ["WEBP", "PNG", "MPO"])
def test_of_an_animation_the_first_frame_is_shown(kind: str, tmp_path: Path) -> None:
    second = Image.new("RGB", (320, 240), "black")
    document = opened(tmp_path, saved(scene(), kind, save_all=True, append_images=[second]))
    assert_scene(pixels(document.pages[0]))
    assert len(document.pages) == 1


def test_pdf_text_lines_lie_on_their_ink(tmp_path: Path) -> None:
    document = opened(tmp_path, text_pdf("INVOICE 12800.00"))
    assert document.media_type == "application/pdf"
    (page,) = document.pages
    assert (page.width, page.height) == (1653, 2339)
    (line,) = page.text_lines
    assert line.text == "INVOICE 12800.00"
    assert_ink(pixels(page), line.box)


@pytest.mark.parametrize(
    "page",
    [b"/Rotate 90 ", b"/Rotate 180 ", b"/Rotate 270 ", b"/MediaBox [50 600 500 800] ", b"/CropBox [80 650 400 750] "],
)
def test_boxes_follow_a_turned_or_cropped_page(page: bytes, tmp_path: Path) -> None:
    (shown,) = opened(tmp_path, text_pdf("AB", page=page)).pages
    boxes = [line.box for line in shown.text_lines]
    around = (min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes))
    assert_ink(pixels(shown), around)


def assert_ink(image: Image.Image, box: tuple[int, int, int, int]) -> None:
    """All dark pixels of the page are inside the box (give or take two pixels), and they fill it to its edges."""
    ink = image.convert("L").point(lambda value: 255 * (value < 128)).getbbox()
    assert ink is not None
    assert all(abs(a - b) <= 3 for a, b in zip(ink, box, strict=True)), (ink, box)


def test_cells_of_a_table_row_are_lines_of_their_own(tmp_path: Path) -> None:
    row = stream(b"BT /F 12 Tf 100 700 Td (Total) Tj 200 0 Td (128 000) Tj 0 -20 Td (next) Tj ET")
    (page,) = opened(tmp_path, page_pdf(row)).pages
    assert [line.text for line in page.text_lines] == ["Total", "128 000", "next"]


def test_text_set_character_by_character_is_one_line(tmp_path: Path) -> None:
    single = b"".join(b"BT /F 12 Tf %d 700 Td (%c) Tj ET " % (100 + 8 * n, c) for n, c in enumerate(b"LSVAA4188"))
    (page,) = opened(tmp_path, page_pdf(stream(single))).pages
    assert [line.text for line in page.text_lines] == ["LSVAA4188"]


@pytest.mark.parametrize("hiding", [b"3 Tr", b"1 1 1 rg", b"0.98 g", b"1 0 0 1 5000 0 cm"])
def test_text_nobody_can_see_is_not_read(hiding: bytes, tmp_path: Path) -> None:
    (page,) = opened(tmp_path, page_pdf(stream(b"%s BT /F 24 Tf 100 700 Td (HIDDEN) Tj ET" % hiding))).pages
    assert page.text_lines == ()


def test_pale_text_is_read(tmp_path: Path) -> None:
    (page,) = opened(tmp_path, page_pdf(stream(b"0.8 g BT /F 24 Tf 100 700 Td (PALE) Tj ET"))).pages
    assert [line.text for line in page.text_lines] == ["PALE"]


def test_a_scanned_pdf_has_pages_without_lines(tmp_path: Path) -> None:
    document = opened(tmp_path, saved(scene(), "PDF", save_all=True, append_images=[scene()] * 2, resolution=50))
    assert [page.number for page in document.pages] == [1, 2, 3]
    assert all(page.text_lines == () for page in document.pages)
    assert_scene(pixels(document.pages[2]))


def test_a_poster_is_bounded_by_its_long_side(tmp_path: Path) -> None:
    (page,) = opened(tmp_path, text_pdf("x", page=b"/MediaBox [0 0 4000 8000] ")).pages
    assert (page.width, page.height) in ((1200, 2399), (1200, 2400))


def test_the_seal_of_a_signature_field_is_drawn(tmp_path: Path) -> None:
    """Electronic invoices carry their red seal as the appearance of a signature field."""
    seal = stream(b"1 0 0 rg 0 0 100 100 re f", b"/Type /XObject /Subtype /Form /BBox [0 0 100 100] ")
    field = b"<</Type /Annot /Subtype /Widget /FT /Sig /T (s) /F 4 /Rect [100 100 200 200] /AP <</N 6 0 R>> >>"
    content = page_pdf(stream(b""), page=b"/Annots [7 0 R] ", others=(seal, field)).replace(
        b"<</Type /Catalog ", b"<</Type /Catalog /AcroForm <</SigFlags 1 /Fields [7 0 R]>> "
    )
    (page,) = opened(tmp_path, content).pages
    scale = 200 / 72
    assert near(pixels(page).getpixel((round(150 * scale), round((842 - 150) * scale))), (254, 0, 0), 10)


def test_inspection_tells_kind_pages_and_size(tmp_path: Path) -> None:
    path = tmp_path / "file"
    for content, wanted in (
        (sound("jpg"), ("image/jpeg", 1, 320, 240)),
        (sound("heic"), ("image/heic", 1, 320, 240)),
        (many_pages(3), ("application/pdf", 3, 1653, 2339)),
    ):
        path.write_bytes(content)
        info = inspect_file(path)
        assert (info.media_type, info.page_count, info.width, info.height) == wanted


def test_limits_are_settings_and_the_sentence_names_them(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(many_pages(3))
    with pytest.raises(RefusedFile) as pages:
        inspect_file(path, replace(DEFAULT, pages=2))
    assert pages.value.code == "too_many_pages"
    assert "3 页" in pages.value.message
    assert "2 页的上限" in pages.value.message
    path.write_bytes(sound("webp"))
    with pytest.raises(RefusedFile) as wide:
        inspect_file(path, replace(DEFAULT, pixels=50_000))
    assert wide.value.code == "too_many_pixels"
    assert "320×240" in wide.value.message
    with pytest.raises(RefusedFile) as large:
        inspect_file(path, replace(DEFAULT, file_bytes=10))
    assert large.value.code == "too_large"


def test_the_file_itself_is_left_as_it_was(tmp_path: Path) -> None:
    opened(tmp_path, sound("jpg"))
    assert (tmp_path / "file").read_bytes() == sound("jpg")
