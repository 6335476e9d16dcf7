"""Tables on a paper: their headings give the columns, a column that always has a value gives the rows.

As with labels nothing depends on places in pixels: rows and columns are followed along the slope of the print, and a
cell belongs to the heading it stands under or nearest to, among those whose values it can be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from reviewapp.ocr.evidence import Evidence, fen
from reviewapp.ocr.form import Column, Field, Table
from reviewapp.ocr.labels import find_labels
from reviewapp.ocr.layout import Sheet, Spot
from reviewapp.ocr.lines import Line, box_quad, make_line
from reviewapp.ocr.trust import Look, settled

FEWEST_HEADINGS = 3
SAME_ROW = 0.6
"""How far cells of one row may lie off each other, in line heights."""
NEXT_LINE = 2.0
"""How far under (or over) a row's text its wrapped lines may stand."""
LOWER_ROW = 1.3
"""A line about as far from the row above as from the one below goes on the one above, as wrapped names do."""
FOUND_LATER = 0.6
"""Score of a number that was looked for in its place: it stands only with what bears it out."""
NEAR = 1.5
"""How much farther off than the nearest heading that of a cell may stand, in line heights."""
A_GAP, TOUCHING = 0.9, 0.1
"""Blank between two characters, in line heights, at which one line read is two cells; the same for a line that stands
under two headings."""

Row = Mapping[str, Spot]
"""What was read of one row: its parts by the names of their columns."""
Again = Callable[[Field, Spot, Evidence], None]
"""Has a doubtful spot read again, and notes in the evidence who agrees."""


@dataclass(frozen=True, slots=True)
class _Heading:
    """A heading's place; a column the form does not know has no name and keeps its cells to itself."""

    column: Column | None
    line: Line
    left: float
    right: float


@dataclass(frozen=True, slots=True)
class _Cell:
    line: Line
    column: Column | None


def read_table(table: Table, sheet: Sheet, look: Look | None = None) -> tuple[Row, ...]:
    """The rows of a table, each with the parts that were read; none where its headings were not found.

    `look` reads a place of the page: a lone digit is easily overlooked, so a number without which a row does not agree
    with itself is looked for in its place.
    """
    headings = _headings(table, sheet)
    if not any(each.column is not None and each.column.anchor for each in headings):
        return ()
    lines = _until_the_end(table, sheet, headings)
    cells = [_Cell(line, _column_of(line, headings, sheet)) for line in lines]
    anchors = [cell for cell in cells if cell.column is not None and cell.column.anchor]
    anchors.sort(key=lambda cell: _depth(cell.line, headings, sheet))
    rows: list[dict[str, Spot]] = [{} for _ in anchors]
    for column in table.columns:
        own = [cell.line for cell in cells if cell.column is column]
        titles = [each.line for each in headings if each.column is column]
        parted = _wrapped(own, titles, anchors, sheet) if column.field.wrap else _beside(own, anchors, sheet)
        for row, parts in zip(rows, parted, strict=True):
            spot = _spot(column, parts, sheet)
            if spot is not None:
                row[column.field.name] = spot
    if look is None:
        return tuple(rows)
    return tuple(
        _filled(table, row, anchor.line, headings, sheet, look) for row, anchor in zip(rows, anchors, strict=True)
    )


def _filled(
    table: Table, row: dict[str, Spot], anchor: Line, headings: Sequence[_Heading], sheet: Sheet, look: Look
) -> Row:
    """The row with the number that was overlooked, where it is there and makes the row agree with itself."""
    if _worth(table, row) is not None:
        return row
    for heading in headings:
        known = heading.column.field if heading.column is not None else None
        if known is None or not known.number or known.name in row:
            continue
        place = _place(heading, row, anchor, sheet)
        text = look(Spot("", (place,)))
        value = known.parse(text)
        line = make_line(text, place.quad, score=FOUND_LATER)
        if value is not None and _worth(table, row | {known.name: Spot(value, (line,))}) is not None:
            return row | {known.name: Spot(value, (line,))}
    return row


