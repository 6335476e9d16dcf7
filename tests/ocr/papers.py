"""Rendered papers with their truth, and how readings are compared with it."""

from __future__ import annotations

from typing import Any

from PIL import Image

from reviewapp.bench.ocr_pages import page_of
from reviewapp.specimens.compare import same
from reviewapp.specimens.corpus import Specimen, every_form

__all__ = ["FORMS_TO_READ", "page_of", "paper", "same"]

FORMS_TO_READ = every_form()


def paper(kind: str, form: str, number: int) -> tuple[Image.Image, dict[str, Any]]:
    """A rendered paper and the fields it shows."""
    specimen = Specimen(kind, form, number)
    return specimen.picture(), specimen.truth
