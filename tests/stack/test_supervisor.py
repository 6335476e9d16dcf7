"""The supervisor over real processes: starts in order, restarts, reports, and leaves nothing behind however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reviewapp.scratch.processes import alive, wait_until
from reviewapp.stack import folder
from reviewapp.stack.folder import DataFolder, InUse

pytestmark = pytest.mark.slow

Start = Callable[..., subprocess.Popen[bytes]]
_DRIVER = Path(__file__).with_name("services.py")


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a supervisor over services given as `NAME:STAGE=COMMAND`; `$D` is the test's folder."""
    started: list[subprocess.Popen[bytes]] = []

    def run(*services: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, str(_DRIVER), str(tmp_path), *services]
        with (tmp_path / "log").open("wb") as log:
            process = subprocess.Popen(command, stderr=log, env={**os.environ, "D": str(tmp_path)})
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.wait()


def _log(tmp_path: Path) -> str:
    return (tmp_path / "log").read_text()


def _processes(tmp_path: Path) -> dict[str, int]:
    """Guards of a ready stack by name."""
    wait_until(lambda: folder.running(tmp_path) is not None, seconds=20, what=f"not ready: {_log(tmp_path)}")
    note = folder.running(tmp_path)
    assert note is not None
    return dict(note["processes"])


def _noted(tmp_path: Path, name: str) -> int:
    """A process id that a service wrote to a file."""
    path = tmp_path / name
    wait_until(lambda: path.exists() and path.read_text().endswith("\n"), seconds=20, what=f"{name} not written")
    return int(path.read_text().split()[-1])


def _trapping(tmp_path: Path, *names: str) -> None:
    """Wait for a ready stack whose services have set their traps: before that a signal ends them at once."""
    _processes(tmp_path)
    for name in names:
        _noted(tmp_path, name)


_HORSE = "setsid sh -c 'echo $$ > $D/horse; exec sleep 300' & echo $$ > $D/worker; wait"


def test_stages_start_in_order_and_output_is_labelled(start: Start, tmp_path: Path) -> None:
    start(
        "store:0=echo store >> $D/order; exec sleep 300",
        "migrate:1:once=sleep 0.3; echo migrate >> $D/order; echo 升级完成",
        "web:2=echo web >> $D/order; exec sleep 300",
    )
    assert set(_processes(tmp_path)) == {"store", "web"}
    wait_until(lambda: "web" in (tmp_path / "order").read_text(), seconds=5, what="web not started")
    assert (tmp_path / "order").read_text().split() == ["store", "migrate", "web"]
    assert "migrate   │ 升级完成" in _log(tmp_path)
    assert "已就绪：http://127.0.0.1:1" in _log(tmp_path)


def test_killed_service_is_started_again(start: Start, tmp_path: Path) -> None:
    start("worker:0=echo $$ >> $D/worker; exec sleep 300")
    _processes(tmp_path)
    first = _noted(tmp_path, "worker")
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: _noted(tmp_path, "worker") != first, seconds=10, what="not restarted")
    assert alive(_noted(tmp_path, "worker"))
    assert "worker 意外结束（退出码 137）" in _log(tmp_path)


def test_killed_worker_takes_its_work_horse_along(start: Start, tmp_path: Path) -> None:
    start(f"worker:0={_HORSE}")
    _processes(tmp_path)
    horse = _noted(tmp_path, "horse")
    os.kill(_noted(tmp_path, "worker"), signal.SIGKILL)
    wait_until(lambda: not alive(horse), seconds=5, what="the work horse still runs")


def test_killed_guard_leaves_nothing_and_is_replaced(start: Start, tmp_path: Path) -> None:
    start(f"worker:0={_HORSE}")
    guard = _processes(tmp_path)["worker"]
    worker, horse = _noted(tmp_path, "worker"), _noted(tmp_path, "horse")
    os.kill(guard, signal.SIGKILL)
    wait_until(lambda: not alive(worker) and not alive(horse), seconds=5, what="orphans of the guard still run")
    wait_until(lambda: _processes(tmp_path).get("worker", guard) != guard, seconds=10, what="not restarted")


