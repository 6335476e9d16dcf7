"""`python -m tests.faults.hostile [--every N]`: hostile files through upload and reading, in one process; figures.

Each file goes the way a submitter's file goes: into the store by the upload's inspection, then through the reading
worker's job with the real engine. After each tenth one a good paper must be read as ever. Exit 0 only when every file
ended as a refusal with code and message or as a read page, nothing was raised, and memory stayed flat.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy.orm import Session

from reviewapp import sealing
from reviewapp.db import transaction
from reviewapp.models import Upload
from reviewapp.ocr import Reader
from reviewapp.pages import RefusedFile
from reviewapp.services import intake
from tests.factories import NOW
from tests.services.paperwork import Desk, desk
from tests.support.databases import SqliteDatabases, tuned_engine
from tests.support.hostile import hostile_files, write_hostile
from tests.support.hostile.wounds import paper

GOOD_EVERY = 10
MOST_PAPERS = 30
"""No file may take a worker longer, in processor time, than so many good papers do on the same machine: 20 pages of a
PDF are read one after the other, and a page full of characters takes as long as ten papers."""
FULLEST = "flood-of-characters.jpg"
"""Goes first: the engine keeps what its fullest page needed, so that all growth after it is somebody's fault."""
MOST_GROWTH = 80 << 20
"""Between the second quarter of the files and the last one."""
_MOST_NAME = 60


@dataclass(slots=True)
class Ended:
    """How one file ended: `outcome` is a refusal's code or `read`, `kinds` what its pages were taken for,
    `seconds` of this process's processor time: the machine may be busy with something else."""

    name: str
    outcome: str
    seconds: float
    kinds: list[str] = field(default_factory=list)
    message: str = ""
    memory: int = 0

    def is_right(self, most_seconds: float) -> bool:
        """A refusal tells its reason; a read file has pages; and it did not take for ever."""
        told = bool(self.kinds) if self.outcome == "read" else self.message.endswith("。")
        return told and self.outcome != "raised" and self.seconds < most_seconds


def run(session: Session, folder: Path, files: Mapping[str, Path], reader: Reader) -> tuple[list[Ended], list[Ended]]:
    """Every file in turn, and the good papers between them."""
    at = desk(session, folder)
    at.reader = reader  # type: ignore[assignment]
    ended, good = [], []
    for number, (name, path) in enumerate(files.items()):
        ended.append(_end(at, name, path))
        if number % GOOD_EVERY == 0 or number == len(files) - 1:
            good.append(_reads_good(at, folder, number))
    return ended, good


def _end(at: Desk, name: str, path: Path) -> Ended:
    started = time.process_time()
    outcome, kinds, message = "read", [], ""
    try:
        upload = _through(at, name, path)
        kinds = [page.paper.kind for page in upload.pages]
        if upload.state == "refused":
            outcome, message = "refused_when_read", upload.refusal or ""
        with transaction(at.session):
            intake.remove_upload(at.session, at.actor, NOW, at.claim.id, upload.public_id)
    except RefusedFile as refused:
        outcome, message = refused.code, refused.message
    except Exception as raised:  # what a worker would die of or try for ever
        at.session.rollback()
        outcome, message = "raised", f"{type(raised).__name__}: {raised}"[:300]
    return Ended(name[-_MOST_NAME:], outcome, round(time.process_time() - started, 2), kinds, message, _memory())


def _through(at: Desk, name: str, path: Path) -> Upload:
    with path.open("rb") as stream:
        received = intake.receive(at.storage, stream, name)
    with transaction(at.session):
        upload = intake.add_upload(at.session, at.actor, NOW, at.claim.id, received)
    return at.read(upload)


def _reads_good(at: Desk, folder: Path, number: int) -> Ended:
    """A sound paper, other bytes each time; it must be read as what it is."""
    path = folder / "good.jpg"
    path.write_bytes(paper("jpg") + str(number).encode())
    return _end(at, "good.jpg", path)


def figures(ended: Iterable[Ended], good: Sequence[Ended]) -> dict[str, Any]:
    """What became of them, for people and for the exit code."""
    all_ended = list(ended)
    good_seconds = median(one.seconds for one in good)
    well_read = sum(one.outcome == "read" and one.kinds == ["vehicle_invoice"] for one in good)
    quarter = max(1, len(all_ended) // 4)
    growth = median(one.memory for one in all_ended[-quarter:]) - median(
        one.memory for one in all_ended[quarter : 2 * quarter] or all_ended
    )
    slowest = sorted(all_ended, key=lambda one: -one.seconds)[:5]
    return {
        "files": len(all_ended),
        "outcomes": dict(Counter(one.outcome for one in all_ended).most_common()),
        "kinds": dict(Counter(kind for one in all_ended for kind in one.kinds).most_common()),
        "wrong": [asdict(one) for one in all_ended if not one.is_right(MOST_PAPERS * good_seconds)],
        "good_papers": {"read": well_read, "of": len(good), "seconds": good_seconds},
        "slowest": [{"name": one.name, "outcome": one.outcome, "seconds": one.seconds} for one in slowest],
        "seconds": round(sum(one.seconds for one in all_ended), 1),
        "memory_mb": [one.memory >> 20 for one in all_ended[:: max(1, len(all_ended) // 12)]],
        "memory_most_mb": max(one.memory for one in all_ended) >> 20,
        "memory_growth_mb": round(growth / (1 << 20)),
    }


def is_clean(found: Mapping[str, Any]) -> bool:
    """Nothing ended wrong, the worker read on, its memory is flat."""
    good = found["good_papers"]
    return not found["wrong"] and good["read"] == good["of"] and found["memory_growth_mb"] << 20 < MOST_GROWTH


def chosen(folder: Path, every: int) -> dict[str, Path]:
    """Every n-th hostile file, written into `folder`, by its name, after the fullest page."""
    files = hostile_files()
    files = {FULLEST: files[FULLEST]} | dict(list(files.items())[::every])
    return dict(zip(files, write_hostile(folder, files), strict=True))


def _memory() -> int:
    """Resident bytes of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def main(arguments: list[str]) -> int:
    """Run and print the figures as one JSON object."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.hostile", description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="take every N-th file only")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="ra-") as name:
        folder = Path(name)
        files = chosen(folder / "files", given.every)
        sealing.use(sealing.Sealer(bytes(32), bytes(32)))
        engine = tuned_engine(SqliteDatabases(folder).fresh(folder))
        with Session(engine) as session:
            found = figures(*run(session, folder, files, Reader(threads=1)))
    print(json.dumps(found, ensure_ascii=False, indent=1))
    return 0 if is_clean(found) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
