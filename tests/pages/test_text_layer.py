"""Text layers that lie, or might: what is seen decides, and where the two may part the page is marked."""

from pathlib import Path

import pytest

from reviewapp.pages import PageImage
from tests.pages.samples import page_pdf, stream
from tests.pages.test_opening import opened

TEXT = b"BT /F 24 Tf 100 700 Td (TOTAL 12800) Tj ET "
OVER_TEXT = b"q 300 0 0 40 90 690 cm /I Do Q "
GREY = b"/Type /XObject /Subtype /Image /Width 2 /Height 2 /BitsPerComponent 8 /ColorSpace /DeviceGray "


def page_of(folder: Path, content: bytes, *others: bytes, page: bytes = b"") -> PageImage:
    objects = others or (stream(b"\xff\xc0\xff\xc0", GREY),)
    file = page_pdf(stream(content), page=page, resources=b"/XObject <</I 6 0 R>>", others=objects)
    (found,) = opened(folder, file).pages
    return found


def texts(page: PageImage) -> list[str]:
    return [line.text for line in page.text_lines]


@pytest.mark.parametrize(
    "beside",
    [
        b"",
        b"1 1 1 rg 0 0 595 842 re f 0 g ",  # paper painted white before anything is written
        b"0.9 g 90 690 300 40 re f 0 g ",  # a shaded cell below the text
        b"q 80 0 0 80 400 400 cm /I Do Q ",  # a QR code elsewhere
    ],
)
def test_an_honest_page_is_not_doubted(beside: bytes, tmp_path: Path) -> None:
    page = page_of(tmp_path, beside + TEXT)
    assert texts(page) == ["TOTAL 12800"]
    assert not page.doubted_text


def test_rules_and_frames_after_the_text_are_not_doubted(tmp_path: Path) -> None:
    page = page_of(tmp_path, TEXT + b"90 690 300 0.5 re f 90 690 300 40 re S 90 680 0.5 60 re f")
    assert texts(page) == ["TOTAL 12800"]
    assert not page.doubted_text


def test_a_seal_that_lets_the_text_through_is_not_doubted(tmp_path: Path) -> None:
    mask = stream(bytes([0, 90, 90, 0]), GREY)
    seal = stream(b"\xff\0\0" * 4, GREY.replace(b"Gray", b"RGB") + b"/SMask 7 0 R ")
    page = page_of(tmp_path, TEXT + b"q 150 0 0 150 120 640 cm /I Do Q", seal, mask)
    assert texts(page) == ["TOTAL 12800"]
    assert not page.doubted_text


def test_words_over_a_scan_are_doubted(tmp_path: Path) -> None:
    page = page_of(tmp_path, b"q 595 0 0 842 0 0 cm /I Do Q " + TEXT)
    assert texts(page) == ["TOTAL 12800"]
    assert page.doubted_text


@pytest.mark.parametrize(
    "cover",
    [
        OVER_TEXT,
        b"1 1 1 rg 90 690 300 40 re f ",
        b"0.8 0.9 1 rg 90 690 300 40 re f 0 g BT /F 9 Tf 200 705 Td (9) Tj ET ",
    ],
)
def test_text_under_a_cover_is_not_read(cover: bytes, tmp_path: Path) -> None:
    page = page_of(tmp_path, TEXT + cover)
    assert "TOTAL 12800" not in texts(page)
    assert page.doubted_text


def test_text_under_an_annotation_is_not_read(tmp_path: Path) -> None:
    look = stream(b"1 1 1 rg 0 0 300 40 re f", b"/Type /XObject /Subtype /Form /BBox [0 0 300 40] ")
    stamp = b"<</Type /Annot /Subtype /Stamp /F 4 /Rect [90 690 390 730] /AP <</N 6 0 R>> >>"
    page = page_of(tmp_path, TEXT, look, stamp, page=b"/Annots [7 0 R] ")
    assert texts(page) == []
    assert page.doubted_text


