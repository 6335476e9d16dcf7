"""How sure a reading is: check digits and cross-checks first, then the engine's score and a second look at the place.

Numbers of money and identity, and the names of people and firms, are never sure by a score alone: the same place is
read again from other pixels (all colours instead of the red channel, then with a wider margin), and what stays doubtful
is read by Tesseract. Measured on 2,396 fields of ten forms in seven states, most of them bad: of the numbers 0.8% were
wrong, of those that both second looks confirmed 0.2%, nearly all with a check digit that fails.
A second reader that disagrees is never right when it matters (0 of 152 measured): it makes the field `unsure`, its
reading is shown beside the first, and a person looks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from reviewapp.ocr.codes import Code, told
from reviewapp.ocr.evidence import Evidence
from reviewapp.ocr.form import Field, Form
from reviewapp.ocr.layout import Spot
from reviewapp.policy.kinds import PARTIES

SURE_NUMBER = 0.90
"""Weakest character of a number or name that one more look settles."""
PROVEN_NUMBER = 0.50
"""The same, when a check digit or cross-check bears the number out."""
CONFIRMED = 0.70
"""Weakest character of what two more looks settle."""
SURE_TEXT = 0.80
"""Weakest character of another text that needs no second look."""
AGAIN, TESSERACT, CHECK_DIGIT = "again", "tesseract", "check_digit"

Look = Callable[[Spot], str]
"""Reads the place of a spot once more."""

_LOOKALIKES = str.maketrans({"O": "0", "Q": "0", "I": "1", "|": "1"})


def gather(form: Form, spots: Mapping[str, Spot], codes: Sequence[Code]) -> Evidence:
    """All that bears out or contradicts the spots of a page."""
    evidence = Evidence()
    values = {name: spot.value for name, spot in spots.items()}
    for name, value in values.items():
        field = form.field_named(name)
        if field is not None and field.check is not None and field.check(value):
            evidence.bear((name,), CHECK_DIGIT)
    if form.crosscheck is not None:
        form.crosscheck(values, evidence)
    for code in codes:
        _weigh_code(code, values, evidence)
    return evidence


def _weigh_code(code: Code, values: Mapping[str, str], evidence: Evidence) -> None:
    for name, value in told(code).items():
        if name == "amount":
            _weigh_amount(value, values, evidence)
        elif values.get(name) == value:
            evidence.bear((name,), code.source)
        elif name in values:
            evidence.doubt(name, value)


def _weigh_amount(amount: str, values: Mapping[str, str], evidence: Evidence) -> None:
    """The code's amount is the total or the price before tax, papers differ in which: it tells something only where
    both were read, and not as the same."""
    if not {"total", "net_price"} <= values.keys() or values["total"] == values["net_price"]:
        return
    same = [name for name in ("total", "net_price") if values[name] == amount]
    if same:
        evidence.bear(same, "qr")
    else:
        evidence.doubt("total", amount)


def look_again(
    field: Field, spot: Spot, evidence: Evidence, looks: Sequence[Look], tesseract: Look | None = None
) -> None:
    """Have what is not settled read again: `looks` by the page's own engine, then by Tesseract; note who agrees, or
    what was seen instead.

    A number whose check digit fails is not settled by the same engine twice: it leaves out a doubled character both
    times.
    """
    seen: list[str] = []
    for enough, look in zip((SURE_NUMBER, CONFIRMED), looks if field.check is None else (), strict=False):
        if spot.weakest < CONFIRMED or not _agrees(field, spot, look(spot), seen):
            break
        if spot.weakest >= enough:
            evidence.bear((field.name,), AGAIN)
            return
    if tesseract is not None and field.number and _agrees(field, spot, tesseract(spot), seen):
        evidence.bear((field.name,), TESSERACT)
        return
    for other in seen:
        evidence.doubt(field.name, other)


def _agrees(field: Field, spot: Spot, text: str, others: list[str]) -> bool:
    """Whether a text says the same as the spot; if it says something else, it is added to `others`."""
    value = field.parse(text)
    if same_number(value or text, spot.value) or same_number(text, spot.text):
        return True
    if text:
        others.append(value or text)
    return False


def settled(field: Field, spot: Spot, evidence: Evidence, *, scores_tell: bool = True) -> bool:
    """Whether a reading can be relied on as it is.

    Without `scores_tell` the engine's score alone never settles it, nor does a check digit alone: one wrong number in
    ten has a right one, and of what such an engine reads half is wrong.
    """
    if field.name in evidence.doubted:
        return False
    witnesses = set(evidence.borne.get(field.name, ()))
    if not scores_tell and witnesses == {CHECK_DIGIT}:
        return False
    if witnesses:
        return spot.weakest >= PROVEN_NUMBER or not field.number
    if not scores_tell or decides(field):
        return False
    return spot.weakest >= SURE_TEXT


def decides(field: Field) -> bool:
    """Whether money or identity hangs on the field: nothing but a witness settles it."""
    return field.number or field.check is not None or field.name in PARTIES


def same_number(a: str, b: str) -> bool:
    """Equal but for spaces, marks and the letters that no number tells from digits."""
    return bool(_bare(a)) and _bare(a) == _bare(b)


def _bare(text: str) -> str:
    return re.sub(r"[^0-9A-Z|\u4e00-\u9fff]", "", text.upper()).translate(_LOOKALIKES)
