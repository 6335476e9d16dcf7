"""The registry of what `tests.faults.proof` runs: a figure of the reliability list each, on the code its tests run.

A figure's `run` is given an empty folder of its own and whether the short form is wanted; it says what was reached, or
raises. A figure that is proved by tests alone names them with `by_tests`.
"""

from __future__ import annotations

import multiprocessing
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy.orm import Session

from reviewapp import sealing
from reviewapp.config import PROJECT
from reviewapp.scratch.postgres import own_cluster
from tests.faults import days, kills, outage, races
from tests.faults.office import FAULTS, HONEST, Office, kill_while_working, upset_redis
from tests.faults.tampering import tamper_often
from tests.policy import pool_model
from tests.policy.test_pool import MUTANTS
from tests.services.walking import replay
from tests.support.databases import create_schema, tuned_engine

Run = Callable[[Path, bool], str]
_PROCESSES = 2
_STEPS = 50
_SEQUENCES = 2_000, 100_000
_SPAWN = multiprocessing.get_context("spawn")


@dataclass(frozen=True)
class Figure:
    """One row: its number in the reliability list, what it is about, the figure asked for, how it is reached."""

    number: int
    title: str
    asked: str
    run: Run


def by_tests(*where: str) -> Run:
    """A figure that tests prove: how many passed, those marked `long` only in the whole run."""

    def run(_folder: Path, quick: bool) -> str:
        marks = ["-m", "not long"] if quick else ["-m", "long or not long"]
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *marks, *where]
        done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
        last = done.stdout.strip().splitlines()[-1:] or [done.stderr.strip()[-200:]]
        assert done.returncode == 0, last[0]
        return re.sub(r" in [\d.]+s.*", "", last[0])

    return run


@contextmanager
def _postgres(folder: Path, name: str = "proof") -> Iterator[str]:
    with own_cluster(folder, durable=False) as cluster:
        cluster.create(name)
        create_schema(cluster.url(name))
        yield cluster.url(name)


def _pure_pool(_folder: Path, quick: bool) -> str:
    sequences = _SEQUENCES[0] if quick else _SEQUENCES[1]
    with ProcessPoolExecutor(_PROCESSES, mp_context=_SPAWN) as processes:
        list(processes.map(_walk_in_memory, range(sequences), chunksize=250))
    caught = [name for name, wrong in MUTANTS.items() if _is_caught(pool_model.mutant(**wrong))]
    assert len(caught) == len(MUTANTS), f"not caught: {MUTANTS.keys() - set(caught)}"
    return f"{sequences} sequences × {_STEPS} steps, 0 broken; {len(caught)} of {len(MUTANTS)} mutants caught"


def _walk_in_memory(seed: int) -> None:
    pool_model.run(seed, _STEPS)


def _is_caught(wrong: pool_model.Rules) -> bool:
    try:
        for seed in range(300):
            pool_model.run(seed, _STEPS, wrong)
    except pool_model.Broken:
        return True
    return False


def _replayed(folder: Path, quick: bool) -> str:
    sequences = 20 if quick else 2_000
    with own_cluster(folder, durable=False) as cluster:
        urls = [cluster.url(f"replay{number}") for number in range(_PROCESSES)]
        for number, url in enumerate(urls):
            cluster.create(f"replay{number}")
            create_schema(url)
        shares = [range(number, sequences, _PROCESSES) for number in range(_PROCESSES)]
        with ProcessPoolExecutor(_PROCESSES, mp_context=_SPAWN) as processes:
            list(processes.map(_replay_share, urls, shares))
    return f"{sequences} sequences × {_STEPS} steps by {_PROCESSES} processes, model = database after each"


def _replay_share(url: str, seeds: range) -> None:
    sealing.use(sealing.Sealer(bytes(32), bytes(32)))
    engine = tuned_engine(url)
    for seed in seeds:
        with Session(engine) as session:
            replay(session, seed, _STEPS)
    engine.dispose()


def _submissions(count: int, room: int, few: tuple[int, int]) -> Run:
    def run(folder: Path, quick: bool) -> str:
        asked, fits = few if quick else (count, room)
        with _postgres(folder) as url, races.engine_for_many(url) as engine:
            races.submit_all_at_once(engine, asked, fits)
        return f"{asked} at once by {races.THREADS} threads: {fits} reserved, 0 inversions, 0 gaps seen meanwhile"

    return run


