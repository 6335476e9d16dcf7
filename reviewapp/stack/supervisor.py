"""Starts the services stage by stage, starts again what dies, stops all of it in order.

One thread and one selector: signals, output and time come in through `_step`, everything else is plain sequence.
"""

from __future__ import annotations

import os
import selectors
import signal
import time
from collections.abc import Callable, Mapping

from reviewapp.stack import guard
from reviewapp.stack.child import CRASH_LOOP, WINDOW_SECONDS, Child
from reviewapp.stack.console import Console
from reviewapp.stack.folder import DataFolder
from reviewapp.stack.plan import Service

_TICK = 0.1
_READY_SECONDS = 90.0
_PARTS_SECONDS = 20.0
_DEATHS_BEFORE_READY = 3
#: Stages stop in reverse; the first of them, with the workers, has work in hand. The sum stays below ten seconds.
_STOP_SECONDS = {2: 6.0, 1: 1.0, 0: 2.0}
_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Supervisor:
    """Runs services until it is told to stop (SIGINT, SIGTERM, SIGHUP).

    `missing_parts` names the parts of a started stack that do not answer yet; `warning` is said last when it is up.
    """

    def __init__(
        self,
        services: list[Service],
        environment: Mapping[str, str],
        *,
        missing_parts: Callable[[], list[str]],
        console: Console,
        folder: DataFolder,
        warning: str = "",
    ) -> None:
        self._children = [Child(service, environment) for service in services]
        self._missing_parts = missing_parts
        self._console = console
        self._folder = folder
        self._warning = warning
        self._selector = selectors.DefaultSelector()
        self._stop_requests = 0
        self._stopping = False
        self._url: str | None = None

    def run(self, url: str) -> int:
        """Run until stopped; 0 after an orderly stop, 1 when the stack did not come up. `url`: where the site is."""
        self._console.introduce([child.service.name for child in self._children])
        guard.adopt_orphans()
        self._listen_to_signals()
        try:
            came_up = self._start_all(url)
            while came_up and not self._stop_requests:
                self._step()
        finally:
            self._stop_all()
        return 0 if came_up or self._stop_requests else 1

    # --- starting -----------------------------------------------------------------------------------------------------

    def _start_all(self, url: str) -> bool:
        began = time.monotonic()
        for stage in sorted({child.service.stage for child in self._children}):
            members = [child for child in self._children if child.service.stage == stage]
            for child in members:
                self._start(child)
            if not self._wait_for(members):
                return False
        missing = self._wait_for_parts()
        self._url = url
        self._note()
        self._console.say(f"已就绪：{url}（用时 {time.monotonic() - began:.1f} 秒）。按 Ctrl-C 停止。")
        if missing:
            self._console.say(f"网站已开，但这些部分还没有应答：{'、'.join(missing)}。情况见 {url}/readyz 。")
        if self._warning:
            self._console.say(self._warning)
        return True

    def _start(self, child: Child) -> None:
        child.start()
        self._selector.register(child.output, selectors.EVENT_READ, child)
        self._note()

    def _wait_for(self, members: list[Child]) -> bool:
        deadline = time.monotonic() + _READY_SECONDS
        waiting = list(members)
        while waiting and not self._stop_requests:
            self._step()
            waiting = [child for child in waiting if not self._is_ready(child)]
            hopeless = [child.service.name for child in waiting if _is_hopeless(child)]
            if hopeless or (waiting and time.monotonic() > deadline):
                names = "、".join(hopeless or [child.service.name for child in waiting])
                self._console.say(f"启动失败：{names} 没有就绪。原因见上面它的输出；全部停止。")
                return False
        return not self._stop_requests

    def _wait_for_parts(self) -> list[str]:
        """Give the parts some time after the site is up; those that still do not answer."""
        deadline = time.monotonic() + _PARTS_SECONDS
        while (missing := self._missing_parts()) and not self._stop_requests and time.monotonic() < deadline:
            self._step()
        return missing

    def _is_ready(self, child: Child) -> bool:
        if child.service.once:
            return child.outcome == 0
        return child.pid is not None and (child.service.ready is None or child.service.ready())

    # --- one step -----------------------------------------------------------------------------------------------------

    def _step(self) -> None:
        for key, _ in self._selector.select(_TICK):
            if isinstance(key.data, Child):
                self._relay(key.data)
            else:
                key.data()
        for child in self._children:
            if child.status is not None:
                self._ended(child)
            elif child.restart_at is not None and time.monotonic() >= child.restart_at and not self._stopping:
                self._start(child)

    def _relay(self, child: Child) -> None:
        lines = child.read()
        if lines is None:
            self._selector.unregister(child.output)
            return
        for line in lines:
            self._console.line(child.service.name, line)

    def _ended(self, child: Child) -> None:
        if child.output in self._selector.get_map():
            self._selector.unregister(child.output)
        for line in child.bury():
            self._console.line(child.service.name, line)
        guard.kill_children(spare=frozenset(other.pid for other in self._children if other.pid))
        if self._stopping or child.service.once:
            return
        if child.wants_a_fresh_process:
            child.restart_now()
        else:
            self._plan_restart(child)

    def _plan_restart(self, child: Child) -> None:
        name = child.service.name
        wait = child.plan_restart()
        self._console.say(f"{name} 意外结束（退出码 {child.outcome}），{wait:.1f} 秒后重新启动。")
        if child.deaths == CRASH_LOOP:
            self._console.say(
                f"{name} 在 {WINDOW_SECONDS:.0f} 秒内结束了 {child.deaths} 次，重新启动看来没有用。"
                "原因见上面它的输出；排除之后它会自己恢复，不必重启整套系统。"
            )

    def _note(self) -> None:
        if self._url is not None:
            self._folder.note(self._url, {child.service.name: child.pid for child in self._children if child.pid})

    # --- signals ------------------------------------------------------------------------------------------------------

    def _listen_to_signals(self) -> None:
        reader, writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        for number in (*_ENDING, signal.SIGCHLD):
            signal.signal(number, lambda *_: None)
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        self._selector.register(reader, selectors.EVENT_READ, self._signal_reader(reader))

    def _signal_reader(self, reader: int) -> Callable[[], None]:
        def read() -> None:
            self._stop_requests += sum(number in _ENDING for number in os.read(reader, 64))

        return read

    # --- stopping -----------------------------------------------------------------------------------------------------

    def _stop_all(self) -> None:
        """Stop stage by stage; a second request to stop does not wait any longer."""
        self._stopping = True
        patience = self._stop_requests
        self._console.say("正在停止……")
        for stage in sorted({child.service.stage for child in self._children}, reverse=True):
            members = [child for child in self._children if child.service.stage == stage]
            self._signal(members, signal.SIGTERM)
            self._drain(members, _STOP_SECONDS[stage], patience)
            self._signal(members, signal.SIGQUIT)
            self._drain(members, 1.0, None)
        self._console.say("已全部停止。")

    def _signal(self, members: list[Child], number: signal.Signals) -> None:
        for child in members:
            child.signal(number)

    def _drain(self, members: list[Child], seconds: float, patience: int | None) -> None:
        deadline = time.monotonic() + seconds
        while any(child.pid for child in members) and time.monotonic() < deadline:
            if patience is not None and self._stop_requests > max(patience, 1):
                return
            self._step()


def _is_hopeless(child: Child) -> bool:
    return child.deaths >= _DEATHS_BEFORE_READY or (child.service.once and bool(child.outcome))