def test_killed_supervisor_leaves_nothing(start: Start, tmp_path: Path) -> None:
    supervisor = start("store:0=echo $$ > $D/store; exec sleep 300", f"worker:1={_HORSE}")
    guards = list(_processes(tmp_path).values())
    pids = [*guards, *(_noted(tmp_path, name) for name in ("store", "worker", "horse"))]
    assert all(alive(pid) for pid in pids)
    supervisor.kill()
    wait_until(lambda: not any(alive(pid) for pid in pids), seconds=5, what="processes outlive the supervisor")


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_stops_in_reverse_order(start: Start, tmp_path: Path, ending: signal.Signals) -> None:
    obey = "trap 'echo {0} >> $D/order; exit 0' TERM; echo $$ > $D/{0}; while :; do sleep 0.05; done"
    supervisor = start(f"store:0={obey.format('store')}", f"web:2={obey.format('web')}")
    _trapping(tmp_path, "store", "web")
    supervisor.send_signal(ending)
    assert supervisor.wait(10) == 0
    assert (tmp_path / "order").read_text().split() == ["web", "store"]
    assert folder.running(tmp_path) is None


def test_deaf_service_is_killed_within_ten_seconds(start: Start, tmp_path: Path) -> None:
    deaf = "trap '' TERM INT; echo $$ > $D/{0}; while :; do sleep 0.05; done"
    supervisor = start(f"store:0={deaf.format('store')}", f"web:2={deaf.format('web')}")
    _trapping(tmp_path, "store", "web")
    supervisor.send_signal(signal.SIGINT)
    assert supervisor.wait(10) == 0
    assert not alive(_noted(tmp_path, "store"))
    assert not alive(_noted(tmp_path, "web"))


def test_second_ctrl_c_does_not_wait(start: Start, tmp_path: Path) -> None:
    supervisor = start("web:2=trap '' TERM; echo $$ > $D/web; while :; do sleep 0.05; done")
    _trapping(tmp_path, "web")
    supervisor.send_signal(signal.SIGINT)
    wait_until(lambda: "正在停止" in _log(tmp_path), seconds=5, what="did not begin to stop")
    supervisor.send_signal(signal.SIGINT)
    assert supervisor.wait(3) == 0


def test_crash_loop_is_said_plainly(start: Start, tmp_path: Path) -> None:
    start("web:0=exec sleep 300", "cron:1=sleep 0.2; echo broken; exit 3")
    _processes(tmp_path)
    wait_until(lambda: "60 秒内结束了 5 次" in _log(tmp_path), seconds=30, what="crash loop not reported")
    assert "cron 意外结束（退出码 3），0.5 秒后重新启动" in _log(tmp_path)
    assert "cron      │ broken" in _log(tmp_path)


def test_worker_that_asks_for_a_fresh_process_gets_one_quietly(start: Start, tmp_path: Path) -> None:
    start("worker:0=echo $$ >> $D/worker; sleep 2.2")
    _processes(tmp_path)
    first = _noted(tmp_path, "worker")
    wait_until(lambda: _noted(tmp_path, "worker") != first, seconds=10, what="not restarted")
    assert "意外结束" not in _log(tmp_path)


def test_failed_migration_stops_everything(start: Start, tmp_path: Path) -> None:
    supervisor = start("store:0=echo $$ > $D/store; exec sleep 300", "migrate:1:once=exit 4", "web:2=touch $D/web")
    assert supervisor.wait(20) == 1
    assert "启动失败：migrate" in _log(tmp_path)
    assert not (tmp_path / "web").exists()
    assert not alive(_noted(tmp_path, "store"))


def test_folder_belongs_to_one_supervisor(tmp_path: Path) -> None:
    with DataFolder(tmp_path), pytest.raises(InUse, match=f"进程 {os.getpid()}"), DataFolder(tmp_path):
        pass
    with DataFolder(tmp_path):
        pass
