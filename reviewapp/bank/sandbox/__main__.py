"""`python -m reviewapp.bank.sandbox --port 8090 --database FILE [--fault NAME=VALUE …] [--seed N]`."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path
from types import FrameType

from reviewapp.bank.sandbox.books import Books
from reviewapp.bank.sandbox.faults import Dice, Faults
from reviewapp.bank.sandbox.server import Server


def _arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m reviewapp.bank.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=8090, help="on 127.0.0.1; 0 takes a free one and prints it")
    parser.add_argument("--database", type=Path, required=True, help="the bank's own SQLite file")
    parser.add_argument("--fault", action="append", default=[], metavar="NAME=VALUE", help="may be given several times")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args(arguments)


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def main(arguments: list[str]) -> int:
    """Serve until SIGTERM or SIGINT; 2 for switches that do not exist."""
    given = _arguments(arguments)
    try:
        faults = Faults().changed(dict(text.split("=", 1) for text in given.fault))
    except ValueError as error:
        print(f"--fault: {error}", file=sys.stderr)
        return 2
    given.database.parent.mkdir(parents=True, exist_ok=True)
    server = Server(given.port, Books(given.database), Dice(faults, given.seed))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    with server:
        server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