def test_a_cover_inside_a_form_is_found(tmp_path: Path) -> None:
    form = b"/Type /XObject /Subtype /Form /BBox [0 0 300 40] /Matrix [1 0 0 1 90 690] "
    page = page_of(tmp_path, TEXT + b"/I Do", stream(b"1 g 0 0 300 40 re f", form))
    assert texts(page) == []
    assert page.doubted_text


def test_half_a_line_under_a_cover_is_doubted(tmp_path: Path) -> None:
    page = page_of(tmp_path, TEXT + b"1 1 1 rg 185 690 30 40 re f")
    assert texts(page) == ["TOTAL 12800"]
    assert page.doubted_text


def test_a_digit_put_in_as_a_picture_is_doubted(tmp_path: Path) -> None:
    page = page_of(tmp_path, TEXT + b"q 12 0 0 20 264 698 cm /I Do Q")
    assert texts(page) == ["TOTAL 12800"]
    assert page.doubted_text


@pytest.mark.parametrize("hiding", [b"3 Tr", b"1 g"])
def test_hidden_words_beside_visible_ones_are_doubted(hiding: bytes, tmp_path: Path) -> None:
    page = page_of(tmp_path, TEXT + b"%s BT /F 24 Tf 100 600 Td (HIDDEN) Tj ET" % hiding)
    assert texts(page) == ["TOTAL 12800"]
    assert page.doubted_text


def mapped(shown: bytes, meaning: bytes, face: bytes = b"Helvetica", size: int = 12) -> bytes:
    """A line in a font that draws `shown` and whose map to Unicode says `meaning`."""
    pairs = b"".join(b"<%02x> <%04x>\n" % pair for pair in dict(zip(shown, meaning, strict=True)).items())
    table = (
        b"/CIDInit /ProcSet findresource begin begincmap /CMapName /m def 1 begincodespacerange <00> <ff> "
        b"endcodespacerange %d beginbfchar\n%sendbfchar endcmap end" % (len(pairs.splitlines()), pairs)
    )
    font = b"<</Type /Font /Subtype /Type1 /BaseFont /%s /ToUnicode 7 0 R>>" % face
    content = stream(b"BT /L %d Tf 100 700 Td (%s) Tj ET" % (size, shown))
    return page_pdf(content, others=(font, stream(table))).replace(b"/F 5 0 R", b"/F 5 0 R /L 6 0 R")


@pytest.mark.parametrize("face", [b"Helvetica", b"Courier", b"Times-Roman", b"Times-Bold", b"Helvetica-Oblique"])
@pytest.mark.parametrize("size", [7, 9, 12, 20])
def test_honest_digits_are_not_doubted(face: bytes, size: int, tmp_path: Path) -> None:
    (page,) = opened(tmp_path, mapped(b"0123456789", b"0123456789", face, size)).pages
    assert texts(page) == ["0123456789"]
    assert not page.doubted_text


@pytest.mark.parametrize(("shown", "meaning"), [(b"12800.00", b"92800.00"), (b"46", b"91"), (b"3708", b"8203")])
@pytest.mark.parametrize("face", [b"Helvetica", b"Courier", b"Times-Roman"])
def test_digits_that_look_like_others_are_doubted(face: bytes, shown: bytes, meaning: bytes, tmp_path: Path) -> None:
    (page,) = opened(tmp_path, mapped(shown, meaning, face)).pages
    assert texts(page) == [meaning.decode()]
    assert page.doubted_text


def test_white_digits_on_a_dark_ground_are_not_doubted(tmp_path: Path) -> None:
    page = page_of(tmp_path, b"0 0 0.4 rg 0 600 595 200 re f 1 g BT /F 14 Tf 100 700 Td (0123456789) Tj ET")
    assert texts(page) == ["0123456789"]
    assert not page.doubted_text


@pytest.mark.parametrize("size", [0.01, 900, 1_000_000])
def test_letters_of_any_size_do_no_harm(size: float, tmp_path: Path) -> None:
    page = page_of(tmp_path, TEXT + b"BT /F %f Tf 0 400 Td (12) Tj ET " % size + OVER_TEXT)
    assert page.doubted_text
