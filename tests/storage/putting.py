"""A process that puts one file after another and is killed before its n-th step.

Run as a module: `putting ROOT SEED STEP`. It prints a name only when put() has returned: that is the acknowledgement.
Steps are the calls that change the disk, and every block read from the sender.
"""

import io
import os
import random
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from reviewapp.storage import storage_from_url

CHANGES = ("open", "mkdir", "fchmod", "chmod", "fsync", "replace", "unlink")


class Steps:
    """Counts, and kills this process with SIGKILL when the count is reached."""

    def __init__(self, last: int) -> None:
        self.left = last

    def step(self) -> None:
        self.left -= 1
        if self.left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def counted(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(*args: Any, **options: Any) -> Any:
            self.step()
            return call(*args, **options)

        return wrapper


class Sender(io.BytesIO):
    """A sender whose every block is a step."""

    steps: Steps

    def read(self, size: int | None = -1) -> bytes:
        self.steps.step()
        return super().read(size)


def main(root: Path, seed: int, last: int) -> None:
    storage = storage_from_url(f"file:{root}")
    steps, chance = Steps(last), random.Random(seed)
    for name in CHANGES:
        setattr(os, name, steps.counted(getattr(os, name)))
    while True:
        # A few seeds only, so that the same bytes are often there already.
        sender = Sender(random.Random(chance.randrange(40)).randbytes(chance.choice((0, 10, 100_000, 2_500_000))))
        sender.steps = steps
        print(storage.put(sender).sha256, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
