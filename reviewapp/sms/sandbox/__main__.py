"""`python -m reviewapp.sms.sandbox [--port 8091] [--key KEY] [--secret SECRET] [--signature 惠民补贴]`."""

from __future__ import annotations

import argparse
import signal
import sys
from types import FrameType

from reviewapp.policy.notices import SIGNATURE
from reviewapp.sms.sandbox.platform import Platform
from reviewapp.sms.sandbox.server import Server


def _arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m reviewapp.sms.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=8091, help="on 127.0.0.1; 0 takes a free one and prints it")
    parser.add_argument("--key", default="practice", help="SMS_KEY of the office")
    parser.add_argument("--secret", default="practice-secret", help="SMS_SECRET of the office")
    parser.add_argument("--signature", default=SIGNATURE, help="the one signature that is approved")
    return parser.parse_args(arguments)


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def main(arguments: list[str]) -> int:
    """Serve until SIGTERM or SIGINT."""
    given = _arguments(arguments)
    server = Server(given.port, Platform(given.key, given.secret, given.signature))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    with server:
        server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