def _worth(table: Table, row: Row) -> int | None:
    return table.worth({name: spot.value for name, spot in row.items()})


def _place(heading: _Heading, row: Row, anchor: Line, sheet: Sheet) -> Line:
    """Where a row's cell under a heading must stand: between its neighbours, on a level with the anchor."""
    depth = sheet.offset(heading.line, anchor)[1]
    shift = sheet.slope(*anchor.centre) * depth
    middle, unit = _middle(heading) - shift, anchor.height
    cells = [line for spot in row.values() for line in spot.lines if abs(sheet.offset(anchor, line)[1]) < unit]
    left = max([heading.left - shift - 2 * unit, *(line.right for line in cells if line.centre[0] < middle)])
    right = min([heading.right - shift + 2 * unit, *(line.left for line in cells if line.centre[0] > middle)])
    level = anchor.centre[1] + sheet.slope(middle, anchor.centre[1]) * (middle - anchor.centre[0])
    return Line("", box_quad((left, level - unit / 2, max(right, left + unit), level + unit / 2)), (), ())


def weigh_rows(table: Table, rows: Sequence[Row], spots: Mapping[str, Spot], evidence: Evidence) -> None:
    """Rows that add up to the total on the paper bear it out and are borne out by it; others are for a person."""
    total = fen(spots[table.total].value) if table.total in spots else None
    worth = [_worth(table, row) for row in rows]
    known = [each for each in worth if each is not None]
    if rows and total is not None and len(known) == len(worth) and sum(known) == total:
        evidence.bear((table.name, table.total), "sum")
    else:
        evidence.doubt(table.name)


def parts_settled(table: Table, rows: Sequence[Row], again: Again, *, scores_tell: bool) -> bool:
    """Whether every part of rows that add up can be relied on: the numbers that were added up, and the texts and other
    numbers by their check digits or by being read again."""
    return all(
        _settled(table, row, column.field, again, scores_tell=scores_tell)
        for row in rows
        for column in table.columns
        if not column.hidden and column.field.name in row
    )


def _settled(table: Table, row: Row, known: Field, again: Again, *, scores_tell: bool) -> bool:
    spot, evidence = row[known.name], Evidence()
    if _side_by_side(spot.lines):
        return False
    if known.name in table.adds_up:
        evidence.bear((known.name,), "sum")
    elif known.check is not None and known.check(spot.value):
        evidence.bear((known.name,), "check_digit")
    again(known, spot, evidence)
    return settled(known, spot, evidence, scores_tell=scores_tell)


def _side_by_side(lines: Sequence[Line]) -> bool:
    """Whether a cell was read in pieces beside each other: one of them may be of a stamp, or of another cell."""
    return any(one.right < other.left or other.right < one.left for one, other in pairwise(lines))


def entries(table: Table, rows: Sequence[Row]) -> list[dict[str, str | int]]:
    """The rows as the answer gives them: parts in the order of the columns, whole numbers as such, the rest absent."""
    shown = [column.field for column in table.columns if not column.hidden]
    return [{each.name: _part(each, row[each.name]) for each in shown if _has(each, row)} for row in rows]


def _has(known: Field, row: Row) -> bool:
    return known.name in row and (not known.whole or row[known.name].value.isdigit())


def _part(known: Field, spot: Spot) -> str | int:
    return int(spot.value) if known.whole else spot.value


def _headings(table: Table, sheet: Sheet) -> list[_Heading]:
    """The headings of the row that has most of them, from left to right."""
    best: list[_Heading] = []
    seen: set[int] = set()
    for line in sheet.lines:
        if id(line) not in seen and find_labels(line.text, table.labels):
            row = _row(line, sheet)
            seen |= {id(each) for each in row if abs(sheet.offset(line, each)[1]) < 0.2 * sheet.height}
            best = max(best, _headings_in(row, table, sheet), key=_known)
    return best if _known(best) >= min(FEWEST_HEADINGS, len(table.columns)) else []


