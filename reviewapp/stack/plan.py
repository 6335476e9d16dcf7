"""Which processes make up the stack for given settings, in which order, and how to see that each is ready."""

from __future__ import annotations

import http
import http.client
import json
import socket
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from reviewapp.config import Settings
from reviewapp.errors import ReviewError
from reviewapp.machine import usable_cores

_TRY_SECONDS = 2.0
_LONGEST_SOCKET = 107  # bytes; what the kernel takes as the address of a unix socket


class PathTooLong(ReviewError):
    """The data folder lies too deep for a unix socket in it."""

    code = "path_too_long"


@dataclass(frozen=True)
class Options:
    """What the command line decides."""

    port: int
    bank_port: int
    ocr_workers: int


@dataclass(frozen=True)
class Service:
    """One process of the stack.

    Stages start one after the other, each when the one before is ready, and stop in reverse. A service with `once` is
    ready when it has ended well; others when `ready()` says so.
    """

    name: str
    stage: int
    command: tuple[str, ...]
    once: bool = False
    ready: Callable[[], bool] | None = None


def services(settings: Settings, options: Options, given: Mapping[str, str]) -> list[Service]:
    """The stack. Redis and the sandbox bank are part of it unless `given` (the environment) names others."""
    planned = []
    if "REDIS_URL" not in given:
        planned.append(_redis(settings))
    if "BANK_URL" not in given:
        planned.append(_bank(settings, options))
    planned.append(Service("migrate", 1, (*_python("reviewapp.cli"), "migrate"), once=True))
    planned.append(_web(options))
    numbers = range(1, options.ocr_workers + 1)
    planned += [Service(f"ocr-{number}", 2, (*_python("workers"), "ocr")) for number in numbers]
    planned += [Service(queue, 2, (*_python("workers"), queue)) for queue in ("payout", "messages")]
    planned.append(Service("cron", 2, _python("workers.cron")))
    planned.append(Service("reconciler", 2, _python("workers.reconciler")))
    return planned


def environment(settings: Settings, options: Options, given: Mapping[str, str]) -> dict[str, str]:
    """The children's environment: `given`, with every address spelt out so that all of them see the same, and the cores
    shared out among the processes that read papers."""
    threads = max(1, usable_cores() // options.ocr_workers)
    return {
        **given,
        "REVIEWAPP_DATA": str(settings.data),
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "STORAGE_URL": settings.storage_url,
        "BANK_URL": settings.bank_url,
        "OCR_THREADS": given.get("OCR_THREADS") or str(threads),
        "PYTHONUNBUFFERED": "1",
    }


def port_is_free(port: int) -> bool:
    """True when this machine's loopback port can be listened on."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def missing_parts(port: int) -> list[str]:
    """The parts that `/readyz` of a running site does not call ok."""
    status, body = _get(port, "/readyz")
    if status == http.HTTPStatus.OK:
        return []
    try:
        return [name for name, state in json.loads(body)["parts"].items() if state != "ok"]
    except (ValueError, KeyError):
        return ["web"]


def _python(module: str) -> tuple[str, ...]:
    return (sys.executable, "-m", module)


def _redis(settings: Settings) -> Service:
    path = settings.redis_url.removeprefix("unix://")
    if len(path.encode()) > _LONGEST_SOCKET:
        raise PathTooLong(f"数据文件夹的路径太长，Redis 无法在其中监听：{path}。请用 --data 指定一个路径较短的文件夹。")
    folder = settings.data / "redis"
    folder.mkdir(parents=True, exist_ok=True)
    options = ["--port", "0", "--appendonly", "yes", "--save", "", "--maxmemory-policy", "noeviction"]
    quiet = ["--loglevel", "warning"]
    where = ["--unixsocket", path, "--unixsocketperm", "700", "--dir", str(folder)]
    return Service("redis", 0, ("redis-server", *options, *quiet, *where), ready=partial(_redis_answers, path))


def _bank(settings: Settings, options: Options) -> Service:
    database = settings.data / "bank.sqlite3"
    command = (*_python("reviewapp.bank.sandbox"), "--port", str(options.bank_port), "--database", str(database))
    return Service("bank", 0, command, ready=partial(_listens, options.bank_port))


def _web(options: Options) -> Service:
    command = (
        *_python("gunicorn"),
        *("--worker-class", "gthread", "--workers", "2", "--threads", "8"),
        *("--bind", f"127.0.0.1:{options.port}", "--graceful-timeout", "5", "--no-control-socket"),
        "reviewapp:create_app()",
    )
    return Service("web", 2, command, ready=partial(_site_answers, options.port))


def _redis_answers(path: str) -> bool:
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(_TRY_SECONDS)
            connection.connect(path)
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def _listens(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=_TRY_SECONDS):
            return True
    except OSError:
        return False


def _site_answers(port: int) -> bool:
    return _get(port, "/healthz")[0] == http.HTTPStatus.OK


def _get(port: int, path: str) -> tuple[int, bytes]:
    """Status and body of a page of the site; status 0 when it does not answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_TRY_SECONDS)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read()
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        connection.close()
