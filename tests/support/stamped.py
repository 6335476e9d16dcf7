"""What happens to a printed form on its way: out of the printer, under a village's seal, before a telephone."""

from __future__ import annotations

import random

import pypdfium2
from PIL import Image, ImageChops

from reviewapp.specimens.papers import stamps


def on_paper(pdf: bytes) -> Image.Image:
    """The first page as the printer lays it on paper, 200 dots an inch."""
    page: Image.Image = pypdfium2.PdfDocument(pdf)[0].render(scale=200 / 72).to_pil()
    return page.convert("RGB")


def under_seal(paper: Image.Image, name: str, seed: int) -> Image.Image:
    """The page with the red seal of that name pressed on its date."""
    rng, layer = random.Random(f"seal/{seed}"), Image.new("RGB", paper.size, "white")
    seal = stamps.round_seal(name, seed, size=round(paper.width / 5))
    layer.paste(seal, (round(paper.width * 0.6) + rng.randint(-25, 25), round(paper.height * 0.52)), seal)
    return ImageChops.multiply(paper, layer)
