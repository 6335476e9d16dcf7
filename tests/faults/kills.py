"""`python -m tests.faults.kills --kills 1000 [--minutes M] [--database D] [--seed N]`: kill workers, print figures.

Exit 0 only when every payout was made once, nothing is left open, and ledger, instructions and bank agree.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from reviewapp.scratch.postgres import own_cluster
from tests.faults.office import Figures, Office, kill_while_working
from tests.support.databases import PostgresDatabases, SqliteDatabases


def clean(figures: Figures) -> bool:
    """Nothing doubled, lost, different or left open."""
    return figures.doubled == figures.lost == figures.differences == figures.open_work == 0


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield SqliteDatabases(folder).fresh(folder)
        return
    with own_cluster(folder, durable=False) as cluster, PostgresDatabases(cluster, "kills").fresh() as url:
        yield url


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main(arguments: list[str]) -> int:
    """Run and print the figures as one JSON object; progress goes to standard error."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.kills", description=__doc__)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--minutes", type=float, default=60, help="kill no longer than this")
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="postgres")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="ra-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        with _database(given.database, folder) as url, Office(folder, url, seed=given.seed) as office:
            kill_while_working(office, given.kills, minutes=given.minutes, say=_say)
            figures = office.figures()
    print(json.dumps(asdict(figures) | {"database": given.database, "seed": given.seed}))
    return 0 if clean(figures) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