def _killed_workers(faults: dict[str, float]) -> Run:
    def run(folder: Path, quick: bool) -> str:
        with _postgres(folder) as url, Office(folder, url, seed=5, faults=faults) as office:
            kill_while_working(office, 10 if quick else 1_000, minutes=120, say=partial(print, file=sys.stderr))
            found = office.figures()
        assert kills.clean(found), found
        assert quick or found.kills >= 1_000, found
        return f"{found.kills} kills, {found.payouts} payouts: {found.doubled} paid twice, {found.lost} lost"

    return run


def _redis_away(folder: Path, quick: bool) -> str:
    times = 4 if quick else 100
    with _postgres(folder) as url, Office(folder, url, seed=2) as office:
        slowest = upset_redis(office, times)
        found = office.figures()
    assert kills.clean(found), found
    assert slowest < 60, slowest
    return f"{times} times; all done {slowest:.1f} s after its return at the latest, 0 lost, 0 twice"


def _postgres_killed(folder: Path, quick: bool) -> str:
    found = outage.kill_the_server(folder, 3 if quick else 200, say=partial(print, file=sys.stderr))
    assert found.lost == found.gaps == found.differences == 0, found
    return f"{found.kills} kills; {found.submitted} submissions and {found.approved} approvals acknowledged, 0 lost"


def _one_form(folder: Path, quick: bool) -> str:
    forms = 5 if quick else 1_000
    with _postgres(folder) as url, races.engine_for_many(url) as engine:
        races.send_in_parallel(engine, forms)
    return f"{forms} forms × 20 in parallel: {forms} submissions; the older page refused {forms} times"


def _books(folder: Path, quick: bool) -> str:
    count = 4 if quick else 60
    with _postgres(folder) as url, Office(folder, url, seed=12) as office:
        rows = days.live_through(office, count)
        different = [(str(row.day), row.rows) for row in rows if row.difference_fen != 0 or row.rows]
        assert not different, different
        strange = days.strange_payment(office, count + 1)
        assert days.is_told(strange), strange.rows
        found = office.figures()
    return f"{len(rows)} days with faults and {found.kills} kills: 0.00; a payment not ours listed with its amount"


def _reviewers(folder: Path, quick: bool) -> str:
    reviewers, claims = (6, 60) if quick else (20, 5_000)
    with _postgres(folder) as url, races.engine_for_many(url) as engine:
        races.review_everything(engine, reviewers, claims)
    return f"{reviewers} reviewers, {claims} claims, 1 in 20 left lying: each decided once, each back in its place"


def _tamperings(folder: Path, quick: bool) -> str:
    tried = tamper_often(folder, 21 if quick else 1_000)
    assert not tried.missed, tried.missed
    return f"{tried.count} tamperings of {len(tried.kinds)} kinds, all found"


FIGURES = [
    Figure(1, "the pool's rules", "100,000 random sequences × 50: 0 broken, mutants caught", _pure_pool),
    Figure(2, "the rules on PostgreSQL", "2,000 replayed by two processes: model = database", _replayed),
    Figure(
        3, "room for 500", "16 threads, 2,000 submissions: exactly 500 reserved", _submissions(2_000, 500, (80, 20))
    ),
    Figure(4, "tickets", "10,000 at once: 0 behind a later one, 0 gaps", _submissions(10_000, 2_500, (120, 30))),
    Figure(5, "payout workers killed", "1,000 kill -9: 0 twice, 0 lost", _killed_workers(HONEST)),
    Figure(6, "the same, a bank at its worst", "1,000 kill -9: 0 twice", _killed_workers(FAULTS)),
    Figure(7, "Redis killed or wiped", "100 times: all done within 60 s of its return", _redis_away),
    Figure(8, "PostgreSQL killed", "200 times: every acknowledged action present", _postgres_killed),
    Figure(9, "one form sent 20 times at once", "1,000 forms: one effect each, another body refused", _one_form),
    Figure(
        10, "state × action × role", "only the listed moves pass", by_tests("tests/services/test_workflow_guards.py")
    ),
    Figure(
        11,
        "return files changed at random",
        "1,000 files: 0 wrong credits, a second import changes 0 rows",
        by_tests("tests/services/test_mutated_returns.py"),
    ),
    Figure(12, "ledger = instructions = bank", "difference 0.00 every day, the unmatched listed", _books),
    Figure(
        13,
        "two people",
        "maker = checker refused on every path, raw SQL included",
        by_tests("tests/services/test_payouts_batches.py"),
    ),
    Figure(14, "reviewers vanish", "20 × 5,000 claims, 5% vanish: 0 decided twice", _reviewers),
    Figure(21, "tampering with the trail", "1,000 tamperings: all found", _tamperings),
]
