"""A firm's seal pressed on a printed form, as a shop does before it photographs the form."""

from __future__ import annotations

from PIL import Image, ImageChops

from reviewapp.specimens.papers import stamps


def stamped(form: Image.Image, name: str, seed: int = 1, at: tuple[float, float] = (0.6, 0.52)) -> Image.Image:
    """The picture of an A4 form with the round seal of `name`, whose corner lies at these parts of its sides."""
    seal = stamps.round_seal(name, seed, size=round(form.width * 0.2))
    sheet, layer = form.convert("RGB"), Image.new("RGB", form.size, "white")
    layer.paste(seal.convert("RGB"), (round(form.width * at[0]), round(form.height * at[1])), seal.split()[3])
    return ImageChops.multiply(sheet, layer)
