"""Our own form, stamped and photographed, as the real engine reads it."""

from __future__ import annotations

import io

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy.orm import Session

from reviewapp.models import Actor
from reviewapp.ocr import Reader, square_codes
from reviewapp.pages import PageImage
from reviewapp.services import origin_forms
from reviewapp.specimens import scrapped
from reviewapp.specimens.damage import damage
from reviewapp.web.claims import origin
from tests.factories import NOW
from tests.factories import collection as made
from tests.support.stamped import on_paper, under_seal

pytestmark = pytest.mark.slow


def _page(picture: Image.Image) -> PageImage:
    out = io.BytesIO()
    picture.thumbnail((2400, 2400))
    picture.save(out, "JPEG", quality=88)
    return PageImage(1, *picture.size, out.getvalue())


def test_photographed_by_hand_everything_is_read(app: Flask, rows: Session) -> None:
    truth = {name: value for name, value in scrapped.origin_certificate(1, "typed").items() if isinstance(value, str)}
    clerk = made.clerk(rows)
    form = origin_forms.make(rows, Actor.of(clerk), NOW, made.draft(rows, clerk).id, truth)
    with app.test_request_context():
        paper = under_seal(on_paper(origin._pdf(form)), f"{truth['village']}村民委员会", 1)
    page = _page(damage(paper, ["phone", "shadow"], 1))
    (code,) = square_codes(page)
    assert origin_forms.find(rows, app.extensions["signer"], code) is form
    (reading,) = Reader().read(page)
    assert reading.kind == origin_forms.KIND
    assert reading.fields["has_seal"].value is True
    read = {name: field.value for name, field in reading.fields.items() if name in origin_forms.FIELDS}
    assert read == {name: value for name, value in truth.items() if name in origin_forms.FIELDS}
    assert [name for name, field in reading.fields.items() if field.unsure] == []
