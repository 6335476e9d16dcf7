"""`reviewapp schemes replay` and `forecast`: a scheme tried on past claims, and where its money is heading.

Nothing is written. Results go to standard output, progress to standard error; bad input ends with exit code 2.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

import click

from reviewapp import clock, create_app, schemes
from reviewapp.errors import InvalidValue, NotFound
from reviewapp.extensions import db
from reviewapp.policy import Scheme, SchemeError
from reviewapp.policy.forecast import Forecast, play, summarise
from reviewapp.policy.forecast_plan import make_plan
from reviewapp.policy.money import show_yuan
from reviewapp.policy.replay import STAGES, Change, Totals
from reviewapp.policy.scenario import Scenario, parse_scenario
from reviewapp.policy.workflow import STATES
from reviewapp.queries import replay as queries
from reviewapp.queries.display import kinds_in_words
from reviewapp.queries.forecast import outlook, past
from reviewapp.queries.replay import OWN, Side
from reviewapp.schemes.wording import OUTCOMES

_T = TypeVar("_T")
#: Seconds between two lines of progress; work that is done sooner says nothing.
_EVERY = 1.0


@click.command()
@click.argument("code")
@click.option("--version", metavar="N", help="一边的版本；不写时为每份申请受理时所用的版本（只比一版时为最新版）。")
@click.option("--against", metavar="M|FILE", help="另一边的版本，或还没有发布的方案文件。")
@click.option("--json", "as_json", is_flag=True, help="输出一个 JSON 对象。")
def replay(code: str, version: str | None, against: str | None, as_json: bool) -> None:
    """用以往申请重算：按另一版，哪些申请的结果、材料、补贴会变，多花多少。不写入任何内容。

    结果总是从旧到新：编号小的版本在前，还没有发布的文件在后。
    """
    with create_app().app_context():
        before, after = _sides(code, version, against)
        changes = queries.replay(db.session(), code, before, after)
        counted = _with_progress(changes, queries.count(db.session(), code), "已重算")
        if as_json:
            _print_replay(code, before, after, counted)
        else:
            _tell_replay(code, before, after, counted)


def _sides(code: str, version: str | None, against: str | None) -> tuple[Side, Side]:
    """The older and the newer side. A side that is not named is each claim's own version; neither: own and newest."""
    named = [_side(code, name) for name in (version, against) if name is not None] or [_side(code, None)]
    if len(named) == 1:
        return OWN, named[0]
    if named[0].label == named[1].label:
        raise InvalidValue(f"两边都是{named[0].label}，没有可比的。请另写一个版本。")
    older, newer = sorted(named, key=lambda side: (not side.published, int(side.scheme.version if side.scheme else 0)))
    return older, newer


def _side(code: str, name: str | None) -> Side:
    """A version by number (None: the newest), or a file that is not published yet."""
    try:
        if name is None or name.isdecimal():
            return queries.side(code, name)
        scheme = schemes.check_file(Path(name))
    except LookupError as error:
        raise NotFound(error.args[0]) from None
    except SchemeError as error:
        raise InvalidValue(str(error)) from None
    except (OSError, UnicodeDecodeError):
        raise InvalidValue(f"{name}：读不了这个文件。请写版本号，或核对路径；文件应为 UTF-8 的 TOML。") from None
    return _unpublished(code, scheme, name)


def _unpublished(code: str, scheme: Scheme, name: str) -> Side:
    if scheme.code != code:
        raise InvalidValue(f"{name} 是 {scheme.code} 的方案，不是 {code} 的。请核对文件，或改写方案编号。")
    return Side(scheme, f"文件 {Path(name).name}", published=False)


def _print_replay(code: str, before: Side, after: Side, changes: Iterable[Change]) -> None:
    totals, claims = Totals(), []
    for change in changes:
        totals.add(change)
        if change.changed:
            claims.append(change.to_json())
    sides = {"before": before.label, "after": after.label}
    click.echo(
        json.dumps({"scheme": code, **sides, **totals.to_json(), "changes": claims}, ensure_ascii=False, indent=2)
    )


def _tell_replay(code: str, before: Side, after: Side, changes: Iterable[Change]) -> None:
    """A claim at a time as they come, then the sums."""
    click.echo(f"{code}：{before.label} → {after.label}")
    totals = Totals()
    for change in changes:
        totals.add(change)
        if change.changed:
            click.echo("\n".join(_lines(change)))
    click.echo("\n".join(_sums(totals)))


