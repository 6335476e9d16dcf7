"""The reader: one page in, its kind and fields out."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from statistics import median

from reviewapp.ocr.apart import papers_apart
from reviewapp.ocr.beside import beside
from reviewapp.ocr.classify import classify, confidence_in, guesses
from reviewapp.ocr.codes import Code, told
from reviewapp.ocr.engines import Engine, EngineMissing, Recognised, engine_named, turned
from reviewapp.ocr.engines.tesseract import TesseractEngine
from reviewapp.ocr.evidence import Evidence
from reviewapp.ocr.extract import extract
from reviewapp.ocr.form import Field, Form, Table
from reviewapp.ocr.kinds import FORMS
from reviewapp.ocr.layout import Sheet, Spot
from reviewapp.ocr.lines import Line, box_quad, make_line
from reviewapp.ocr.picture import Picture
from reviewapp.ocr.prepare import Prepared, as_given, cut_out, page_box, prepare
from reviewapp.ocr.readings import MOST_WHEN_UNSURE, Box, FieldReading, KindReading, PageReading
from reviewapp.ocr.second import independent, looks
from reviewapp.ocr.stamped import unstamped, without_stamps
from reviewapp.ocr.tables import Again, Row, entries, parts_settled, read_table, weigh_rows
from reviewapp.ocr.trust import AGAIN, gather, look_again, settled
from reviewapp.ocr.view import View
from reviewapp.pages import PageImage

LEGIBLE_LINE = 14
"""Median line height (pixels as read) below which a new photograph is needed: 68% of numbers right at 8 pixels, 99%
above 14."""
LEAST_TEXT_LAYER = 24
TEXT_LAYER = "text_layer"


@dataclass(frozen=True, slots=True)
class _Read:
    """A page as recognised, with what was found on it."""

    form: Form
    prepared: Prepared
    source: str
    seen: Recognised
    sheet: Sheet
    spots: dict[str, Spot]
    lists: dict[str, tuple[Row, ...]] = field(default_factory=dict)
    codes: tuple[Code, ...] = ()
    scores_tell: bool = True

    @property
    def answers(self) -> dict[str, Spot]:
        """What was found but for what only helped to find or to check it."""
        return {name: spot for name, spot in self.spots.items() if name not in self.form.helpers}

    def settles(self, name: str, evidence: Evidence) -> bool:
        """Whether a field can be relied on. The text of a PDF is not read but given; of a page too small to read, only
        what something bears out counts."""
        known = self.form.field_named(name)
        if name in evidence.doubted or self.source == TEXT_LAYER or known is None:
            return name not in evidence.doubted
        if {AGAIN}.issuperset(evidence.borne.get(name, ())) and not _legible(self.seen.lines):
            return False
        return settled(known, self.spots[name], evidence, scores_tell=self.scores_tell)


class Reader:
    """Reads pages with one engine, and doubtful numbers with a second one.

    Engines are shared within the process and load on first use (`warm_up` does it at a time of one's choosing).
    `threads` limits the first engine. Raises EngineMissing when an engine is unknown or not installed; a missing
    second one is done without. An engine may also be given as such.
    """

    def __init__(
        self, engine: str | Engine = "rapidocr", second: str | None = "tesseract", threads: int | None = None
    ) -> None:
        self._engine = engine_named(engine, threads) if isinstance(engine, str) else engine
        self._second = self._line_reader(second) if second and second != self._engine.name else None

    def warm_up(self) -> None:
        """Load the models now; the first page is then as fast as any."""
        self._engine.warm_up()

    def read(self, page: PageImage, kind: str | None = None) -> list[PageReading]:
        """The readings of a page: one a paper on it, of the kind recognised, or one of `kind` where somebody knows it.

        Raises DamagedPage when the page's JPEG cannot be decoded.
        """
        if page.doubted_text and _text_layer(page) is not None:
            trusted = replace(page, doubted_text=False)
            (as_text,) = self.read(trusted, kind)
            return beside(as_text, self.read(replace(trusted, text_lines=()), kind))
        started = time.perf_counter()
        source, prepared, seen = self._seen(page)
        parts = [(prepared, seen, None)] if kind is not None else _papers(prepared, source, seen)
        readings = [replace(self._paper(page, cut, source, one, kind), region=region) for cut, one, region in parts]
        seconds = round((time.perf_counter() - started) / len(readings), 3)
        return [replace(one, seconds=seconds) for one in readings]

    def guess(self, page: PageImage) -> list[KindReading]:
        """The kind of each paper on a page and what speaks for it and for others; no field is read.

        Raises DamagedPage when the page's JPEG cannot be decoded.
        """
        source, prepared, all_seen = self._seen(page)
        out = []
        for cut, seen, region in _papers(prepared, source, all_seen):
            picture = Picture(cut.colour, seen.rotation)
            kind, confidence = classify(seen.lines, picture)
            out.append(KindReading(page.number, kind, confidence, guesses(seen.lines, picture), region))
        return out

    def _paper(
        self, page: PageImage, prepared: Prepared, source: str, seen: Recognised, kind: str | None
    ) -> PageReading:
        """One paper: its kind where nobody knows it, and its fields."""
        picture = Picture(prepared.colour, seen.rotation)
        known = None if kind is None else (kind, confidence_in(kind, seen.lines, picture))
        found, confidence = known or classify(seen.lines, picture)
        form = FORMS.get(found)
        return PageReading(
            page=page.number,
            kind=found,
            kind_confidence=confidence,
            rotation=seen.rotation,
            fields={} if form is None else self._fields(form, prepared, source, seen, picture),
            legible=source == TEXT_LAYER or _legible(seen.lines),
        )

    def _seen(self, page: PageImage) -> tuple[str, Prepared, Recognised]:
        """Where the lines of a page come from, its pixels, and the lines."""
        layer = None if page.doubted_text else _text_layer(page)
        if layer is not None:
            return TEXT_LAYER, as_given(page), Recognised(layer, 0, (page.width, page.height))
        prepared = prepare(page)
        return self._engine.name, prepared, self._engine.recognise(prepared.grey)

    def _fields(
        self, form: Form, prepared: Prepared, source: str, seen: Recognised, picture: Picture
    ) -> dict[str, FieldReading]:
        read = self._found(_read_form(form, prepared, source, seen, scores_tell=self._engine.scores_tell), picture)
        evidence = gather(form, read.spots, read.codes)
        for table in form.tables:
            weigh_rows(table, read.lists[table.name], read.spots, evidence)
        again = self._second_looks(read)
        fields = {table.name: _list(read, table, evidence, again) for table in form.tables if read.lists[table.name]}
        for name, spot in read.answers.items():
            known = form.field_named(name)
            if known is not None:
                again(known, spot, evidence)
            fields[name] = _reading(read, name, spot, evidence)
        fields = _from_codes(read) | fields
        if form.looks:
            view = self._view(read)
            for look in form.looks:
                fields |= look(view)
        return fields

    def _found(self, read: _Read, picture: Picture) -> _Read:
        """All that is on the paper: codes, what colours tell, lists; without the letters of stamps."""
        if read.form.codes is not None:
            read = replace(read, codes=picture.codes(read.form.codes))
        if read.source != TEXT_LAYER:
            if read.form.colour and not _checked(read):
                read = self._in_colour(read)
            read = replace(read, spots=unstamped(read.form, read.spots, picture.colour))
        return replace(read, lists=self._lists(read))

    def _view(self, read: _Read) -> View:
        return View(
            colour=turned(read.prepared.colour, read.seen.rotation),
            sheet=read.sheet,
            spots=read.spots,
            codes=read.codes,
            again=lambda part: self._engine.recognise(part).lines,
            place=lambda quads: page_box(list(quads), read.prepared, read.seen.rotation),
            line=self._engine.read_line,
        )

    def _in_colour(self, read: _Read) -> _Read:
        """Bank cards and plates stand on coloured ground: read all channels, and keep that if its numbers check."""
        seen = self._engine.recognise(read.prepared.colour)
        other = _read_form(read.form, read.prepared, read.source, seen, scores_tell=read.scores_tell)
        return other if _checked(other) or len(other.spots) > len(read.spots) else read

    def _lists(self, read: _Read) -> dict[str, tuple[Row, ...]]:
        """The rows of the form's tables; what was overlooked is looked for on the picture, if there is one."""
        if not read.form.tables or read.source == TEXT_LAYER:
            return {table.name: read_table(table, read.sheet) for table in read.form.tables}
        colour = turned(read.prepared.colour, read.seen.rotation)
        sheet = Sheet(without_stamps(read.sheet.lines, colour), read.form.labels)
        look = independent(self._engine, turned(read.prepared.grey, read.seen.rotation))
        return {table.name: read_table(table, sheet, look) for table in read.form.tables}

    def _second_looks(self, read: _Read) -> Again:
        """What nothing bears out and nothing contradicts yet is read again, by this engine and then by the other."""
        if read.source == TEXT_LAYER:
            return lambda *_: None
        grey, rotation = turned(read.prepared.grey, read.seen.rotation), read.seen.rotation
        again = looks(self._engine, turned(read.prepared.colour, rotation), grey) if read.scores_tell else ()
        tesseract = independent(self._second, grey) if self._second is not None else None

        def look(known: Field, spot: Spot, evidence: Evidence) -> None:
            doubted = known.name in evidence.doubted
            if not doubted and not settled(known, spot, evidence, scores_tell=read.scores_tell):
                look_again(known, spot, evidence, again, tesseract)

        return look

    @staticmethod
    def _line_reader(name: str) -> TesseractEngine | None:
        engine = engine_named(name)
        try:
            engine.warm_up()
        except EngineMissing:
            return None
        return engine if isinstance(engine, TesseractEngine) else None


def _read_form(form: Form, prepared: Prepared, source: str, seen: Recognised, *, scores_tell: bool) -> _Read:
    sheet = Sheet(seen.lines, form.labels)
    return _Read(form, prepared, source, seen, sheet, extract(form, sheet), scores_tell=scores_tell)


def _papers(prepared: Prepared, source: str, seen: Recognised) -> list[tuple[Prepared, Recognised, Box | None]]:
    """The papers of a page: one with no region of its own, or several, each as if it were alone."""
    parts = [] if source == TEXT_LAYER else papers_apart(seen.lines, *seen.size)
    if len(parts) < 2:
        return [(prepared, seen, None)]
    out: list[tuple[Prepared, Recognised, Box | None]] = []
    for part in parts:
        region = page_box([box_quad(part.rect)], prepared, seen.rotation)
        left, top, right, bottom = part.rect
        lines = tuple(line.moved(-left, -top) for line in part.lines)
        alone = Recognised(lines, seen.rotation, (round(right - left), round(bottom - top)))
        out.append((cut_out(prepared, region), alone, region))
    return out


def _text_layer(page: PageImage) -> tuple[Line, ...] | None:
    """The PDF's own text as lines, in pixels of the page; None when there is next to none (a scan with a page
    number)."""
    lines = [make_line(text.text, box_quad(text.box)) for text in page.text_lines]
    lines = [line for line in lines if line.text]
    return tuple(lines) if sum(len(line.text) for line in lines) >= LEAST_TEXT_LAYER else None


def _checked(read: _Read) -> bool:
    """Whether every field that its form alone gives away was found, and passes its check digit where it has one; a
    code on the page will do as well."""
    coded = {name for code in read.codes for name in told(code)}
    telling = [f for f in read.form.fields if (f.check is not None or f.anywhere) and f.name not in coded]
    return all(f.name in read.spots and (f.check is None or f.check(read.spots[f.name].value)) for f in telling)


def _reading(read: _Read, name: str, spot: Spot, evidence: Evidence) -> FieldReading:
    known = read.form.field_named(name)
    sure = read.settles(name, evidence)
    alternatives = tuple(dict.fromkeys(a for a in evidence.doubted.get(name, ()) if a != spot.value))
    return FieldReading(
        value=int(spot.value) if known is not None and known.whole else spot.value,
        confidence=spot.score if sure else min(spot.score, MOST_WHEN_UNSURE),
        box=page_box([line.quad for line in spot.lines], read.prepared, read.seen.rotation),
        sources=(read.source, *dict.fromkeys(evidence.borne.get(name, ()))),
        unsure=not sure,
        alternatives=alternatives,
    )


def _list(read: _Read, table: Table, evidence: Evidence, again: Again) -> FieldReading:
    """A list: sure when its rows add up to the total and every part of them can be relied on."""
    rows = read.lists[table.name]
    added_up = table.name in evidence.borne and table.name not in evidence.doubted
    sure = added_up and (read.source == TEXT_LAYER or parts_settled(table, rows, again, scores_tell=read.scores_tell))
    spots = [spot for row in rows for spot in row.values()]
    score = min(spot.score for spot in spots)
    return FieldReading(
        value=entries(table, rows),
        confidence=score if sure else min(score, MOST_WHEN_UNSURE),
        box=page_box([line.quad for spot in spots for line in spot.lines], read.prepared, read.seen.rotation),
        sources=(read.source, *dict.fromkeys(evidence.borne.get(table.name, ()))),
        unsure=not sure,
    )


def _from_codes(read: _Read) -> dict[str, FieldReading]:
    """Fields that only the QR code tells."""
    out: dict[str, FieldReading] = {}
    for code in read.codes:
        box = page_box([code.quad], read.prepared, read.seen.rotation)
        for name, value in told(code).items():
            if read.form.field_named(name) is not None:
                out[name] = FieldReading(value, 0.99, box, (code.source,))
    return out


def _legible(lines: Sequence[Line]) -> bool:
    return bool(lines) and median(line.print_height for line in lines) >= LEGIBLE_LINE
