"""`reviewapp bench intake|payouts|vouchers|desk|batch`: how fast the office is, on a database of the bench's own."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from reviewapp.bench import batch as batch_bench
from reviewapp.bench import desk as desk_bench
from reviewapp.bench import intake as intake_bench
from reviewapp.bench import payouts as payouts_bench
from reviewapp.bench import vouchers as vouchers_bench
from reviewapp.bench.database import scratch_database
from reviewapp.machine import usable_cores

_database = click.option("--database", metavar="URL", help="空的数据库  [默认：临时的 PostgreSQL，没有则 SQLite]")
_quick = click.option("--quick", is_flag=True, help="几秒钟，只看输出的样子")


def _workers(what: str) -> Any:
    return click.option(
        "--workers", default=usable_cores(), show_default=True, type=click.IntRange(1, 64), help=f"{what}  [默认：核数]"
    )


@click.command(help="受理速度：带排队号、占用额度和留痕，与同一数据库的裸 INSERT+COMMIT 比较。")
@click.option("--claims", default=320, show_default=True, type=click.IntRange(1, 100_000), help="每轮份数")
@click.option("--rounds", default=3, show_default=True, type=click.IntRange(1, 100), help="轮数，取中位数")
@_workers("并发的进程（连接）数")
@_database
@_quick
def intake(claims: int, rounds: int, workers: int, database: str | None, quick: bool) -> None:
    """Print submissions a second on one pool and on eight; exit 1 when a submission left something out."""
    plan = intake_bench.Plan(4, 1, 2) if quick else intake_bench.Plan(max(claims, workers), rounds, workers)
    with scratch_database(database) as scratch:
        _tell(intake_bench.measure(scratch, plan, _say), "whole")


@click.command(help="发放速度：经发件箱、工作进程和沙箱银行，与直接向沙箱银行发 HTTP 比较。")
@click.option("--payouts", "count", default=2000, show_default=True, type=click.IntRange(1, 100_000), help="每轮笔数")
@click.option("--rounds", default=3, show_default=True, type=click.IntRange(1, 100), help="轮数，取中位数")
@_workers("发放进程数，也是裸 HTTP 的并发数")
@_database
@_quick
def payouts(count: int, rounds: int, workers: int, database: str | None, quick: bool) -> None:
    """Print instructions a second; exit 1 when one was not paid exactly once."""
    plan = payouts_bench.Plan(6, 1, 1) if quick else payouts_bench.Plan(count, rounds, workers)
    with scratch_database(database) as scratch:
        _tell(payouts_bench.measure(scratch, plan, _say), "paid_once")


@click.command(
    help="核销速度：查名单、核对本人、登记发票、留痕，与同一数据库的裸 INSERT+COMMIT 比较；各进程再争同一张券。"
)
@click.option("--vouchers", "count", default=320, show_default=True, type=click.IntRange(1, 100_000), help="每轮张数")
@click.option("--rounds", default=3, show_default=True, type=click.IntRange(1, 100), help="轮数，取中位数")
@_workers("同时核销的进程（连接）数")
@_database
@_quick
def vouchers(count: int, rounds: int, workers: int, database: str | None, quick: bool) -> None:
    """Print redemptions a second; exit 1 when one voucher was redeemed twice, or not at all."""
    plan = vouchers_bench.Plan(4, 1, 2) if quick else vouchers_bench.Plan(max(count, workers), rounds, workers)
    with scratch_database(database) as scratch:
        _tell(vouchers_bench.measure(scratch, plan, _say), "once")


@click.command(help="审核台速度：库中有 1,000 份和 1,000,000 份申请时，领取下一份要多久。")
@click.option("--small", default=1_000, show_default=True, type=click.IntRange(1_000), help="少的时候有多少份")
@click.option("--large", default=1_000_000, show_default=True, type=click.IntRange(1_000), help="多的时候有多少份")
@click.option("--takes", default=120, show_default=True, type=click.IntRange(2, 1_000), help="各领取多少次")
@_database
@_quick
def desk(small: int, large: int, takes: int, database: str | None, quick: bool) -> None:
    """Print the latency at both sizes and their ratio."""
    plan = desk_bench.Plan(1_000, 2_000, 6) if quick else desk_bench.Plan(small, large, takes)
    with scratch_database(database) as scratch:
        _tell(desk_bench.measure(scratch, plan, _say), "in_order")


@click.command(help="批量：一堆打乱的材料归到购车人名下，对了多少；最长的表核对要多久。")
@click.option("--buyers", default=30, show_default=True, type=click.IntRange(1, 50), help="多少位购车人")
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0), help="另画一堆")
@click.option("--engine", envvar="OCR_ENGINE", default="rapidocr", show_default=True, metavar="NAME", help="识别引擎")
def batch(buyers: int, seed: int, engine: str) -> None:
    """Print placements right of all, and the seconds; exit 1 when one was put to somebody else as sure."""
    _tell(batch_bench.measure(buyers, seed, engine), "none_wrong")


def _say(text: str) -> None:
    click.echo(text, err=True)


def _tell(figures: dict[str, Any], holds: str) -> None:
    """Print the figures; exit 1 when what they rest on does not hold."""
    click.echo(json.dumps(figures, ensure_ascii=False, indent=2))
    if not figures[holds]:
        sys.exit(1)
