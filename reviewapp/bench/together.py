"""Work shared out among processes that begin on one signal, and how long it took all of them."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Sequence
from typing import Any

Prepare = Callable[[Any], Callable[[], None]]

_CONTEXT = multiprocessing.get_context("forkserver")
_LONGEST_WAIT = 900


def seconds(prepare: Prepare, shares: Sequence[Any]) -> float:
    """`prepare(share)` in a process for each share, then what it returned, all at once: first start to last end.

    `prepare` is a function of a module, as pickle wants it. Raises RuntimeError when a process dies over its share.
    """
    _CONTEXT.set_forkserver_preload([prepare.__module__])  # only the first one counts: imports are slow
    barrier = _CONTEXT.Barrier(len(shares), timeout=_LONGEST_WAIT)
    answers = [_started(prepare, share, barrier) for share in shares]
    try:
        spans = [answer.recv() for answer in answers]
    except EOFError:
        raise RuntimeError("a process of the bench died; its reason stands above") from None
    return max(end for _, end in spans) - min(start for start, _ in spans)


def _started(prepare: Prepare, share: Any, barrier: Any) -> Any:
    answer, theirs = _CONTEXT.Pipe(duplex=False)
    _CONTEXT.Process(target=_work, args=(prepare, share, barrier, theirs), daemon=True).start()
    theirs.close()
    return answer


def _work(prepare: Prepare, share: Any, barrier: Any, answer: Any) -> None:
    """In the process; the clock is the machine's, so that spans of processes can be compared."""
    try:
        work = prepare(share)
    except BaseException:
        barrier.abort()
        raise
    barrier.wait()
    start = time.monotonic()
    work()
    answer.send((start, time.monotonic()))
