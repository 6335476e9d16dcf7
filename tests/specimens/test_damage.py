"""Damages: seeded, doing what their names say, leaving the picture usable and its places known."""

import random

import numpy as np
import pytest
from PIL import Image, ImageChops, ImageDraw, ImageStat

from reviewapp.specimens.damage import DAMAGES, PHONE_SIDE, damage, phone_photo, shoot
from reviewapp.specimens.papers import render
from reviewapp.specimens.people import purchase


@pytest.fixture(scope="module")
def paper() -> Image.Image:
    return render("pos_slip", purchase(1).paper_values("pos_slip"))


@pytest.mark.parametrize("name", DAMAGES)
def test_same_seed_same_damage(paper: Image.Image, name: str):
    first, again = (damage(paper, [name], seed=5) for _ in range(2))
    assert first.mode == "RGB"
    assert first.size == again.size
    assert ImageChops.difference(first, again).getbbox() is None
    assert first.size != paper.size or ImageChops.difference(first, paper).getbbox() is not None


@pytest.mark.parametrize("name", sorted(set(DAMAGES) - {"turn90", "turn180", "turn270", "half", "copy", "stamp"}))
def test_another_seed_is_another_damage(paper: Image.Image, name: str):
    one, other = (damage(paper, [name], seed=seed) for seed in (5, 6))
    assert one.size != other.size or ImageChops.difference(one, other).getbbox() is not None


@pytest.mark.parametrize("name", DAMAGES)
def test_the_picture_it_was_given_stays_as_it_was(paper: Image.Image, name: str):
    before = paper.copy()
    damage(paper, [name], seed=2)
    assert ImageChops.difference(paper, before).getbbox() is None


def test_turns_are_clockwise(paper: Image.Image):
    corner = Image.new("RGB", (40, 20), "white")
    corner.putpixel((0, 0), (0, 0, 0))
    assert damage(corner, ["turn90"]).getpixel((19, 0)) == (0, 0, 0)
    assert damage(corner, ["turn180"]).getpixel((39, 19)) == (0, 0, 0)
    assert damage(corner, ["turn270"]).getpixel((0, 39)) == (0, 0, 0)
    whole_turn = damage(paper, ["turn90", "turn270"])
    assert ImageChops.difference(whole_turn, paper).getbbox() is None


@pytest.mark.parametrize(
    "names",
    [*([name] for name in DAMAGES), ["tilt", "half"], ["turn90", "phone"], ["crease", "perspective", "turn270"]],
)
@pytest.mark.parametrize("seed", [1, 2])
def test_boxes_lie_where_the_marks_went(names: list[str], seed: int):
    """Blue blocks on white paper are found again where the shot says they are."""
    blocks = [(210, 160, 330, 220), (900, 640, 1010, 700), (250, 660, 420, 730), (1010, 180, 1130, 240)]
    image = Image.new("RGB", (1400, 900), "white")
    for left, top, right, bottom in blocks:
        ImageDraw.Draw(image).rectangle((left, top, right - 1, bottom - 1), fill=(30, 30, 215))
    shot = shoot(image, names, seed)
    pale = {"fade", "toner", "glare"} & set(names)
    dark = np.asarray(shot.picture.convert("RGB"))[:, :, 0] < (190 if pale else 110)
    for box, (left, top, right, bottom) in zip(blocks, shot.boxes(blocks), strict=True):
        inside = dark[top:bottom, left:right]
        assert inside.size >= 0.2 * (box[2] - box[0]) * (box[3] - box[1])
        assert inside.mean() > 0.6, box


def test_a_shot_remembers_all_its_steps():
    image = Image.new("RGB", (400, 200), "white")
    assert shoot(image, []).box((10, 20, 30, 40)) == (10, 20, 30, 40)
    assert shoot(image, ["turn90"]).box((0, 0, 40, 20)) == (180, 0, 200, 40)
    assert shoot(image, ["turn90", "half"]).box((0, 0, 40, 20)) == (90, 0, 100, 20)
    assert shoot(image, ["half", "turn180"]).quad((0, 0, 40, 20))[0] == pytest.approx((200, 100))


def test_boxes_end_at_the_edges_of_the_picture():
    shot = shoot(Image.new("RGB", (400, 200), "white"), ["half"])
    assert shot.box((-50, -50, 4000, 4000)) == (0, 0, 200, 100)


def test_damages_follow_one_another(paper: Image.Image):
    small = damage(paper, ["turn90", "half"])
    assert small.size == (paper.height // 2, paper.width // 2)


def test_stamp_is_red_and_leaves_the_print(paper: Image.Image):
    stamped = damage(paper, ["stamp"], seed=2)
    red, green, _ = stamped.split()
    assert sum(ImageChops.subtract(red, green).histogram()[80:]) > 3000
    assert ImageStat.Stat(stamped.convert("L")).mean[0] < ImageStat.Stat(paper.convert("L")).mean[0]


@pytest.mark.parametrize("name", ["copy", "fax"])
def test_what_a_copier_gives_has_no_colour(name: str):
    colourful = render("id_card", purchase(2).paper_values("id_card"))
    red, green, blue = damage(colourful, [name], 3).split()
    assert max(ImageChops.difference(red, other).getextrema()[1] for other in (green, blue)) <= 30
    assert damage(colourful, ["fax"], 3).convert("L").histogram()[10:245] == [0] * 235


def test_fading_leaves_paler_print(paper: Image.Image):
    for name in ("fade", "toner"):
        darkest = damage(paper, [name], 4).convert("L").getextrema()[0]
        assert darkest > paper.convert("L").getextrema()[0] + 15, name


def test_a_thumb_covers_an_edge_only(paper: Image.Image):
    width, height = paper.size
    margin = round(0.06 * min(paper.size))
    for seed in range(8):
        touched = ImageChops.difference(damage(paper, ["finger"], seed), paper).convert("L").point(lambda v: v > 90)
        inner = touched.crop((margin, margin, width - margin, height - margin))
        assert inner.getbbox() is None, seed


def test_light_darkens_one_side(paper: Image.Image):
    lit = damage(paper, ["light"], seed=4).convert("L").resize((8, 8), Image.Resampling.BOX)
    darkest, brightest = lit.getextrema()
    assert brightest - darkest > 60


def test_phone_photograph_is_large_and_deterministic(paper: Image.Image):
    photo = phone_photo(paper, 7)
    assert max(photo.size) == PHONE_SIDE
    assert ImageChops.difference(photo, phone_photo(paper, 7)).getbbox() is None
    assert photo.size != phone_photo(paper, 8).size or ImageChops.difference(photo, phone_photo(paper, 8)).getbbox()


def test_unknown_damage_is_refused(paper: Image.Image):
    with pytest.raises(KeyError):
        damage(paper, ["burnt"])


def test_a_damage_takes_its_chances_from_the_generator_given(paper: Image.Image):
    tilts = {DAMAGES["tilt"](paper, random.Random(seed)).picture.tobytes()[:4000] for seed in range(3)}
    assert len(tilts) == 3