def _lines(change: Change) -> Iterator[str]:
    before, after = change.before, change.after
    head = f"{change.claim.number}（{STATES[change.claim.state]}）"
    if before is None or after is None:
        yield f"{head}：{change.obstacle}"
        return
    parts = [f"{OUTCOMES[before.outcome]} → {OUTCOMES[after.outcome]}"] if before.outcome != after.outcome else []
    if before.award_fen != after.award_fen:
        parts.append(f"补贴 {_amount(before.award_fen)} → {_amount(after.award_fen)}")
    if before.special_review != after.special_review:
        parts.append("转专项审核" if after.special_review else "不再转专项审核")
    yield f"{head}：{'；'.join(parts) or '结果和金额不变'}"
    yield from (f"  新缺材料：{kinds_in_words(entry)}" for entry in change.missing)
    yield from (f"  不再缺：{kinds_in_words(entry)}" for entry in change.spared)
    for turned in change.turned:
        words = " → ".join(OUTCOMES[side] if side else "没有这项核验" for side in (turned.before, turned.after))
        yield f"  {words}：{turned.message}（{turned.clause}）"


def _sums(totals: Totals) -> Iterator[str]:
    yield f"共 {totals.claims} 份申请，{totals.changed} 份有变化。"
    for (before, after), number in sorted(totals.outcomes.items()):
        yield f"  {OUTCOMES[before]} → {OUTCOMES[after]}：{number} 份"
    for (pool, stage), cost in totals.by_pool():
        sums = f"按标准 {_signed(cost.award_fen)} 元，应付 {_signed(cost.due_fen)} 元"
        yield f"  资金池 {pool} · {STAGES[stage]}：{cost.changed} 份，{sums}"
    sums = f"按标准 {_signed(totals.award_fen)} 元，应付 {_signed(totals.due_fen)} 元"
    yield f"合计：{sums}（不符合的、已结束的不计应付）。"
    for why, numbers in totals.obstacles.items():
        yield f"无法比较 {len(numbers)} 份：{why}。"


@click.command()
@click.argument("code")
@click.option("--scenario", "path", metavar="FILE.toml", help="情景文件：以后每天几份、追加多少、补贴档次、审核快慢。")
@click.option("--seed", default=1, show_default=True, help="随机种子；相同的种子得到相同的结果。")
@click.option("--runs", default=200, show_default=True, type=click.IntRange(1, 10_000), help="推演多少遍。")
@click.option("--json", "as_json", is_flag=True, help="输出一个 JSON 对象。")
def forecast(code: str, path: str | None, seed: int, runs: int, as_json: bool) -> None:
    """预测：按目前的申请和情景，各资金池何时用完、多少申请要候补、最后剩多少钱。不写入任何内容。"""
    with create_app().app_context():
        scheme = _newest(code)
        scenario = _scenario(path, scheme) if path else Scenario()
        plan = make_plan(scheme, past(db.session(), code, clock.now()), scenario)
    played = play(plan, runs, seed, random.Random)
    result = summarise(plan, _with_progress(played, runs, "已推演"), seed)
    if as_json:
        click.echo(json.dumps(result.to_json(), ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(_forecast_lines(code, result, scenario.title)))


def _newest(code: str) -> Scheme:
    try:
        return schemes.load(code)
    except LookupError as error:
        raise NotFound(error.args[0]) from None


def _scenario(path: str, scheme: Scheme) -> Scenario:
    try:
        return parse_scenario(Path(path).read_text("utf-8"), path, scheme)
    except SchemeError as error:
        raise InvalidValue(str(error)) from None
    except (OSError, UnicodeDecodeError):
        raise InvalidValue(f"{path}：读不了这个文件。请核对路径；文件应为 UTF-8 的 TOML。") from None


def _forecast_lines(code: str, result: Forecast, title: str) -> Iterator[str]:
    yield f"{code}{f'「{title}」' if title else ''}：自 {result.start} 起推演 {result.runs} 遍，种子 {result.seed}"
    for pool in result.pools:
        told = outlook(result, pool)
        yield f"{pool.title}（{pool.code}）：余额 {show_yuan(pool.available_fen)} 元，候补 {pool.waiting_now} 份"
        yield from (f"  {label}：{text}" for label, text in told)
    yield from (f"注意：{note}" for note in result.notes)


def _amount(fen: int | None) -> str:
    return "无" if fen is None else show_yuan(fen)


def _signed(fen: int) -> str:
    return f"{'+' if fen > 0 else ''}{show_yuan(fen)}"


def _with_progress(items: Iterable[_T], total: int, doing: str) -> Iterator[_T]:
    """The items; once a second, how far it is, on standard error."""
    told = time.monotonic()
    for number, item in enumerate(items, start=1):
        yield item
        if time.monotonic() - told >= _EVERY:
            told = time.monotonic()
            click.echo(f"{doing} {number}/{total}", file=sys.stderr)
