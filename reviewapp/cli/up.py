"""`reviewapp up`: the whole system on one machine."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

import click

from reviewapp.config import Settings
from reviewapp.sms import sms_for
from reviewapp.stack.console import Console
from reviewapp.stack.folder import DataFolder
from reviewapp.stack.plan import Options, environment, missing_parts, port_is_free, services
from reviewapp.stack.supervisor import Supervisor

_NO_SMS = (
    "警告：没有设置短信服务（SMS_URL）。申领人收不到验证码，不能登录，也收不到补正、发放等通知；只有单位账号能用。"
    "设置方法见 docs/sms.md。"
)


@click.command(help="启动整套系统，直到 Ctrl-C。")
@click.option("--port", default=8000, show_default=True, help="网站端口（只在本机 127.0.0.1 监听）")
@click.option("--data", type=click.Path(path_type=Path), help="数据文件夹  [默认：var]")
@click.option("--bank-port", default=8090, show_default=True, help="沙箱银行端口（未设置 BANK_URL 时）")
@click.option("--ocr-workers", default=1, show_default=True, type=click.IntRange(1, 64), help="识别进程数")
def up(port: int, data: Path | None, bank_port: int, ocr_workers: int) -> None:
    """Start everything, restart what dies, stop everything on SIGINT or SIGTERM. Exit code 0 after an orderly stop."""
    options = Options(port=port, bank_port=bank_port, ocr_workers=ocr_workers)
    settings = _settings(data, options)
    warning = "" if sms_for(settings).reaches else _NO_SMS
    with DataFolder(settings.data) as folder:
        _require_free_ports(options)
        supervisor = Supervisor(
            services(settings, options, os.environ),
            environment(settings, options, os.environ),
            missing_parts=partial(missing_parts, port),
            console=Console(sys.stderr),
            folder=folder,
            warning=warning,
        )
        sys.exit(supervisor.run(f"http://127.0.0.1:{port}"))


def _settings(data: Path | None, options: Options) -> Settings:
    given = dict(os.environ)
    if data is not None:
        given["REVIEWAPP_DATA"] = str(data)
    settings = Settings.from_environment(given)
    if "BANK_URL" in os.environ:
        return settings
    return replace(settings, bank_url=f"http://127.0.0.1:{options.bank_port}")


def _require_free_ports(options: Options) -> None:
    wanted = {"--port": options.port}
    if "BANK_URL" not in os.environ:
        wanted["--bank-port"] = options.bank_port
    for option, port in wanted.items():
        if not port_is_free(port):
            raise click.UsageError(f"端口 {port} 已被别的程序占用。请停止那个程序，或用 {option} 换一个端口。")