def _known(headings: Sequence[_Heading]) -> int:
    return len({each.column.field.name for each in headings if each.column is not None})


def _row(seed: Line, sheet: Sheet) -> list[Line]:
    """The lines beside a line, headings of two lines among them, from left to right."""
    unit = max(seed.height, sheet.height)
    return sorted((each for each in sheet.lines if abs(sheet.offset(seed, each)[1]) < unit), key=lambda each: each.left)


def _headings_in(row: Sequence[Line], table: Table, sheet: Sheet) -> list[_Heading]:
    """Headings in a row of lines, taken as one text: a spaced-out heading may have been read as several lines."""
    places = [(line, place) for line in row for place in range(len(line.text))]
    headings: dict[str, _Heading] = {}
    used: set[int] = set()
    for hit in find_labels("".join(line.text for line in row), table.labels):
        if hit.field is None or hit.field in headings:
            continue
        part = places[hit.start : hit.end]
        (first, start), (last, end) = part[0], part[-1]
        left, right = first.piece(start, start + 1).left, last.piece(end, end + 1).right
        headings[hit.field] = _Heading(table.column(hit.field), first, left, right)
        used |= {id(line) for line, _ in part}
    known = list(headings.values())
    level = known[0].line if known else row[0]
    unknown = [
        _Heading(None, line, line.left, line.right)
        for line in row
        if id(line) not in used and len(line.text) > 1 and abs(sheet.offset(level, line)[1]) < 0.3 * sheet.height
    ]
    apart = [each for each in unknown if not any(_gap(each.line, other) < 0 for other in known)]
    return sorted([*known, *apart], key=lambda each: each.left)


def _until_the_end(table: Table, sheet: Sheet, headings: Sequence[_Heading]) -> list[Line]:
    """Cells under the headings, down to the row that begins with a word which ends the table."""
    left = min(each.left for each in headings)
    under = [
        part
        for line in sheet.lines
        if _depth(line, headings, sheet) > 0.7 * sheet.height
        for part in _cells(line, headings, sheet)
        if part.right > left - 8 * sheet.height
    ]
    under.sort(key=lambda line: _depth(line, headings, sheet))
    end = next((line for line in under if _ends(table, line, under, sheet)), None)
    if end is None:
        return under
    return [line for line in under if sheet.offset(end, line)[1] < -SAME_ROW * sheet.height]


def _ends(table: Table, line: Line, lines: Sequence[Line], sheet: Sheet) -> bool:
    """Whether a row begins with this line and a word that ends the table (which may be spaced out over two lines)."""
    if line.text[0] not in {word[0] for word in table.until}:
        return False
    row = [each for each in lines if abs(sheet.offset(line, each)[1]) < SAME_ROW * sheet.height]
    text = "".join(each.text for each in sorted(row, key=lambda each: each.left) if each.left >= line.left)
    return text.startswith(table.until)


def _cells(line: Line, headings: Sequence[_Heading], sheet: Sheet) -> Iterator[Line]:
    """The line in parts: where the blank between two characters is a gap between cells, and where it runs from under
    one heading to under the next, which cells do that touch each other."""
    gaps = _gaps(line)
    cuts = {place for place, gap in gaps.items() if gap > A_GAP}
    moved = _under(line, headings, sheet)
    over = [each for each in headings if each.column is not None and _gap(moved, each) < -0.3 * sheet.height]
    for one, other in pairwise(over):
        between = {
            place: gap
            for place, gap in gaps.items()
            if _middle(one) < moved.piece(place, len(line.text)).left < _middle(other) and gap > TOUCHING
        }
        if between and not cuts.intersection(between):
            cuts.add(max(between, key=lambda place: between[place]))
    ends = [0, *sorted(cuts), len(line.text)]
    return (line.piece(start, end) for start, end in pairwise(ends) if end > start)


