"""Photographs: kinds that the picture tells, plates, barcodes, cards, and the grade of an efficiency label."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from reviewapp.ocr import Reader
from reviewapp.ocr.classify import classify
from reviewapp.ocr.codes import EAN13, Code, read_part
from reviewapp.ocr.engines import Pixels
from reviewapp.ocr.evidence import Evidence
from reviewapp.ocr.extract import extract
from reviewapp.ocr.kinds import FORMS, bank_card, commodity_code, grade, plates
from reviewapp.ocr.layout import Sheet, Spot
from reviewapp.ocr.lines import Line, box_quad, make_line
from reviewapp.ocr.picture import Picture
from reviewapp.ocr.readings import FieldReading
from reviewapp.ocr.view import View
from reviewapp.specimens.corpus import Specimen
from reviewapp.specimens.damage import damage, phone_photo
from reviewapp.specimens.papers import FORMS as DRAWN
from tests.ocr.papers import page_of

EAN, OTHER_EAN = "6901234567892", "6922222222227"
Draw = Callable[[int], Image.Image]


def pixels(image: Image.Image) -> Pixels:
    return np.ascontiguousarray(np.asarray(image.convert("RGB"))[:, :, ::-1])


def line(text: str, left: float, top: float, right: float, bottom: float, score: float = 1.0) -> Line:
    return make_line(text, box_quad((left, top, right, bottom)), score)


def viewed(colour: Pixels, lines: Sequence[Line] = (), codes: Sequence[Code] = (), printed: str = "") -> View:
    """A page of which the engine reads `printed` when it is shown the arrow by itself."""
    sheet = Sheet(tuple(lines), {})
    spots = commodity_code.FORM.find(sheet, {}) if commodity_code.FORM.find else {}
    return View(colour, sheet, spots, codes, lambda part: (), lambda quads: (0, 0, 1, 1), lambda part: printed)


def cat(seed: int) -> Image.Image:
    rng = random.Random(seed)
    image = Image.new("RGB", (1600, 1200), tuple(rng.randint(90, 200) for _ in range(3)))
    draw = ImageDraw.Draw(image)
    coat = tuple(rng.randint(60, 200) for _ in range(3))
    for box in ((500, 500, 1200, 1100), (600, 250, 1050, 650)):
        draw.ellipse(box, fill=coat)
    for ear in ([(620, 350), (640, 150), (760, 280)], [(1030, 350), (1010, 150), (890, 280)]):
        draw.polygon(ear, fill=coat)
    for y in (500, 520, 540):
        draw.line((500, y, 720, 520), fill=(240, 240, 240), width=3)
    return damage(image, ["noise"], seed)


def landscape(seed: int) -> Image.Image:
    rng = random.Random(seed)
    image = Image.new("RGB", (1600, 1200), (130, 180, 230))
    draw = ImageDraw.Draw(image)
    for row in range(4):
        tops = [(x, 500 + 150 * row + rng.randint(-40, 40)) for x in range(0, 1700, 100)]
        draw.polygon([(0, 1200), *tops, (1600, 1200)], fill=(60 + 20 * row, 120 + 20 * row, 60))
    for _ in range(6):
        x = rng.randint(0, 1600)
        draw.rectangle((x, 400, x + 20, 900), fill=(80, 60, 40))
    return image.filter(ImageFilter.GaussianBlur(1))


def blank(seed: int) -> Image.Image:
    return damage(Image.new("RGB", (1400, 1900), "white"), ["perspective", "light"], seed)


def checks(seed: int) -> Image.Image:
    """A tiled wall, or a cloth."""
    rng = random.Random(seed)
    light, dark = ((rng.randint(low, low + 60),) * 3 for low in (180, 40))
    image, side = Image.new("RGB", (1200, 1600), light), 1200 // rng.randint(8, 12)
    draw = ImageDraw.Draw(image)
    for x in range(0, 1200, side):
        for y in range(x // side % 2 * side, 1600, 2 * side):
            draw.rectangle((x, y, x + side, y + side), fill=dark)
    return image


def empty_form(seed: int) -> Image.Image:
    """A table nobody has filled in."""
    rng = random.Random(seed)
    image = Image.new("RGB", (1400, 1900), (250, 250, 248))
    draw = ImageDraw.Draw(image)
    rows, columns = rng.randint(10, 24), rng.randint(3, 6)
    for row in range(rows + 1):
        draw.line((150, 200 + 1500 * row / rows, 1250, 200 + 1500 * row / rows), fill=(40, 40, 40), width=3)
    for column in range(columns + 1):
        draw.line((150 + 1100 * column / columns, 200, 150 + 1100 * column / columns, 1700), fill=(40, 40, 40), width=3)
    return image


def unreadable(kind: str, form: str) -> Image.Image:
    return phone_photo(Specimen(kind, form, 1).picture().filter(ImageFilter.GaussianBlur(12)), 1)


@pytest.mark.parametrize("form", DRAWN["goods_photo"])
@pytest.mark.parametrize("state", [["half"], ["light", "jpeg"]], ids=str)
def test_goods_in_a_room_are_told_by_what_is_seen_of_them(form: str, state: list[str]) -> None:
    for number in (0, 3):
        image = damage(Specimen("goods_photo", form, number).picture(), state, number)
        kind, confidence = classify([], Picture(pixels(image), 0))
        assert (kind, confidence > 0.5) == ("goods_photo", True)


@pytest.mark.parametrize(
    ("form", "state"),
    [
        ("fridge", "copy"),
        ("fridge", "fade"),
        ("washer", "toner"),
        ("washer", "fax"),
        ("sofa", "fax"),
        ("table", "copy"),
    ],
)
def test_goods_are_told_without_colour_and_as_pale_as_paper(form: str, state: str) -> None:
    image = damage(Specimen("goods_photo", form, 1).picture(), [state], 1)
    assert classify([], Picture(pixels(image), 0))[0] == "goods_photo"


@pytest.mark.parametrize("draw", [cat, landscape, blank, checks, empty_form])
@pytest.mark.parametrize("seed", range(2))
def test_what_is_neither_goods_nor_paper_is_other(draw: Draw, seed: int) -> None:
    image = draw(seed)
    for state in ([], ["copy"], ["fax"]):
        assert classify([], Picture(pixels(damage(image, state, seed)), 0))[0] == "other"


@pytest.mark.parametrize(
    ("kind", "form"),
    [("vehicle_invoice", "paper"), ("id_card", "copy"), ("registration_form", "handwritten"), ("pos_slip", "strip")],
)
def test_a_paper_too_blurred_to_read_is_not_goods(kind: str, form: str) -> None:
    image = unreadable(kind, form)
    for state in ([], ["copy"], ["fax"]):
        assert classify([], Picture(pixels(damage(image, state, 1)), 0))[0] == "other"


def test_a_picture_with_writing_is_not_goods() -> None:
    image = Specimen("goods_photo", "fridge", 0).picture()
    written = [line("购买前请阅读本店关于退货与换货的各项说明并保留好发票原件以及出库单据", 0, 0, 900, 30)] * 2
    assert classify(written, Picture(pixels(image), 0))[0] == "other"


def test_a_page_told_by_its_words_is_not_looked_at() -> None:
    class Untouched(Picture):
        def __getattribute__(self, name: str) -> object:
            raise AssertionError(f"{name} of the picture was asked for")

    words = [line("公民身份号码", 0, 0, 300, 40), line("居民身份证", 0, 60, 300, 100)]
    assert classify(words, Untouched(np.zeros((10, 10, 3), np.uint8), 0))[0] == "id_card"


@pytest.mark.parametrize(("width", "kind"), [(240, "car_photo"), (380, "car_photo"), (900, "plate_photo")])
def test_a_plate_is_a_car_s_or_by_itself_by_its_size(width: int, kind: str) -> None:
    lines = [line("晋E12A45", 100, 100, 100 + width, 100 + width * 0.26)]
    assert classify(lines, Picture(np.zeros((900, 1200, 3), np.uint8), 0))[0] == kind


@pytest.mark.parametrize(
    "lines",
    [
        [line("晋E·12A45", 0, 0, 400, 90)],
        [line("晋·E", 100, 0, 300, 80), line("12A45", 20, 90, 380, 230)],
        [line("晋E", 0, 0, 100, 90), line("·12A45", 130, 5, 400, 92)],
        [line("晋E1", 0, 0, 170, 90), line("12A45", 110, 5, 400, 92)],
        [line("晋E12Ã45", 0, 0, 400, 90)],
    ],
    ids=["row", "two rows", "two parts", "overlapping parts", "screw over a letter"],
)
def test_a_plate_is_put_together(lines: list[Line]) -> None:
    assert [spot.value for spot in plates.plates(lines)] == ["晋E12A45"]


def test_a_letter_that_both_rows_have_is_not_an_overlap() -> None:
    found = plates.plates([line("晋·E", 210, 0, 390, 90), line("E6157", 100, 95, 500, 260)])
    assert [spot.value for spot in found] == ["晋EE6157"]


def test_rows_far_apart_are_no_plate() -> None:
    assert plates.plates([line("晋E", 0, 0, 100, 90), line("12A45", 0, 600, 400, 690)]) == []


@pytest.mark.parametrize(("plate", "doubted"), [("晋ED12345", False), ("晋E12345F", False), ("晋E123456", True)])
def test_eight_characters_are_a_new_energy_plate_or_doubtful(plate: str, doubted: bool) -> None:
    evidence = Evidence()
    plates.crosscheck({"plate": plate}, evidence)
    assert ("plate" in evidence.doubted) == doubted


@pytest.mark.parametrize(
    "lines",
    [
        [line(EAN, 0, 0, 400, 40)],
        [line("6", 0, 0, 20, 40), line("901234", 40, 2, 200, 42), line("567892", 220, 4, 380, 44)],
        [line("6901234567892>", 0, 0, 400, 40)],
        [line("69O1234567892", 0, 0, 400, 40)],
        [line('6"901234"567892', 0, 0, 400, 40)],
    ],
    ids=["row", "groups", "quiet zone", "letters like digits", "guard bars"],
)
def test_the_digits_under_a_barcode_are_put_together(lines: list[Line]) -> None:
    assert extract(commodity_code.FORM, Sheet(lines, {}))["commodity_code"].value == EAN
    assert classify(lines)[0] == "commodity_code"


def looked_at(lines: Sequence[Line], said: Sequence[str]) -> FieldReading:
    (look,) = commodity_code.FORM.looks
    codes = [Code(EAN13, text, box_quad((0, 0, 300, 200))) for text in said]
    return look(viewed(np.full((300, 500, 3), 255, np.uint8), lines, codes))["commodity_code"]


def test_bars_and_digits_bear_each_other_out() -> None:
    both = looked_at([line(EAN, 0, 210, 300, 240)], [EAN])
    bars = looked_at([], [EAN])
    assert (both.value, both.unsure, both.sources) == (EAN, False, ("barcode", "print"))
    assert (bars.value, bars.unsure, bars.sources) == (EAN, False, ("barcode",))


def test_bars_and_digits_that_differ_are_for_a_person() -> None:
    reading = looked_at([line(OTHER_EAN, 0, 210, 300, 240)], [EAN])
    assert (reading.unsure, reading.alternatives) == (True, (OTHER_EAN,))
    misread = looked_at([line("6901234567891", 0, 210, 300, 240)], [EAN])
    assert (misread.value, misread.unsure) == (EAN, False)


def test_small_bars_are_read_enlarged() -> None:
    specimen = Specimen("commodity_code", "bare", 1)
    image = pixels(specimen.picture())
    small = np.asarray(cv2.resize(image, None, fx=0.18, fy=0.18, interpolation=cv2.INTER_AREA), np.uint8)
    (code,) = read_part(small, (0, 0, small.shape[1], small.shape[0]), EAN13)
    assert code.text == specimen.truth["commodity_code"]
    assert read_part(small, (5, 5, 9, 9), EAN13) == ()


def card(lines: Sequence[Line]) -> dict[str, str]:
    return {name: spot.value for name, spot in extract(bank_card.FORM, Sheet(tuple(lines), {})).items()}


def test_the_number_of_an_upright_card_stands_in_rows() -> None:
    groups = ["6299", "9050", "7046", "0192", "421"]
    rows = [line(group, 90, 640 + 105 * place, 280, 720 + 105 * place) for place, group in enumerate(groups)]
    assert card([*rows, line("VALIDTHRU10/29", 90, 1200, 400, 1240)]) == {
        "card_number": "6299905070460192421",
        "valid_thru": "10/29",
    }


def test_embossed_digits_taken_for_letters_must_pass_luhn() -> None:
    assert card([line("62999O5O7O46O192421", 0, 0, 900, 80)])["card_number"] == "6299905070460192421"
    assert "card_number" not in card([line("CSOIBZSSDOIL", 0, 0, 900, 80)])


@pytest.mark.parametrize(
    ("printed", "bank"),
    [("中国农业银行", "中国农业银行"), ("AGRICULTURAL BANK OF CHINA", "中国农业银行"), ("BANK OF CHINA", "中国银行"),
     ("ICBC", "中国工商银行"), ("山西省农村信用社", "山西省农村信用社")],
)  # fmt: skip
def test_a_bank_is_named_in_chinese_or_english(printed: str, bank: str) -> None:
    assert card([line(printed, 0, 0, 600, 60)])["bank"] == bank


def test_of_two_dates_on_a_card_it_is_valid_to_the_later() -> None:
    assert card([line("VALIDFROM03/21THRU03/31", 0, 0, 600, 40)])["valid_thru"] == "03/31"


@pytest.mark.parametrize("form", DRAWN["energy_label"])
@pytest.mark.parametrize("state", [[], ["dark"], ["light", "jpeg"]], ids=str)
def test_the_ladder_is_found_and_the_arrow_stands_beside_its_bar(form: str, state: list[str]) -> None:
    specimen = Specimen("energy_label", form, 2)
    image = pixels(damage(specimen.picture(), state, 2))
    bars = grade.ladder(image)
    assert len(bars) == (3 if form in ("television", "toilet") else 5)
    reading = grade.look(viewed(image, printed=specimen.truth["grade"]))["grade"]
    assert (reading.value, reading.unsure, reading.sources) == (specimen.truth["grade"], False, ("print", "ladder"))


def label(grade_shown: str) -> Pixels:
    number = int(grade_shown) - 1
    return pixels(Specimen("energy_label", "fridge", number).picture())


def test_a_number_that_the_ladder_contradicts_is_for_a_person() -> None:
    reading = grade.look(viewed(label("2"), printed="5"))["grade"]
    assert (reading.value, reading.unsure, reading.alternatives) == ("5", True, ("2",))


def test_the_ladder_alone_is_a_guess_and_nothing_is_nothing() -> None:
    alone = grade.look(viewed(label("4"), printed="?"))["grade"]
    assert (alone.value, alone.unsure, alone.sources) == ("4", True, ("ladder",))
    assert grade.look(viewed(np.full((900, 700, 3), 250, np.uint8))) == {}


@pytest.mark.parametrize(("score", "unsure"), [(0.99, False), (0.6, True)])
def test_a_grey_copy_is_believed_where_it_says_grade_in_words(score: float, unsure: bool) -> None:
    grey = np.full((900, 700, 3), 250, np.uint8)
    reading = grade.look(viewed(grey, [line("3级", 400, 300, 500, 350, score)]))["grade"]
    assert (reading.value, reading.unsure) == ("3", unsure)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "form", "state"),
    [("plate_photo", "motorcycle", "turn180"), ("energy_label", "washer", "dark"), ("commodity_code", "carton", "blur"),
     ("car_photo", "garage", "light"), ("goods_photo", "sofa", "jpeg"), ("bank_card", "upright", "perspective")],
)  # fmt: skip
def test_photographs_are_read(kind: str, form: str, state: str) -> None:
    specimen = Specimen(kind, form, 6)
    (reading,) = Reader(threads=1).read(page_of(damage(specimen.picture(), [state], 6)))
    assert reading.kind == kind
    assert {name: each.value for name, each in reading.fields.items() if not each.unsure} == specimen.truth


def test_spots_of_a_plate_name_every_line_it_was_read_from() -> None:
    (spot,) = plates.plates([line("晋·E", 100, 0, 300, 80), line("12A45", 20, 90, 380, 230)])
    assert isinstance(spot, Spot)
    assert len(spot.lines) == 2
    assert FORMS["plate_photo"].find is plates.find
