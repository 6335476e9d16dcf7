"""The demonstration on the terminal: five bars while it plays, a table of what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from reviewapp.demo.outcome import Found
from reviewapp.policy import money
from reviewapp.policy.workflow import STATES
from reviewapp.queries.corrections import Corrections

STAGES = {
    "render": "绘制材料",
    "read": "识别材料",
    "check": "核对并提交",
    "review": "审核",
    "pay": "发放",
}
_OUTCOME = {True: "[green]✓[/]", False: "[red]✗[/]"}


class Board:
    """Progress by stage. On a pipe, a line a scene stands in for the bars."""

    def __init__(self, console: Console) -> None:
        self.console = console
        columns = (TextColumn("{task.description:<12}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._progress = Progress(*columns, console=console, disable=not console.is_terminal)
        self._tasks = {name: self._progress.add_task(title, total=None) for name, title in STAGES.items()}

    @contextmanager
    def showing(self) -> Iterator[None]:
        """Bars on the terminal during the block."""
        with self._progress:
            yield

    def expect(self, **totals: int) -> None:
        """How much there is to do, by stage."""
        for name, total in totals.items():
            self._progress.update(self._tasks[name], total=total)

    def done(self, stage: str, completed: int | None = None) -> None:
        """One more is done in the stage, or `completed` in all."""
        if completed is None:
            self._progress.advance(self._tasks[stage])
        else:
            self._progress.update(self._tasks[stage], completed=completed)

    def say(self, text: str) -> None:
        """A line above the bars."""
        self._progress.console.print(text, highlight=False)


def table(rows: Iterable[Found]) -> Table:
    """Claim by claim: planted, found, award, ticket, state, seconds."""
    drawn = Table(show_lines=False, header_style="bold", pad_edge=False)
    for title, options in (
        ("", {}),
        ("预设", {"ratio": 3}),
        ("核验发现", {"ratio": 4}),
        ("补贴(元)", {"justify": "right"}),
        ("排队号", {"justify": "right"}),
        ("状态", {"no_wrap": True}),
        ("识别(秒)", {"justify": "right"}),
        ("", {}),
    ):
        drawn.add_column(title, **options)
    for row in rows:
        drawn.add_row(*_cells(row))
    return drawn


def _cells(row: Found) -> tuple[str, ...]:
    return (
        row.plan.id,
        row.plan.planted,
        _findings(row),
        "–" if row.award is None else money.yuan_from_fen(row.award),
        "–" if row.ticket is None else str(row.ticket),
        STATES[row.state],
        f"{row.seconds:.1f}",
        _OUTCOME[not row.differences],
    )


def _findings(row: Found) -> str:
    said = [f"[red]{text}[/]" for text in row.failing] + [f"[yellow]{text}[/]" for text in row.unsure]
    if row.plan.expected.refusal:
        said.insert(0, "[red]首次提交未被受理[/]")
    touched = row.read.confirmed + row.read.corrected
    if touched:
        said.append(f"存疑 {touched} 项，本人已核对")
    return "；".join(said) or ("尚未提交" if row.ticket is None else "全部符合")


def reading_summary(total: Corrections) -> str:
    """How well the papers were read, in one line."""
    return (
        f"读出 {total.read} 项：{total.confirmed} 项存疑经确认无误，{total.corrected} 项存疑已更正，"
        f"{total.silent} 项未标存疑而有误，另有 {total.entered} 项未读出、由人填写。"
    )
