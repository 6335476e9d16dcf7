"""`python -m tests.faults.proof [--only N,N] [--quick] [--json]`: the figures of money and order, reached or not.

One row a figure of the reliability list: what is asked, what was reached, in how many seconds. Exit 1 when one does not
hold. `--quick` runs every row in a short form (minutes altogether); the whole takes hours, most of it kills.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
import traceback
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from reviewapp import schemes, sealing
from tests.faults.figures import FIGURES, Figure

_HEADS = ("no", "figure asked", "figure reached", "seconds", "")
_MOST_REACHED = 160


@dataclass(frozen=True)
class Line:
    """One row of the table."""

    number: int
    title: str
    asked: str
    reached: str
    seconds: float
    passed: bool


def prove(figure: Figure, *, quick: bool) -> Line:
    """Run one figure in a folder of its own; whatever it raises is a failure, told in the row."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="ra-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        _forget_offices()
        try:
            reached, passed = figure.run(folder, quick), True
        except Exception as error:
            traceback.print_exc(file=sys.stderr)
            reached, passed = f"{type(error).__name__}: {error}".splitlines()[0][:_MOST_REACHED], False
    return Line(figure.number, figure.title, figure.asked, reached, round(time.monotonic() - began, 1), passed)


def _forget_offices() -> None:
    """Keys and published schemes of an office that a figure before had built, and whose database is gone."""
    sealing.use(sealing.Sealer(bytes(32), bytes(32)))
    schemes.use(schemes.Empty())


def table(lines: Sequence[Line]) -> str:
    """The lines for people."""
    rows = [_HEADS] + [
        (str(line.number), line.asked, line.reached, f"{line.seconds:.1f}", "ok" if line.passed else "FAILED")
        for line in lines
    ]
    widths = [max(_width(row[column]) for row in rows) for column in range(len(_HEADS))]
    ruled = [rows[0], tuple("-" * width for width in widths), *rows[1:]]
    return "\n".join(" | ".join(map(_padded, row, widths)).rstrip() for row in ruled)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def _numbers(text: str) -> set[int]:
    return {int(part) for part in text.split(",")}


def _chosen(only: Iterable[int] | None) -> list[Figure]:
    known = sorted(FIGURES, key=lambda figure: figure.number)
    return known if only is None else [figure for figure in known if figure.number in only]


def main(arguments: list[str]) -> int:
    """Run the figures in turn; the table on standard output, progress on standard error."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.proof", description=__doc__)
    parser.add_argument("--only", type=_numbers, metavar="N,N", help="these figures only")
    parser.add_argument("--quick", action="store_true", help="a short form of each")
    parser.add_argument("--json", action="store_true", help="a JSON array instead of the table")
    given = parser.parse_args(arguments)
    if unknown := (given.only or set()) - {figure.number for figure in FIGURES}:
        parser.error(f"no such figure: {', '.join(map(str, sorted(unknown)))}")
    lines = []
    for figure in _chosen(given.only):
        print(f"{figure.number}: {figure.title} …", file=sys.stderr, flush=True)
        lines.append(prove(figure, quick=given.quick))
    told = [asdict(line) for line in lines]
    print(json.dumps(told, ensure_ascii=False, indent=1) if given.json else table(lines))
    return 0 if all(line.passed for line in lines) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
