"""`python -m workers QUEUE`: one RQ worker on one queue, until it is told to stop or it is time for a fresh process."""

from __future__ import annotations

import argparse
import sys

from redis import Redis

from reviewapp.config import Settings
from reviewapp.errors import ReviewError
from reviewapp.queueing import QUEUES
from workers import runtime
from workers.consumers import consumer
from workers.jobs import uploads


def main(arguments: list[str]) -> int:
    """Work until told to stop; 0 then, and also when a fresh process is due. 2 when the engine cannot be loaded."""
    parser = argparse.ArgumentParser(prog="python -m workers", description="One RQ worker on one queue.")
    parser.add_argument("queue", choices=QUEUES)
    queue = parser.parse_args(arguments).queue
    app = runtime.app()
    if queue == "ocr":
        try:
            uploads.warm_up(app)
        except ReviewError as error:
            print(error.message, file=sys.stderr)
            return 2
    redis = Redis.from_url(Settings.from_environment().redis_url)
    consumer(queue, redis).work(logging_level="WARNING")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
