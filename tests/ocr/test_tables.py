"""Lists on papers: rows and columns found by their headings, on recorded pages and on lines laid out by hand."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import pytest

from reviewapp.ocr.evidence import Evidence
from reviewapp.ocr.form import Table
from reviewapp.ocr.kinds import FORMS
from reviewapp.ocr.kinds.product_invoice import ITEMS
from reviewapp.ocr.kinds.subsidy_confirmation import PRODUCTS
from reviewapp.ocr.layout import Sheet, Spot
from reviewapp.ocr.lines import Line, box_quad, make_line
from reviewapp.ocr.tables import Row, entries, parts_settled, read_table, weigh_rows
from tests.ocr.papers import same
from tests.ocr.recordings import Recording, recordings

WITH_LISTS = [each for each in recordings() if FORMS[each.kind].tables]
CLEAN = [each for each in WITH_LISTS if each.name.endswith("-clean")]
HEADINGS = (
    ("项目名称", 100), ("规格型号", 400), ("单位", 560), ("数量", 660), ("单价", 780), ("金额", 920), ("税率", 1040),
    ("税额", 1140),
)  # fmt: skip
SOFA = (
    ("*家具*布艺沙发", 60), ("CS-808L", 400), ("组", 566), ("2", 690), ("442.48", 790), ("884.96", 920), ("13%", 1044),
    ("115.04", 1140),
)  # fmt: skip


def table_of(recording: Recording) -> Table:
    return FORMS[recording.kind].tables[0]


def read(recording: Recording, lines: Sequence[Line] | None = None) -> list[dict[str, str | int]]:
    form = FORMS[recording.kind]
    sheet = Sheet(recording.lines if lines is None else lines, form.labels)
    return entries(table_of(recording), read_table(table_of(recording), sheet))


def text_at(text: str, left: float, top: float) -> Line:
    """Print 30 pixels high whose characters are 15 or 30 pixels wide."""
    width = sum(15 if char.isascii() else 30 for char in text)
    return make_line(text, box_quad((left, top, left + width, top + 30)))


def row_at(top: float, cells: Sequence[tuple[str, float]]) -> list[Line]:
    return [text_at(text, left, top) for text, left in cells]


def items(lines: Sequence[Line], look: Callable[[Spot], str] | None = None) -> tuple[Row, ...]:
    return read_table(ITEMS, Sheet(lines, FORMS["product_invoice"].labels), look)


@pytest.mark.parametrize("recording", CLEAN, ids=lambda each: each.name)
def test_the_list_of_a_clean_paper_is_found_exactly(recording: Recording) -> None:
    name = table_of(recording).name
    assert same(name, read(recording), recording.truth[name])


@pytest.mark.parametrize("recording", WITH_LISTS, ids=lambda each: each.name)
def test_a_photographed_list_has_all_its_rows(recording: Recording) -> None:
    assert len(read(recording)) == len(recording.truth[table_of(recording).name])


@pytest.mark.parametrize("recording", CLEAN, ids=lambda each: each.name)
@pytest.mark.parametrize(("degrees", "scale"), [(-5, 1.0), (4, 0.5), (2, 2.0)])
def test_tilt_and_size_change_nothing(recording: Recording, degrees: float, scale: float) -> None:
    lines = [_moved(line, math.radians(degrees), scale) for line in recording.lines]
    assert read(recording, lines) == read(recording)


@pytest.mark.parametrize("recording", CLEAN, ids=lambda each: each.name)
def test_the_order_of_the_lines_does_not_matter(recording: Recording) -> None:
    assert read(recording, recording.lines[::-1]) == read(recording)


def test_a_wrapped_name_belongs_to_the_row_it_begins_in() -> None:
    lines = [*row_at(0, HEADINGS), *row_at(50, SOFA), text_at("组合(三人位)", 60, 88), *row_at(126, SOFA)]
    assert [row["name"].value for row in items(lines)] == ["*家具*布艺沙发组合(三人位)", "*家具*布艺沙发"]


def test_a_name_in_the_middle_of_a_ruled_row_runs_over_and_under_its_numbers() -> None:
    head = [("产品名称", 60), ("品牌型号", 320), ("国标码", 560), ("数量", 800), ("单价", 920)]
    cells = [("试制牌SZ-1", 320), ("6905513799004", 540), ("1", 815), ("899.00", 915)]
    lines = [
        *row_at(0, head),
        *row_at(100, [("双人床", 75), *cells]),
        text_at("实木餐桌", 60, 181),
        text_at("椅组合", 70, 219),
        *row_at(200, cells),
    ]
    rows = read_table(PRODUCTS, Sheet(lines, FORMS["subsidy_confirmation"].labels))
    assert [row["name"].value for row in rows] == ["双人床", "实木餐桌椅组合"]


def test_headings_spaced_out_over_several_lines_are_found_and_the_sum_ends_the_table() -> None:
    spaced = [cell for text, left in HEADINGS for cell in (_apart(text, left) if len(text) == 2 else [(text, left)])]
    end = [("合", 80), ("计", 220), ("¥884.96", 905), ("¥115.04", 1125)]
    (row,) = items([*row_at(0, spaced), *row_at(50, SOFA), *row_at(130, end)])
    assert {name: row[name].value for name in ("model", "quantity", "amount", "tax")} == {
        "model": "CS-808L",
        "quantity": "2",
        "amount": "884.96",
        "tax": "115.04",
    }


def test_cells_read_as_one_line_come_apart() -> None:
    joined = [("*家具*布艺沙发组合套装CS-808L", 60), *SOFA[2:]]
    first = make_line(joined[0][0], box_quad((60, 50, 505, 80)), places=_with_gap(joined[0][0], 12, 20))
    (row,) = items([*row_at(0, HEADINGS), first, *row_at(50, joined[1:])])
    assert (row["name"].value, row["model"].value) == ("*家具*布艺沙发组合套装", "CS-808L")


def test_a_discount_takes_away_and_rows_that_add_up_bear_out_the_total() -> None:
    discount = [("*家具*布艺沙发", 60), ("-88.50", 920), ("13%", 1044), ("-11.50", 1140)]
    rows = items([*row_at(0, HEADINGS), *row_at(50, SOFA), *row_at(100, discount)])
    assert entries(ITEMS, rows)[1] == {"name": "*家具*布艺沙发", "amount": "-88.50"}
    assert weighed(rows, "900.00").borne == {"items": ["sum"], "total": ["sum"]}
    assert "items" in weighed(rows, "1000.00").doubted


def test_rows_whose_pieces_and_price_do_not_make_the_amount_are_for_a_person() -> None:
    wrong = [cell if cell[0] != "2" else ("3", 690) for cell in SOFA]
    assert "items" in weighed(items([*row_at(0, HEADINGS), *row_at(50, wrong)]), "1000.00").doubted


def test_a_number_that_was_overlooked_is_looked_for_in_its_place() -> None:
    lines = [*row_at(0, HEADINGS), *row_at(50, [cell for cell in SOFA if cell[0] != "2"])]
    places: list[Line] = []

    def look(spot: Spot) -> str:
        places.append(spot.lines[0])
        return "2"

    (row,) = items(lines, look)
    assert row["quantity"].value == "2"
    assert places[0].left < 690 < places[0].right
    assert abs(places[0].centre[1] - 65) < 2
    assert "quantity" not in items(lines, lambda spot: "3")[0], "three pieces at that price do not make the amount"


def test_a_number_without_meaning_for_whole_pieces_is_left_out() -> None:
    metres = [cell if cell[0] != "2" else ("2.5", 680) for cell in SOFA]
    assert "quantity" not in entries(ITEMS, items([*row_at(0, HEADINGS), *row_at(50, metres)]))[0]


def test_letters_of_a_stamp_beside_a_cell_leave_the_list_to_a_person() -> None:
    lines = [*row_at(0, HEADINGS), *row_at(50, SOFA)]
    assert parts_settled(ITEMS, items(lines), _agreeing, scores_tell=True)
    stamped = [*lines, text_at("核", 506, 50)]
    assert not parts_settled(ITEMS, items(stamped), _agreeing, scores_tell=True)


def test_no_headings_no_list() -> None:
    assert items(row_at(50, SOFA)) == ()


def weighed(rows: tuple[Row, ...], total: str) -> Evidence:
    evidence = Evidence()
    weigh_rows(ITEMS, rows, {"total": Spot(total, (text_at(total, 0, 900),))}, evidence)
    return evidence


def _agreeing(known: object, spot: Spot, evidence: Evidence) -> None:
    evidence.bear((known.name,), "again")  # type: ignore[attr-defined]


def _apart(text: str, left: float) -> list[tuple[str, float]]:
    return [(text[0], left - 10), (text[1], left + 45)]


def _with_gap(text: str, at: int, gap: float) -> list[float]:
    """Places of characters with `gap` pixels of blank before the one at `at`."""
    x, middles = 0.0, []
    for place, char in enumerate(text):
        x += gap if place == at else 0.0
        width = 15 if char.isascii() else 30
        middles.append(x + width / 2)
        x += width
    return [middle / x for middle in middles]


def _moved(line: Line, angle: float, scale: float) -> Line:
    sin, cos = math.sin(angle) * scale, math.cos(angle) * scale
    a, b, c, d = ((x * cos - y * sin + 300, x * sin + y * cos + 300) for x, y in line.quad)
    return Line(line.text, (a, b, c, d), line.places, line.scores)
