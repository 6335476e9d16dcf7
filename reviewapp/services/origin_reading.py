"""Reading a stamped form: the code on a page says what the page is, whatever the reader makes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.models import Claim, Page, Upload
from reviewapp.ocr import square_codes
from reviewapp.pages import PageImage
from reviewapp.services import origin_forms
from reviewapp.services.filing import SeenPage
from reviewapp.signing import Signer


def code_on(page: PageImage) -> str:
    """The text of a form's code on the page, "" when there is none."""
    return next((text for text in square_codes(page) if origin_forms.is_code(text)), "")


def bearing(seen: Sequence[SeenPage], code: str) -> list[SeenPage]:
    """The papers seen on one picture, with the code (if there is any) on the one that looks like the form."""
    form = next((paper for paper in seen if paper.reading.kind == origin_forms.KIND), None)
    return [replace(paper, code=code) if paper is form else paper for paper in seen]


def held_against_print(session: Session, signer: Signer, claim: Claim, seen: SeenPage) -> SeenPage:
    """The page with its reading compared with what was printed, when it is this claim's own form."""
    form = origin_forms.find(session, signer, seen.code)
    if form is None or form.claim_id != claim.id or seen.reading.kind != origin_forms.KIND:
        return seen
    return replace(seen, reading=origin_forms.compared(seen.reading, form))


def note_codes(session: Session, signer: Signer, upload: Upload, seen: Sequence[SeenPage]) -> None:
    """Keep whose forms the filed pages show."""
    for one in seen:
        if one.code:
            here = (Page.upload_id == upload.id, Page.number == one.image.number, Page.part == one.part)
            page = session.scalars(select(Page).where(*here)).one()
            origin_forms.note(session, page, origin_forms.find(session, signer, one.code))
