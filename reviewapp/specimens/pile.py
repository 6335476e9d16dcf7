"""A dealer's pile: the papers of many buyers as an office scans and photographs them, shuffled, with whose each is."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image

from reviewapp.specimens import damage, people
from reviewapp.specimens.papers import render, write_pdf, write_photo
from reviewapp.specimens.purchases import COUNTIES, Purchase

KINDS = (
    "id_card", "vehicle_invoice", "vehicle_licence", "vehicle_certificate", "bank_card", "pos_slip", "car_photo",
)  # fmt: skip
"""What yangcheng-2023 `car` asks of every buyer."""
_FLAT = ("vehicle_invoice", "vehicle_certificate")


@dataclass(frozen=True, slots=True)
class PiledFile:
    """A file of the pile: its name, and for each of its pages in order whose paper (index of the buyer) of which kind
    it is.
    """

    name: str
    pages: tuple[tuple[int, str], ...]


def buyers(count: int, *, seed: int = 0) -> tuple[Purchase, ...]:
    """That many buyers at one dealer of Yangcheng, no two at the same price. IndexError beyond `people.MOST_PEOPLE`."""
    firm = people.dealer(0, COUNTIES["yangcheng"])
    bought = (people.purchase(at, total=f"{98_600 + at * 1_300}.00", seed=seed) for at in range(count))
    return tuple(replace(purchase, dealer=firm) for purchase in bought)


def plan(count: int, seed: int = 0) -> tuple[PiledFile, ...]:
    """How the papers of that many buyers are spread over files, in the order of a shuffled pile.

    By turns a buyer's papers are photographs, single scans, one PDF; of the fourth of every five and the one after it
    the flat papers come in one PDF, sheet about sheet, and the others as photographs.
    """
    rng = random.Random(f"pile/{seed}/{count}")
    files = [file for spread in _spread(count) for file in spread]
    rng.shuffle(files)
    return tuple(
        PiledFile(f"{'SCAN' if name == 'pdf' else 'IMG'}_{number:04d}.{name}", pages)
        for number, (name, pages) in enumerate(files, 1)
    )


_Spread = tuple[str, tuple[tuple[int, str], ...]]


def _spread(count: int) -> Iterator[list[_Spread]]:
    for index in range(count):
        papers = [(index, kind) for kind in KINDS]
        if index % 5 == 2:
            yield [("pdf", tuple(papers))]
            continue
        shared = index % 5 == 3 and index + 1 < count
        if shared:
            yield [("pdf", tuple((index + at, kind) for kind in _FLAT for at in (0, 1)))]
        single = [paper for paper in papers if not ((shared or index % 5 == 4) and paper[1] in _FLAT)]
        yield [("jpg", (paper,)) for paper in single]


def write(files: tuple[PiledFile, ...], bought: tuple[Purchase, ...], folder: Path, seed: int = 0) -> None:
    """Draw the files into the folder; scans are flat, photographs a telephone's."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in files:
        path = folder / file.name
        if path.suffix == ".pdf":
            write_pdf([_paper(bought, page, seed) for page in file.pages], path)
        else:
            ((index, kind),) = file.pages
            picture = _paper(bought, (index, kind), seed)
            write_photo(picture if index % 5 == 1 else damage.phone_photo(picture, _number(index, kind, seed)), path)


def _paper(bought: tuple[Purchase, ...], page: tuple[int, str], seed: int) -> Image.Image:
    index, kind = page
    return render(kind, bought[index].paper_values(kind), seed=_number(index, kind, seed))


def _number(index: int, kind: str, seed: int) -> int:
    return seed * 100_000 + index * 100 + KINDS.index(kind)