def _gaps(line: Line) -> dict[int, float]:
    """The blank before each character but the first, in line heights."""
    gaps = {}
    for place in range(1, len(line.text)):
        step = (line.places[place] - line.places[place - 1]) * line.width
        room = (
            line.print_height
            * sum(0.4 if char.isascii() and char not in "()" else 0.8 for char in line.text[place - 1 : place + 1])
            / 2
        )
        gaps[place] = (step - room) / line.height
    return gaps


def _column_of(line: Line, headings: Sequence[_Heading], sheet: Sheet) -> Column | None:
    """The column a cell stands in: the nearest heading among those that can have such a value."""
    moved = _under(line, headings, sheet)
    reach = max(0.0, min(_gap(moved, each) for each in headings)) + NEAR * sheet.height
    near = [each for each in headings if _gap(moved, each) <= reach]
    fitting = [each for each in near if each.column is None or _fits(line, each.column.field)]
    if not fitting:
        return None
    return min(fitting, key=lambda each: (max(0.0, _gap(moved, each)), abs(moved.centre[0] - _middle(each)))).column


def _fits(line: Line, known: Field) -> bool:
    """Whether a line can stand in a column; of a text that runs on, any part."""
    return known.wrap > 0 or known.parse(line.text) is not None


def _under(line: Line, headings: Sequence[_Heading], sheet: Sheet) -> Line:
    """The line moved up along the slope of the page into the row of headings."""
    return line.moved(sheet.slope(*line.centre) * _depth(line, headings, sheet), 0)


def _gap(line: Line, heading: _Heading) -> float:
    """Blank between a line and a heading along the row; negative where they overlap."""
    return max(line.left, heading.left) - min(line.right, heading.right)


def _middle(heading: _Heading) -> float:
    return (heading.left + heading.right) / 2


def _depth(line: Line, headings: Sequence[_Heading], sheet: Sheet) -> float:
    """How far a line stands under the row of headings: under the nearest of them, for rows fan out."""
    nearest = min(headings, key=lambda each: abs(_middle(each) - line.centre[0]))
    return sheet.offset(nearest.line, line)[1]


def _beside(lines: Sequence[Line], anchors: Sequence[_Cell], sheet: Sheet) -> list[list[Line]]:
    """The lines that stand in the row of each anchor."""
    rows: list[list[Line]] = [[] for _ in anchors]
    for line in lines:
        off = [abs(sheet.offset(anchor.line, line)[1]) for anchor in anchors]
        if off and min(off) < SAME_ROW * sheet.height:
            rows[off.index(min(off))].append(line)
    return rows


def _wrapped(lines: Sequence[Line], titles: Sequence[Line], anchors: Sequence[_Cell], sheet: Sheet) -> list[list[Line]]:
    """The lines of a text column by rows: again and again the line nearest to what a row has already. Headings run on
    as well; what is nearest to them is theirs."""
    rows: list[list[Line]] = [list(titles), *([anchor.line] for anchor in anchors)]
    left = list(lines)
    while left:
        reach, place, row = min(
            (_reach(line, members, sheet), place, row)
            for place, line in enumerate(left)
            for row, members in enumerate(rows)
        )
        if reach > NEXT_LINE * sheet.height:
            break
        rows[row].append(left.pop(place))
    return [members[1:] for members in rows[1:]]


def _reach(line: Line, members: Sequence[Line], sheet: Sheet) -> float:
    drops = [sheet.offset(member, line)[1] for member in members]
    return min(drop if drop >= 0 else -drop * LOWER_ROW for drop in drops)


def _spot(column: Column, parts: Sequence[Line], sheet: Sheet) -> Spot | None:
    if not parts:
        return None
    ordered = tuple(sorted(parts, key=lambda line: (round(sheet.offset(parts[0], line)[1] / sheet.height), line.left)))
    value = column.field.parse("".join(line.text for line in ordered))
    return None if value is None else Spot(value, ordered)
