"""The command line. Commands are imported when they are run, so that the light ones do not wait for the heavy ones."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Any, NamedTuple

import click

from reviewapp.errors import ReviewError


class Entry(NamedTuple):
    """A command that is imported when it is run: `module:name`, and its line in `--help`."""

    target: str
    summary: str


_COMMANDS = {
    "up": Entry("reviewapp.cli.up:up", "启动整套系统：Redis、数据库升级、网站、工作进程、定时任务"),
    "demo": Entry("reviewapp.cli.demo:demo", "用虚构的申领人走完全过程，然后打开网站"),
    "migrate": Entry("reviewapp.cli.migrate:migrate", "把数据库升级到当前版本"),
    "schemes": Entry("reviewapp.cli.schemes:schemes", "活动方案：列出、检查、试算"),
    "ocr": Entry("reviewapp.cli.ocr:ocr", "识别材料"),
    "batch": Entry("reviewapp.cli.batch:batch", "批量申请：核对、提交一张购车人表和它的材料"),
    "funds": Entry("reviewapp.cli.funds:funds", "核对资金：账、指令、银行"),
    "audit": Entry("reviewapp.cli.audit:audit", "核验办理记录链和受理回执"),
    "signals": Entry("reviewapp.cli.signals:signals", "申请之间的相同之处：为以前的申请补算"),
    "bench": Entry("reviewapp.cli.bench:bench", "测速，与同次测得的基准比较"),
    "sms": Entry("reviewapp.cli.sms:sms", "短信：模板、试发、没有发出的"),
    "office": Entry("reviewapp.cli.office:office", "开办活动、开通账号、登记参与商户"),
}


class LazyGroup(click.Group):
    """A group that imports the module of a `lazy` command only when that command is asked for."""

    def __init__(self, *args: Any, lazy: Mapping[str, Entry], **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        self.lazy = lazy

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, without importing anything."""
        return [*super().list_commands(ctx), *self.lazy]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now; None when there is none of that name."""
        if cmd_name not in self.lazy:
            return super().get_command(ctx, cmd_name)
        module, _, attribute = self.lazy[cmd_name].target.partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of `--help`; lazy commands by their summaries."""
        loaded = [(name, command.get_short_help_str(limit=100)) for name, command in sorted(self.commands.items())]
        with formatter.section("命令"):
            formatter.write_dl([*loaded, *((name, entry.summary) for name, entry in self.lazy.items())])


@click.group(cls=LazyGroup, lazy=_COMMANDS, help="购置补贴的受理、核验、审核与发放。")
def reviewapp() -> None:
    """The group itself; does nothing."""


def main() -> None:
    """Entry point. Expected errors end with their message on standard error and exit code 2, without a traceback."""
    try:
        reviewapp(prog_name="reviewapp")
    except ReviewError as error:
        click.echo(error.message, err=True)
        sys.exit(2)
