"""`reviewapp demo`: the main job on real files, played with invented people, and then the site to look around in."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from signal import SIGTERM, pause, signal
from typing import NoReturn

import click
from rich.console import Console

from reviewapp.config import PROJECT
from reviewapp.demo import run, scenario
from reviewapp.demo.board import Board, reading_summary, table
from reviewapp.demo.office import ACCOUNTS, PASSWORD, opened
from reviewapp.demo.outcome import Found
from reviewapp.demo.rendering import renderer
from reviewapp.demo.scenario_model import Plan
from reviewapp.errors import Unavailable
from reviewapp.policy.workflow import ROLES
from reviewapp.queries.corrections import Corrections
from reviewapp.stack.background import running_stack
from reviewapp.stack.folder import DataFolder
from reviewapp.stack.plan import missing_parts, port_is_free

#: In a folder that the demonstration made, and may therefore empty.
_MARK = "demo-data"
_MARK_TEXT = "reviewapp demo 的演示数据：每次运行都会清空重建，请勿存放其他文件。\n"
_LOG = "stack.log"
_PAPERS = "papers"
_OCR_WORKERS = 2
_WIDTH_OF_A_PIPE = 160
_READY_SECONDS = 60.0
_INTERRUPTED = 130
#: Whatever the environment names: the demonstration never touches anybody's real database, queue, files, bank or
#: telephone.
_OWN = ("DATABASE_URL", "REDIS_URL", "STORAGE_URL", "BANK_URL", "SMS_URL")


@click.command(help="用虚构的申领人走完全过程（识别、核验、审核、发放），然后打开网站。")
@click.option("--no-serve", is_flag=True, help="演完即结束，不打开网站")
@click.option("--port", default=8000, show_default=True, help="网站端口（只在本机 127.0.0.1 监听）")
@click.option("--bank-port", default=8090, show_default=True, help="沙箱银行端口")
@click.option("--data", type=click.Path(path_type=Path), help="数据文件夹，每次清空重建  [默认：var/demo]")
@click.option("--only", default="", metavar="编号,编号…", help="只演其中几项，例如 X1,X4,Y6")
def demo(no_serve: bool, port: int, bank_port: int, data: Path | None, only: str) -> None:
    """Play, print what came of it, serve until Ctrl-C. Exit code 1 when something came out other than planted."""
    plans = _chosen(only)
    _require_free(("--port", port), ("--bank-port", bank_port))
    place = _Place(_fresh((data or PROJECT / "var" / "demo").resolve()), port, bank_port)
    for name in _OWN:
        os.environ.pop(name, None)
    signal(SIGTERM, _stop)
    with suppress(KeyboardInterrupt):
        sys.exit(0 if _run(place, plans, serve=not no_serve) else 1)
    click.echo("已停止。")
    sys.exit(_INTERRUPTED)


def _run(place: _Place, plans: list[Plan], *, serve: bool) -> bool:
    """Play beside a stack of our own; whether all came out as planted."""
    console = Console(width=None if sys.stdout.isatty() else _WIDTH_OF_A_PIPE)
    began = time.monotonic()
    with renderer(place.data / _PAPERS) as rendering:
        board = Board(console)
        run.order_papers(rendering, plans)
        with _stack(place) as url, opened(place.data, place.environment) as office:
            console.print(f"系统已就绪（{time.monotonic() - began:.0f} 秒），开始演示。")
            play = run.Play(office, rendering, board, plans)
            with board.showing():
                play.run()
            as_planted = _report(console, play, time.monotonic() - began)
            if serve:
                _serve(console, url, place.data)
    return as_planted


@dataclass(frozen=True)
class _Place:
    """Where this demonstration runs."""

    data: Path
    port: int
    bank_port: int

    @property
    def environment(self) -> dict[str, str]:
        """What makes the stack, and this process beside it, use the folder."""
        return {
            "REVIEWAPP_DEMO": "1",
            "STORAGE_URL": f"file:{self.data / 'uploads'}",
            "BANK_URL": f"http://127.0.0.1:{self.bank_port}",
        }


@contextmanager
def _stack(place: _Place) -> Iterator[str]:
    """The embedded stack, once every part of it is well; its address."""
    own = {name: value for name, value in place.environment.items() if name != "BANK_URL"}
    with running_stack(
        place.data,
        port=place.port,
        bank_port=place.bank_port,
        log=place.data / _LOG,
        ocr_workers=_OCR_WORKERS,
        environment=own,
    ) as stack:
        deadline = time.monotonic() + _READY_SECONDS
        while missing := missing_parts(place.port):
            if time.monotonic() > deadline:
                raise Unavailable(f"系统没有全部就绪：{'、'.join(missing)}。原因见 {place.data / _LOG}。")
            time.sleep(0.2)
        yield stack.url


def _report(console: Console, play: run.Play, seconds: float) -> bool:
    """The table, how well papers were read, whether the books agree; whether all came out as planted."""
    rows = run.outcomes(play)
    played = [row for row in rows if row.plan.id in {plan.id for plan in scenario.played()}]
    standing = [row for row in rows if row not in played]
    console.print(table(played))
    if standing:
        console.print("留给您试用的申请：", table(standing))
    console.print(reading_summary(sum((row.read for row in rows), Corrections())), highlight=False)
    wrong = [f"{row.plan.id}  {text}" for row in rows for text in row.differences] + run.books(play)
    for line in wrong:
        console.print(f"[red]✗[/] {line}", highlight=False)
    if not wrong:
        console.print("资金池、分录、发放指令与银行流水一致；排队号与提交先后一致；记录链完整。")
    _count(console, played, "项与预设一致", "as planted")
    if standing:
        _count(console, standing, "项待办按预设留在各页", "left standing as planned")
    console.print(f"用时 {seconds:.0f} 秒。", highlight=False)
    return not wrong


def _count(console: Console, rows: Sequence[Found], said: str, english: str) -> None:
    right = sum(not row.differences for row in rows)
    console.print(f"[bold]{len(rows)} 项中 {right} {said}[/]（{right} of {len(rows)} {english}）", highlight=False)


def _serve(console: Console, url: str, data: Path) -> None:
    """Where to go and how to sign in; then wait for Ctrl-C."""
    signs = "\n".join(f"  {ROLES[one.role]:　<6} {one.username:<24} {one.name}" for one in ACCOUNTS)
    papers = data / _PAPERS / run.VISITORS_FOLDER
    phones = "\n".join(f"  {plan.purchase.buyer.phone}  {plan.id}：{plan.planted}" for plan in scenario.for_claimants())
    console.print(
        f"\n网站已打开：[bold]{url}[/]\n"
        f"  申领人登录 {url}/sign-in （手机号 + 验证码，验证码见 {url}/demo/messages）\n{phones}\n"
        f"  工作人员、经销商登录 {url}/staff/sign-in （密码都是 {PASSWORD}）\n{signs}\n"
        f"  系统日期停在 {run.END:%Y-%m-%d %H:%M}，可在 {url}/demo/clock 更换\n"
        f"  想自己申领一次：用手机号 {scenario.VISITOR.buyer.phone} 登录，上传这里的材料：{papers}\n"
        "按 Ctrl-C 停止全部。",
        highlight=False,
        soft_wrap=True,
    )
    with suppress(KeyboardInterrupt):
        while True:
            pause()


def _chosen(only: str) -> list[Plan]:
    plans = [*scenario.played(), *scenario.standing()]
    names = {name.strip() for name in only.split(",") if name.strip()}
    unknown = names - {plan.id for plan in plans}
    if unknown:
        known = "、".join(plan.id for plan in plans)
        raise click.UsageError(f"没有编号 {'、'.join(sorted(unknown))}。可用：{known}。")
    return [plan for plan in plans if not names or plan.id in names]


def _require_free(*ports: tuple[str, int]) -> None:
    for option, port in ports:
        if not port_is_free(port):
            raise click.UsageError(f"端口 {port} 已被别的程序占用。请停止那个程序，或用 {option} 换一个端口。")


def _fresh(data: Path) -> Path:
    """The data folder, empty. Only what an earlier demonstration left is removed, and only while it does not run."""
    if data.exists() and not (data / _MARK).exists() and any(data.iterdir()):
        raise click.UsageError(f"文件夹 {data} 里有不是演示留下的文件。请用 --data 指定一个新的或空的文件夹。")
    with DataFolder(data):
        (data / _MARK).write_text(_MARK_TEXT, encoding="utf-8")
        for entry in data.iterdir():
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            elif entry.name != _MARK:
                entry.unlink()
    return data


def _stop(_signal: int, _frame: object) -> NoReturn:
    """SIGTERM ends the demonstration as Ctrl-C does: in order, with everything it started."""
    raise KeyboardInterrupt
