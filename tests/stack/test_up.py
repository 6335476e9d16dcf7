"""`reviewapp up` as a whole: everything answers, what is killed comes back, nothing is left."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from reviewapp.config import PROJECT
from reviewapp.scratch.processes import alive, wait_until
from reviewapp.stack.background import Stack, running_stack

pytestmark = pytest.mark.slow

SERVICES = {"redis", "bank", "web", "ocr-1", "payout", "messages", "cron", "reconciler"}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def data(short_folder: Path, request: pytest.FixtureRequest) -> Path:
    """A data folder with a path short enough for a socket."""
    return short_folder / f"up-{abs(hash(request.node.nodeid)) % 10_000}"


def _parts(stack: Stack) -> dict[str, str]:
    """What `/readyz` says of each part, whole or not."""
    try:
        answer = urllib.request.urlopen(f"{stack.url}/readyz", timeout=5)
    except urllib.error.HTTPError as not_ready:
        answer = not_ready
    with answer:
        return dict(json.load(answer)["parts"])


def _descendants(pid: int) -> set[int]:
    below = {int(child) for path in Path(f"/proc/{pid}/task").glob("*/children") for child in path.read_text().split()}
    return below.union(*(_descendants(child) for child in below))


def _all_ok(stack: Stack) -> bool:
    try:
        return set(_parts(stack).values()) == {"ok"}
    except OSError:
        return False


def _second_is_refused(data: Path) -> None:
    command = [sys.executable, "-m", "reviewapp.cli", "up", "--data", str(data), "--port", "1"]
    second = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=60, check=False)
    assert second.returncode == 2
    assert "正由另一个 reviewapp up" in second.stderr
    assert "Traceback" not in second.stderr


def _killed_services_come_back(stack: Stack) -> None:
    for name in ("redis", "web", "payout"):
        for pid in _descendants(stack.processes[name]):
            os.kill(pid, signal.SIGKILL)
    wait_until(lambda: _all_ok(stack), seconds=90, what="not everything came back")


def _killed_supervisor_leaves_nothing(data: Path) -> None:
    supervisor = int((data / "up.lock").read_text())
    everything = _descendants(supervisor)
    assert len(everything) >= 2 * len(SERVICES)
    os.kill(supervisor, signal.SIGKILL)
    wait_until(lambda: not any(map(alive, everything)), seconds=5, what="processes outlive the supervisor")


def test_a_stack_from_start_to_sudden_end(data: Path, tmp_path: Path) -> None:
    """One stack for several claims: a start costs eight processes."""
    ports = {"port": _free_port(), "bank_port": _free_port()}
    storage = {"STORAGE_URL": f"file:{tmp_path / 'uploads'}"}
    with running_stack(data, **ports, log=tmp_path / "log", environment=storage) as stack:
        assert set(stack.processes) == SERVICES
        assert set(_parts(stack).values()) == {"ok"}
        assert "没有设置短信服务（SMS_URL）" in (tmp_path / "log").read_text().rpartition("已就绪")[2]
        _second_is_refused(data)
        assert set(_parts(stack).values()) == {"ok"}
        _killed_services_come_back(stack)
        _killed_supervisor_leaves_nothing(data)


def test_orderly_stop_within_ten_seconds(data: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "reviewapp.cli", "up", "--data", str(data), f"--port={_free_port()}"]
    with (tmp_path / "log").open("wb") as log:
        up = subprocess.Popen([*command, f"--bank-port={_free_port()}"], cwd=PROJECT, stderr=log)
    wait_until(lambda: (data / "up.json").exists(), seconds=90, what="not ready")
    everything = _descendants(up.pid)
    up.send_signal(signal.SIGINT)
    assert up.wait(10) == 0
    assert not any(map(alive, everything))
