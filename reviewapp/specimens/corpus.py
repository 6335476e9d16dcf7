"""The corpus: any number of specimens of every kind and form, each with what a reader must find on it.

A specimen is made from its kind, form and number alone; the same three give the same picture and the same truth.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from PIL import Image

from reviewapp.specimens import car_papers, home_goods, photos, scrapped, used_cars
from reviewapp.specimens.boxes import Box, printed
from reviewapp.specimens.papers import FORMS, compose, render
from reviewapp.specimens.papers.sheet import Sheet

Values = Callable[[int, str], Mapping[str, Any]]
"""What paper `number` of some form says: its fields by their names in the code."""


@dataclass(frozen=True)
class Specimen:
    """One drawn paper. `values` are its fields as PAPERS.md forms them, and its truth but for UNREAD."""

    kind: str
    form: str
    number: int

    @cached_property
    def values(self) -> Mapping[str, Any]:
        """All fields that the paper shows."""
        return VALUES[self.kind](self.number, self.form)

    @property
    def truth(self) -> dict[str, Any]:
        """The fields a reader must find."""
        return {name: value for name, value in self.values.items() if name not in UNREAD}

    def sheet(self) -> Sheet:
        """The paper laid out."""
        return compose(self.kind, self.values, seed=self.number, form=self.form)

    def boxes(self) -> dict[str, tuple[Box, ...]]:
        """Where in the picture the fields of the truth are printed; a field printed nowhere is left out."""
        return printed(self.sheet(), self.truth)

    def picture(self) -> Image.Image:
        """The paper as a flat scan (RGB)."""
        return render(self.kind, self.values, seed=self.number, form=self.form)


def every_form() -> tuple[tuple[str, str], ...]:
    """All (kind, form) that can be drawn."""
    return tuple((kind, form) for kind, forms in FORMS.items() for form in forms)


VALUES: Mapping[str, Values] = {
    **car_papers.VALUES,
    **used_cars.VALUES,
    **scrapped.VALUES,
    **home_goods.VALUES,
    **photos.VALUES,
}
UNREAD = frozenset({"seal_authority"})
"""Fields that papers show and the reader leaves alone: the authority inside a licence's red seal."""
