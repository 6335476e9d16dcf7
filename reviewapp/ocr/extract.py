"""From lines to the fields of a form, by labels and lay-out. Places and texts only: how sure they are is `trust`'s
matter."""

from __future__ import annotations

from collections.abc import Iterator

from reviewapp.ocr.form import Field, Form
from reviewapp.ocr.labels import Piece
from reviewapp.ocr.layout import Sheet, Spot


def extract(form: Form, sheet: Sheet) -> dict[str, Spot]:
    """The fields of `form`, helpers too, found on an upright page cut at its labels; absent when not found."""
    found: dict[str, Spot] = {}
    used: set[int] = set()
    for each in form.fields:
        spot = _by_label(sheet, each, used)
        if spot is not None:
            found[each.name] = spot
    for each in form.fields:
        if each.anywhere and each.name not in found:
            spot = _anywhere(sheet, each, found)
            if spot is not None:
                found[each.name] = spot
    if form.find is not None:
        found.update(form.find(sheet, found))
    return found


def _by_label(sheet: Sheet, field: Field, used: set[int]) -> Spot | None:
    for label in _labels(sheet, field):
        for piece in _candidates(sheet, field, label):
            if id(piece) in used and not field.shared:
                continue
            spot = _read(sheet, field, label, piece)
            if spot is not None:
                used |= set() if field.shared else {id(piece)}
                return spot
    return None


def _labels(sheet: Sheet, field: Field) -> list[Piece]:
    """Labels that may be this field's, in the order the form prefers; shared wordings are told apart by what stands
    above."""
    own = [p for p in sheet.pieces if p.hit is not None and p.hit.label in field.labels]
    own.sort(
        key=lambda p: (field.labels.index(p.hit.label), p.hit.mistakes, p.line.centre[1]) if p.hit else (0, 0, 0.0)
    )
    if field.after is None:
        return own
    above = sheet.labels(field.after)
    return [p for p in own if any(sheet.offset(top.line, p.line)[1] > 0.5 * sheet.height for top in above)]


def _candidates(sheet: Sheet, field: Field, label: Piece) -> Iterator[Piece]:
    if field.right:
        yield from sheet.right_of(label, field.right, field.labels)
    if field.below:
        yield from sheet.below(label, field.below, field.labels)


def _read(sheet: Sheet, field: Field, label: Piece, piece: Piece) -> Spot | None:
    pieces = sheet.block(label, piece, field.wrap) if field.wrap else [piece]
    value = field.parse("".join(p.line.text for p in pieces))
    return None if value is None else Spot(value, tuple(p.line for p in pieces))


def _anywhere(sheet: Sheet, field: Field, found: dict[str, Spot]) -> Spot | None:
    """The one text of the page that has the form of the field, not read as another field and not another label's."""
    taken = {line.quad for spot in found.values() for line in spot.lines}
    spots: dict[str, Spot] = {}
    for piece in sheet.pieces:
        if piece.hit is not None or piece.line.quad in taken or sheet.labelled(piece, field.labels):
            continue
        value = field.parse(piece.line.text)
        if value is not None and (field.check is None or field.check(value)):
            spots.setdefault(value, Spot(value, (piece.line,)))
    return next(iter(spots.values())) if len(spots) == 1 else None
