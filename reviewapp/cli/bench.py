"""`reviewapp bench`: figures as JSON, each with a raw baseline measured in the same run (INTERFACES.md)."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import click

from reviewapp.bench import ocr as ocr_bench
from reviewapp.bench import ocr_report
from reviewapp.bench import rules as rules_bench
from reviewapp.bench.ocr_run import Equipment
from reviewapp.cli import Entry, LazyGroup

DAMAGES = ("clean", "phone", "tilt+jpeg", "stamp", "half", "light+blur", "copy", "crease+shadow", "turn90+perspective")
QUICK_DAMAGES, QUICK_PAGES = ("clean", "phone"), 24


_OFFICE = {
    "intake": Entry("reviewapp.cli.bench_office:intake", "受理速度，与裸 INSERT+COMMIT 比较"),
    "payouts": Entry("reviewapp.cli.bench_office:payouts", "发放速度，与直接向沙箱银行发 HTTP 比较"),
    "vouchers": Entry("reviewapp.cli.bench_office:vouchers", "核销速度，与裸 INSERT+COMMIT 比较；多处同时核销一张券"),
    "desk": Entry("reviewapp.cli.bench_office:desk", "库中有千份和百万份申请时，领取下一份要多久"),
    "batch": Entry("reviewapp.cli.bench_office:batch", "一堆材料归到购车人名下，对了多少；最长的表要核对多久"),
}


@click.group(cls=LazyGroup, lazy=_OFFICE)
def bench() -> None:
    """测速：结果与同次测得的基准一并给出。"""


@bench.command()
@click.option("--claims", default=2000, show_default=True, type=click.IntRange(1, 100_000), help="申领份数")
@click.option("--rounds", default=5, show_default=True, type=click.IntRange(1, 100), help="轮数，取最快的一轮")
@click.option("--seed", default=2026, show_default=True, type=int, help="随机种子")
def rules(claims: int, rounds: int, seed: int) -> None:
    """Judge full car claims on one core; exit 1 when the rules written out by hand say something else."""
    figures = rules_bench.measure(claims, rounds, seed)
    click.echo(json.dumps(figures, ensure_ascii=False, indent=2))
    if not figures["same_results"]:
        sys.exit(1)


def words(value: str) -> tuple[str, ...]:
    """Values separated by commas."""
    return tuple(filter(None, value.split(",")))


def numbers(value: str) -> tuple[int, ...]:
    """Whole numbers and ranges of them, separated by commas: `0-3,7`."""
    out: list[int] = []
    for part in value.split(","):
        found = re.fullmatch(r"(\d+)(?:-(\d+))?", part.strip())
        if found is None:
            raise click.BadParameter(f"“{part}”不是编号，应为 3 或 0-5 这样的写法。")
        out += range(int(found[1]), int(found[2] or found[1]) + 1)
    return tuple(out)


@bench.command(help="识别虚构材料：读对多少、误信多少、多快，与同次测得的裸引擎比较。")
@click.option("--kinds", type=words, default="", metavar="KIND,…", help="材料种类  [默认：全部]")
@click.option("--damages", type=words, default="", metavar="NAME,…", help="clean 或损坏方式，几种叠加用 + 连接")
@click.option("--numbers", type=numbers, default="0", metavar="0-3", help="每种样式的编号  [默认：0]")
@click.option("--pages", type=click.IntRange(1), metavar="N", help="最多读多少页（从打乱的次序里取前面的）")
@click.option("--seed", default=2026, show_default=True, type=int, help="打乱次序的随机种子")
@click.option("--engine", envvar="OCR_ENGINE", default="rapidocr", show_default=True, metavar="NAME", help="识别引擎")
@click.option("--threads", default=1, show_default=True, type=click.IntRange(1), help="每个进程的线程数")
@click.option("--workers", type=numbers, default="1,2", metavar="1,2", help="比较多少个进程同时读  [默认：1,2]")
@click.option("--timed", default=60, show_default=True, type=click.IntRange(0), help="其中多少页也用裸引擎计时")
@click.option("--sample", default=16, show_default=True, type=click.IntRange(1), help="比较进程数时每个进程读的页数")
@click.option("--memory", default=0, metavar="N", type=click.IntRange(0), help="另在一个进程里读 N 页，分段报告内存")
@click.option("--record", type=click.Path(path_type=Path), metavar="FOLDER", help="把引擎的输出录到这个文件夹")
@click.option("--replay", type=click.Path(path_type=Path), metavar="FOLDER", help="用录下的输出代替引擎（不测速度）")
@click.option("--report", type=click.Path(path_type=Path), metavar="FOLDER", help="写出 HTML 报告，附最差的页")
@click.option("--quick", is_flag=True, help=f"只读 {QUICK_PAGES} 页：clean 与 phone")
def ocr(damages: tuple[str, ...], engine: str, report: Path | None, quick: bool, **chosen: Any) -> None:
    """Print the figures of a run over specimens; progress goes to standard error."""
    kept = {name: chosen.pop(name) for name in ("record", "replay", "threads")}
    equipment = Equipment(engine, **kept)
    plan = ocr_bench.Plan(equipment, damages=damages or (QUICK_DAMAGES if quick else DAMAGES), **chosen)
    figures, pages = ocr_bench.measure(plan.quick(QUICK_PAGES) if quick else plan, _progress)
    if report is not None:
        figures["report"] = str(ocr_report.write(figures, pages, report))
    click.echo(json.dumps(figures, ensure_ascii=False, indent=2))


def _progress(done: int, of: int) -> None:
    if done % 10 == 0 or done == of:
        click.echo(f"已读 {done}/{of} 页", err=True)
