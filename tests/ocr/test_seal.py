"""Red seals: found by colour and shape, read along their ring, and held against the name on the paper."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from reviewapp.ocr import Reader, seal
from reviewapp.ocr.engines import Pixels
from reviewapp.ocr.kinds.origin_certificate import FORM
from reviewapp.ocr.layout import Sheet, Spot
from reviewapp.ocr.lines import box_quad, make_line
from reviewapp.ocr.readings import Box, FieldReading
from reviewapp.ocr.view import View
from reviewapp.specimens.damage import damage
from reviewapp.specimens.papers import stamps
from tests.ocr.papers import page_of, paper

PLACE: Box = (1, 2, 3, 4)
VILLAGE = "凤城镇样例村"


def pixels(image: Image.Image) -> Pixels:
    return np.ascontiguousarray(np.asarray(image.convert("RGB"))[:, :, ::-1])


def sealed(name: str = VILLAGE + "村民委员会", *, turn: float = 0) -> Image.Image:
    page = Image.new("RGB", (1400, 2000), "white")
    pressed = stamps.round_seal(name, 3, size=340).rotate(turn)
    page.paste(pressed, (800, 1200), pressed)
    return page


def view_of(image: Image.Image, text: str, *, score: float = 1.0, village: str | None = VILLAGE) -> View:
    """A page whose seal the engine reads as `text`, and which names `village`."""
    box = box_quad((0, 0, 500, 40))
    read = [make_line(text, box, score)] if text else []
    spots = {} if village is None else {"village": Spot(village, (make_line(village, box),))}
    return View(
        colour=pixels(image),
        sheet=Sheet((), {}),
        spots=spots,
        codes=(),
        again=lambda part: read,
        place=lambda quads: PLACE,
        line=lambda part: "",
    )


def looked_at(view: View) -> dict[str, FieldReading]:
    (look,) = FORM.looks
    return look(view)


def test_a_seal_that_names_the_village_bears_itself_out() -> None:
    found = looked_at(view_of(sealed(), "阳城县凤城镇样例村村民委员会"))["has_seal"]
    assert (found.value, found.unsure, found.sources) == (True, False, ("colour", "seal_text"))
    assert found.box == PLACE


def test_the_seal_of_another_village_is_for_a_person_who_sees_what_it_says() -> None:
    found = looked_at(view_of(sealed(), "北留镇范例岭村村民委员会"))["has_seal"]
    assert (found.value, found.unsure) == (True, True)
    assert found.alternatives == ("北留镇范例岭村村民委员会",)


@pytest.mark.parametrize(("text", "score"), [("", 1.0), ("村民委", 1.0), ("北留镇范例岭村村民委员会", 0.6)])
def test_a_seal_that_cannot_be_read_changes_nothing(text: str, score: float) -> None:
    found = looked_at(view_of(sealed(), text, score=score))
    assert set(found) == {"has_seal"}
    assert (found["has_seal"].value, found["has_seal"].unsure, found["has_seal"].sources) == (True, False, ("colour",))


def test_a_village_only_its_seal_names_is_shown_as_doubtful() -> None:
    found = looked_at(view_of(sealed(), "凤城镇样例村村民委员会", village=None))["village"]
    assert (found.value, found.unsure, found.sources) == (VILLAGE, True, ("seal_text",))


@pytest.mark.parametrize("image", [sealed().convert("L"), Image.new("RGB", (1400, 2000), "white")])
def test_without_red_nothing_is_certain(image: Image.Image) -> None:
    """A grey copy of a sealed paper looks like a paper without a seal."""
    found = looked_at(view_of(image, ""))["has_seal"]
    assert (found.value, found.unsure) == (False, True)


def test_a_red_thumb_is_no_certain_seal() -> None:
    page = Image.new("RGB", (1400, 2000), "white")
    ImageDraw.Draw(page).ellipse((900, 1500, 1030, 1680), fill=(205, 32, 38))
    found = looked_at(view_of(page, ""))["has_seal"]
    assert (found.value, found.unsure) == (True, True)


def test_all_seals_of_a_page_are_found() -> None:
    page = sealed()
    other = stamps.round_seal("样例县商务局", 5, size=300)
    page.paste(other, (150, 300), other)
    places = [each.quad[0] for each in seal.find_seals(pixels(page))]
    assert sorted((round(x, -2), round(y, -2)) for x, y in places) == [(200, 300), (800, 1200)]


@pytest.mark.parametrize(
    ("text", "name", "verdict"),
    [
        ("阳城县凤城镇样例村村民委员会", "凤城镇样例村", True),
        ("样例村村民委员会", "凤城镇样例村", True),
        ("阳城县凤城镇样倒村村民委员会", "凤城镇样例村", None),
        ("阳城县北留镇测试庄村村民委员会", "凤城镇样例村", False),
        ("阳城县测试汽贸有限公司", "阳城县测试汽贸有限公司", True),
        ("阳城县测试汽贸有限公司", "样例汽车销售有限公司", False),
    ],
)
def test_names_on_seals(text: str, name: str, verdict: bool | None) -> None:
    assert seal.same_name(text, name) is verdict


def test_the_ring_is_cut_where_its_text_has_a_gap() -> None:
    """However the seal was turned, its strip begins and ends with blank paper and has all its print between."""
    for turn in (0, 40, 90, 180, 250):
        colour = pixels(sealed(turn=turn))
        found = seal.find_seal(colour)
        assert found is not None
        strip = seal.unrolled(colour, found)
        printed = np.flatnonzero((strip < 128).any(axis=0))
        assert printed[0] > 60, turn
        assert printed[-1] < strip.shape[1] - 60, turn


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(threads=1)


@pytest.mark.slow
@pytest.mark.parametrize("state", [[], ["turn180"], ["tilt", "jpeg"]])
def test_the_engine_reads_the_seal_of_a_village(reader: Reader, state: list[str]) -> None:
    image, truth = paper("origin_certificate", "written", 0)
    (reading,) = reader.read(page_of(damage(image, state, 0)))
    found = reading.fields["has_seal"]
    assert (found.value, found.unsure) == (truth["has_seal"], False)
    assert "seal_text" in found.sources
