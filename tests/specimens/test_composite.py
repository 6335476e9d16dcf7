"""Several papers on one picture: apart from one another, at their places, with their own truth."""

from itertools import combinations

import numpy as np
import pytest
from PIL import ImageChops

from reviewapp.specimens.boxes import Box
from reviewapp.specimens.composite import COMPOSITES, LONG_SIDE, Composite, card_sides, on_desk, two_pages
from reviewapp.specimens.corpus import Specimen


@pytest.fixture(scope="module", params=list(COMPOSITES))
def composite(request: pytest.FixtureRequest) -> Composite:
    return COMPOSITES[request.param](3)


def area(box: Box) -> int:
    return max(0, box[2] - box[0]) * max(0, box[3] - box[1])


def shared(one: Box, other: Box) -> Box:
    return (max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3]))


def test_papers_do_not_overlap_and_lie_on_the_picture(composite: Composite):
    width, height = composite.picture.size
    assert 2 <= len(composite.parts) <= 4
    for part in composite.parts:
        assert area(part.region) > 0.04 * width * height
        assert shared(part.region, (0, 0, width, height)) == part.region
    for one, other in combinations(composite.parts, 2):
        assert area(shared(one.region, other.region)) == 0


def test_every_value_is_printed_in_its_own_papers_region(composite: Composite):
    grey = np.asarray(composite.picture.convert("L"), dtype=np.float32)
    for part in composite.parts:
        assert set(part.boxes) == set(part.truth)
        for name, boxes in part.boxes.items():
            for box in boxes:
                assert shared(box, part.region) == box, name
                levels = grey[box[1] : box[3], box[0] : box[2]]
                assert np.percentile(levels, 98) - np.percentile(levels, 2) > 25, (part.kind, name)


def test_the_same_number_is_the_same_picture():
    one, again, other = (COMPOSITES["slips"](number) for number in (1, 1, 2))
    assert ImageChops.difference(one.picture, again.picture).getbbox() is None
    assert one.parts == again.parts
    assert one.parts != other.parts


def test_sizes_are_as_in_life():
    invoice, card = on_desk([Specimen("vehicle_invoice", "paper", 1), Specimen("bank_card", "flat", 1)]).parts
    ratio = (invoice.region[2] - invoice.region[0]) / (card.region[2] - card.region[0])
    assert ratio == pytest.approx(240 / 85.6, rel=0.08)


def test_a_card_has_two_sides_and_each_its_own_fields():
    front, back = card_sides(4).parts
    assert (front.kind, back.kind) == ("id_card", "id_card")
    assert "id_number" in front.truth
    assert set(back.truth) == {"issuing_authority", "valid_from", "valid_until"}
    assert front.truth | back.truth == Specimen("id_card", "copy", 4).truth


def test_two_pages_lie_side_by_side():
    scan = two_pages(Specimen("registration_form", "handwritten", 1), Specimen("dealer_statement", "letter", 1))
    left, right = (part.region for part in scan.parts)
    assert left[2] < right[0]
    assert scan.picture.width > scan.picture.height


def test_a_photograph_of_a_desk_is_large():
    picture = on_desk([Specimen("pos_slip", "strip", 2)]).picture
    assert max(picture.size) == LONG_SIDE
    assert picture.mode == "RGB"


@pytest.mark.parametrize("count", [0, 5])
def test_no_more_papers_than_fit_on_a_desk(count: int):
    with pytest.raises(ValueError, match="1 至 4"):
        on_desk([Specimen("pos_slip", "strip", number) for number in range(count)])
