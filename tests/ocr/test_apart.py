"""Several papers on one picture: recorded pages laid beside each other come apart again, one page stays one."""

from __future__ import annotations

import pytest

from reviewapp.ocr.apart import papers_apart
from reviewapp.ocr.lines import Line, quad_box
from tests.ocr.recordings import FOLDER, Recording, load, recordings


def extent(lines: tuple[Line, ...]) -> tuple[float, float]:
    boxes = [quad_box(line.quad) for line in lines]
    return max(box[2] for box in boxes), max(box[3] for box in boxes)


def laid_out(*papers: Recording, across: bool) -> tuple[tuple[Line, ...], float, float]:
    """The papers' lines side by side or one under the other, with the blank of a desk between them."""
    lines: list[Line] = []
    x = y = 0.0
    for paper in papers:
        lines += [line.moved(x, y) for line in paper.lines]
        width, height = extent(paper.lines)
        x, y = (x + width + 120, 0.0) if across else (0.0, y + height + 120)
    return tuple(lines), *extent(tuple(lines))


def named(name: str) -> Recording:
    return load(FOLDER / f"{name}.json")


@pytest.mark.parametrize("recording", recordings(), ids=lambda each: each.name)
def test_one_paper_is_not_cut(recording: Recording) -> None:
    width, height = extent(recording.lines)
    (part,) = papers_apart(recording.lines, width, height)
    assert part.lines == recording.lines
    assert part.rect == (0, 0, width, height)


@pytest.mark.parametrize("across", [True, False])
@pytest.mark.parametrize(
    "names",
    [
        ("id_card-copy-clean", "bank_card-flat-clean"),
        ("pos_slip-strip-clean", "voucher_slip-strip-clean"),
        ("vehicle_licence-both-phone", "vehicle_invoice-paper-clean", "id_card-copy-phone"),
    ],
)
def test_papers_of_two_kinds_come_apart(names: tuple[str, ...], across: bool) -> None:
    papers = [named(name) for name in names]
    lines, width, height = laid_out(*papers, across=across)
    parts = papers_apart(lines, width, height)
    assert [part.kind[0] for part in sorted(parts, key=lambda p: p.rect[0 if across else 1])] == [
        p.kind for p in papers
    ]
    assert sorted(len(part.lines) for part in parts) == sorted(len(paper.lines) for paper in papers)


def test_each_part_has_its_own_stretch_of_the_picture() -> None:
    lines, width, height = laid_out(named("id_card-copy-clean"), named("bank_card-flat-clean"), across=True)
    left, right = sorted(papers_apart(lines, width, height), key=lambda part: part.rect[0])
    assert (left.rect[0], right.rect[2], left.rect[2]) == (0, width, right.rect[0])


def test_the_same_paper_twice_is_not_cut_but_two_cars_are() -> None:
    licence = named("vehicle_licence-both-clean")
    assert len(papers_apart(*laid_out(licence, licence, across=True))) == 1
    other = named("vehicle_licence-both-phone")
    numbers = {"VIN": licence.truth["vin"], "other": other.truth["vin"]}
    parts = papers_apart(*laid_out(licence, other, across=True))
    assert len(parts) == (2 if numbers["VIN"] != numbers["other"] else 1)
