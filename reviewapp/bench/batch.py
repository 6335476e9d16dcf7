"""A dealer's batch: a pile of drawn papers read with the real engine and put to its buyers; a long sheet checked."""

from __future__ import annotations

import io
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import python_calamine

from reviewapp.ocr import PageReading, Reader
from reviewapp.ocr.engines import Engine, engine_named
from reviewapp.ocr.prepare import prepare
from reviewapp.pages import PageImage, open_file
from reviewapp.policy.placing import Buyer, Item, Key, Placement, keys_of, place
from reviewapp.services.batch_archive import entries
from reviewapp.services.sheet_columns import CARD, NAME, PHONE, Template
from reviewapp.services.sheet_reading import HEAD_ROW, MOST_ROWS, read_sheet
from reviewapp.services.sheet_writing import WrittenRow, write_sheet
from reviewapp.specimens import people, pile
from reviewapp.specimens.purchases import Purchase

_TEMPLATE = Template("yangcheng-2023", "1", "car")


def measure(count: int, seed: int, engine: str) -> dict[str, Any]:
    """Figures of a pile of `count` buyers as one shuffled archive, placed by names alone and by names and cards."""
    bought, planned = pile.buyers(count, seed=seed), pile.plan(count, seed)
    with tempfile.TemporaryDirectory(prefix="pile-") as folder:
        archive = _archive(planned, bought, Path(folder), seed)
        readings, spent = _read(archive, engine)
    truth = {file.name: file.pages for file in planned}
    by_names = _placed(bought, readings, truth, ("name",))
    by_cards = _placed(bought, readings, truth, ("name", "card_number"))
    return {
        "buyers": count,
        "files": len(planned),
        "pages": len(readings),
        "seconds_a_page": round(spent.ours / len(readings), 3),
        "raw_seconds_a_page": round(spent.raw / spent.timed, 3),
        "ratio": round(spent.ours_of_timed / spent.raw, 3),
        "placed_by_names": by_names,
        "placed_by_names_and_cards": by_cards,
        "none_wrong": "wrong" not in {*by_names, *by_cards},
        "sheet": _sheet(),
    }


def _archive(planned: Sequence[pile.PiledFile], bought: Sequence[Purchase], folder: Path, seed: int) -> Path:
    pile.write(tuple(planned), tuple(bought), folder / "pile", seed)
    path = folder / "pile.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in planned:
            archive.write(folder / "pile" / file.name, f"扫描件/{file.name}")
    return path


@dataclass
class _Spent:
    """Seconds of reading, decoding included; and of the bare engine on every third page, beside ours on those pages."""

    pages: int = 0
    ours: float = 0.0
    timed: int = 0
    ours_of_timed: float = 0.0
    raw: float = 0.0


def _read(archive: Path, engine: str) -> tuple[list[tuple[str, int, PageReading]], _Spent]:
    """(file, part, reading) of everything in the archive, as the workers read it."""
    bare = engine_named(engine, 1)
    reader, spent, found = Reader(bare), _Spent(), []
    reader.warm_up()
    for entry in entries(archive):
        with tempfile.NamedTemporaryFile() as file:
            with entry.open() as stream:
                while chunk := stream.read(1 << 20):
                    file.write(chunk)
            file.flush()
            began = time.perf_counter()
            pages = open_file(Path(file.name)).pages
            spent.ours += time.perf_counter() - began
            for page in pages:
                name = entry.name.rpartition("/")[2]
                found += [(name, part, reading) for part, reading in enumerate(_timed(reader, bare, page, spent))]
    return found, spent


def _timed(reader: Reader, bare: Engine, page: PageImage, spent: _Spent) -> Sequence[PageReading]:
    began = time.perf_counter()
    readings = reader.read(page)
    seconds = time.perf_counter() - began
    if spent.pages % 3 == 0:
        began = time.perf_counter()
        bare.recognise(prepare(page).grey)
        spent.raw += time.perf_counter() - began
        spent.ours_of_timed += seconds
        spent.timed += 1
    spent.ours += seconds
    spent.pages += 1
    return readings


def _placed(
    bought: Sequence[Purchase],
    readings: Sequence[tuple[str, int, PageReading]],
    truth: Mapping[str, Sequence[tuple[int, str]]],
    columns: Sequence[str],
) -> dict[str, Any]:
    buyers = [Buyer(at, keys_of(_cells(one, columns))) for at, one in enumerate(bought)]
    names = list(truth)
    items = [
        Item(at, _keys(reading), names.index(name), (reading.page, part))
        for at, (name, part, reading) in enumerate(readings)
    ]
    began = time.perf_counter()
    found = place(buyers, items)
    seconds = time.perf_counter() - began
    whose = [truth[name][reading.page - 1][0] for name, _, reading in readings]
    told = Counter(_outcome(found[at], owner) for at, owner in enumerate(whose))
    right = told["right"] + told["right, told as doubtful"]
    return {"placed_right": right, "of": len(items), **dict(sorted(told.items())), "seconds_placing": round(seconds, 3)}


def _cells(bought: Purchase, columns: Sequence[str]) -> dict[str, str]:
    cells = {"name": bought.buyer.name, "phone": bought.buyer.phone, "card_number": bought.card.number}
    return {name: text for name, text in cells.items() if name in ("phone", *columns)}


def _keys(reading: PageReading) -> tuple[Key, ...]:
    return keys_of({name: field.value for name, field in reading.fields.items()})


def _outcome(found: Placement, owner: int) -> str:
    if found.buyer is None:
        return "stray"
    right = "right" if found.buyer == owner else "wrong"
    return right if found.certainty == "sure" else f"{right}, told as doubtful"


def _sheet() -> dict[str, Any]:
    """The longest sheet that is taken, checked, beside the bare reading of its cells."""
    card = people.purchase(0).card.number
    rows = [
        WrittenRow(HEAD_ROW + 1 + at, {NAME: f"测试{at}", PHONE: f"138{at:08d}", CARD: card}) for at in range(MOST_ROWS)
    ]
    data = write_sheet(_TEMPLATE, rows)
    began = time.perf_counter()
    python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    raw = time.perf_counter() - began
    began = time.perf_counter()
    checked = read_sheet(data, _TEMPLATE)
    seconds = time.perf_counter() - began
    return {
        "rows": len(checked.rows),
        "seconds": round(seconds, 3),
        "raw_seconds": round(raw, 3),
        "ratio": round(seconds / raw, 2),
    }
