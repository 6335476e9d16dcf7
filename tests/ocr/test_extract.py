"""Kinds and fields from recorded engine output of every paper, and what must not change them."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reviewapp.ocr.classify import classify
from reviewapp.ocr.evidence import Evidence
from reviewapp.ocr.extract import extract
from reviewapp.ocr.form import Form
from reviewapp.ocr.kinds import FORMS
from reviewapp.ocr.layout import Sheet, Spot
from reviewapp.ocr.lines import Line
from reviewapp.ocr.trust import gather, settled
from reviewapp.policy.kinds import KINDS
from tests.ocr.papers import same
from tests.ocr.recordings import Recording, recordings

ALL = recordings()
CLEAN = [each for each in ALL if each.name.endswith("-clean")]
LOOKED_FOR = {"has_seal", "has_signature", "pages", "items", "products", "grade", "commodity_code"}
"""Fields that are found in the picture or in tables, not by labels."""
BY_WORDS = [each for each in ALL if FORMS[each.kind].sight is None]
"""Those whose kind needs no look at the picture."""
CROSS_CHECKED = {"vehicle_invoice": {"total", "net_price", "tax_amount"}, "id_card": {"birth_date"}}
"""Fields without a check digit that the rest of the same paper bears out."""


def named(recording: Recording) -> str:
    return recording.name


def read(recording: Recording, lines: tuple[Line, ...] | None = None) -> dict[str, Spot]:
    return _extract(FORMS[recording.kind], lines if lines is not None else recording.lines)


def _extract(form: Form, lines: tuple[Line, ...] | list[Line]) -> dict[str, Spot]:
    return extract(form, Sheet(lines, form.labels))


def facts(recording: Recording) -> dict[str, object]:
    return {name: value for name, value in recording.truth.items() if name not in LOOKED_FOR}


@pytest.mark.parametrize("recording", BY_WORDS, ids=named)
def test_kind_is_recognised_by_the_words_on_the_page(recording: Recording) -> None:
    kind, confidence = classify(recording.lines)
    assert kind == recording.kind
    assert confidence >= 0.6


@pytest.mark.parametrize("recording", CLEAN, ids=named)
def test_every_field_of_a_clean_paper_is_found_exactly(recording: Recording) -> None:
    found = read(recording)
    wrong = {
        name: found.get(name)
        for name, value in facts(recording).items()
        if name not in found or not same(name, found[name].value, value)
    }
    assert wrong == {}
    assert set(found) - set(FORMS[recording.kind].helpers) <= set(recording.truth)


def test_damaged_papers_keep_their_exactness() -> None:
    fields = right = 0
    for recording in (each for each in ALL if each not in CLEAN):
        found = read(recording)
        fields += len(facts(recording))
        right += sum(name in found and same(name, found[name].value, value) for name, value in facts(recording).items())
    assert right / fields >= 0.97


@pytest.mark.parametrize("recording", CLEAN, ids=named)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(angle=st.floats(-6, 6), scale=st.floats(0.4, 2.5), dx=st.floats(0, 500), dy=st.floats(0, 500))
def test_turning_scaling_and_moving_the_page_changes_nothing(
    recording: Recording, angle: float, scale: float, dx: float, dy: float
) -> None:
    moved = tuple(_moved(line, math.radians(angle), scale, dx, dy) for line in recording.lines)
    before = {name: spot.value for name, spot in read(recording).items()}
    after = {name: spot.value for name, spot in read(recording, moved).items()}
    for name in before:
        assert same(name, after.get(name), before[name])


@pytest.mark.parametrize("recording", CLEAN, ids=named)
def test_order_of_the_lines_does_not_matter(recording: Recording) -> None:
    before = {name: spot.value for name, spot in read(recording).items()}
    after = {name: spot.value for name, spot in read(recording, recording.lines[::-1]).items()}
    assert after == before


@pytest.mark.parametrize("recording", CLEAN, ids=named)
def test_a_wrong_character_in_a_number_told_twice_is_never_certain(recording: Recording) -> None:
    form, found = FORMS[recording.kind], read(recording)
    checked = {field.name for field in form.fields if field.check is not None}
    proven = (checked | CROSS_CHECKED.get(recording.kind, set())) & set(found) - LOOKED_FOR
    tried = 0
    for name in proven:
        for place, char in enumerate(found[name].value):
            if not char.isdigit():
                continue
            lines = _misread(recording.lines, found[name], place, str((int(char) + 3) % 10))
            again = _extract(form, lines)
            if name in again and not same(name, again[name].value, recording.truth[name]):
                assert not _certain(form, name, again), f"{name}: {again[name].value}"
                tried += 1
    assert tried > 0 or not proven


def test_a_label_read_slightly_wrong_still_leads_to_its_value() -> None:
    recording = next(each for each in CLEAN if each.name == "vehicle_licence-both-clean")
    lines = tuple(
        replace(line, text=line.text.replace("发动机号码", "发动枧号码").replace("车辆识别代号", "车辆识剔代号"))
        for line in recording.lines
    )
    found = read(recording, lines)
    assert found["engine_number"].value == recording.truth["engine_number"]
    assert found["vin"].value == recording.truth["vin"]


@pytest.mark.parametrize("recording", CLEAN, ids=named)
def test_a_value_that_is_not_there_is_absent_and_not_taken_from_a_neighbour(recording: Recording) -> None:
    """Each field's lines removed in turn: the field may be found elsewhere on the paper, but never with another value
    of a number."""
    form, found = FORMS[recording.kind], read(recording)
    for name, spot in found.items():
        field = form.field_named(name)
        if field is None or not field.number:
            continue
        gone = {line.quad for line in spot.lines}
        text = {line.text for line in spot.lines}
        lines = tuple(
            line for line in recording.lines if line.quad not in gone and not any(t in line.text for t in text)
        )
        again = _extract(form, lines)
        if name in again and not same(name, again[name].value, recording.truth[name]):
            assert not _certain(form, name, again), f"{name}: {again[name].value}"


def test_nothing_on_the_page_is_other() -> None:
    assert classify([])[0] == "other"


@pytest.mark.parametrize("form", FORMS.values(), ids=lambda form: form.kind)
def test_forms_read_the_fields_of_their_kind_and_no_others(form: Form) -> None:
    known = KINDS[form.kind].fields
    assert {field.name for field in form.fields} - set(form.helpers) <= set(known)
    for field in form.fields:
        if field.name in known and known[field.name].type in {
            "id",
            "vin",
            "card",
            "phone",
            "plate",
            "date",
            "instant",
            "money",
        }:
            assert field.number, f"{field.name} decides money or identity: it must be read twice when in doubt"


def _certain(form: Form, name: str, spots: dict[str, Spot]) -> bool:
    field = form.field_named(name)
    evidence: Evidence = gather(form, spots, ())
    return field is not None and settled(field, spots[name], evidence)


def _moved(line: Line, angle: float, scale: float, dx: float, dy: float) -> Line:
    cos, sin = math.cos(angle) * scale, math.sin(angle) * scale
    a, b, c, d = ((x * cos - y * sin + dx, x * sin + y * cos + dy) for x, y in line.quad)
    return replace(line, quad=(a, b, c, d))


def _misread(lines: tuple[Line, ...], spot: Spot, place: int, char: str) -> tuple[Line, ...]:
    """The lines with the character at `place` of the spot's value read as `char`, where the value stands as printed:
    in one line, or broken at the end of a line of a letter."""
    value, start = spot.value, 0
    parts = [part.text for part in spot.lines] if spot.text == spot.value else [value]
    while place >= start + len(parts[0]):
        start += len(parts.pop(0))
    part, at = parts[0], place - start
    wrong = part[:at] + char + part[at + 1 :]
    return tuple(replace(line, text=line.text.replace(part, wrong)) if part in line.text else line for line in lines)
