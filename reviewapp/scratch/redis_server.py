"""A real Redis of one's own, on a unix socket in a folder."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

from redis import Redis
from redis.exceptions import ConnectionError as RedisAway

from reviewapp.scratch.processes import start_guarded, wait_until

_OPTIONS = ["--port", "0", "--appendonly", "yes", "--save", "", "--maxmemory-policy", "noeviction"]


class RedisServer:
    """`redis-server` in `folder`, with the options of the embedded stack; can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._socket = folder / "redis.sock"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address as in REDIS_URL."""
        return f"unix://{self._socket}"

    def start(self) -> None:
        """Start the server and wait until it answers."""
        where = ["--unixsocket", str(self._socket), "--dir", str(self._folder)]
        self._process = start_guarded(["redis-server", *_OPTIONS, *where], self._folder / "redis.log")
        wait_until(self._answers, seconds=10, what="Redis does not answer")

    def kill(self) -> None:
        """End the server at once, without a chance to save."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(10)
            self._process = None

    def empty(self) -> None:
        """Remove everything the server holds."""
        with Redis.from_url(self.url) as redis:
            redis.flushall()

    def _answers(self) -> bool:
        try:
            with Redis.from_url(self.url) as redis:
                return bool(redis.ping())
        except RedisAway:
            return False
