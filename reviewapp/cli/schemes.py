"""`reviewapp schemes`: list, check and test scheme files, and evaluate facts against them (INTERFACES.md).

Exit codes: 0 done, 1 the thing checked does not hold, 2 bad input. Errors go to standard error, one line each.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import click

from reviewapp import schemes as files
from reviewapp.cli import Entry, LazyGroup
from reviewapp.policy import FactsError, Scheme, SchemeError, evaluate, parse_scheme
from reviewapp.policy.money import show_yuan
from reviewapp.schemes.coverage import coverage
from reviewapp.schemes.mutation import mutate as try_changes
from reviewapp.schemes.proof import Subject, faults, in_folder, subject
from reviewapp.schemes.schema import json_schema
from reviewapp.schemes.skeleton import skeleton

#: These need the database and are imported when they are run.
_ON_CLAIMS = {
    "replay": Entry("reviewapp.cli.scheme_replay:replay", "以往申请按另一版重算，看哪些会变、多花多少；不写入任何内容"),
    "forecast": Entry("reviewapp.cli.scheme_replay:forecast", "预测各资金池何时用完、多少申请要候补"),
}


@click.group(cls=LazyGroup, lazy=_ON_CLAIMS)
def schemes() -> None:
    """活动方案：列出、检查、测试、试算。"""


@schemes.command("list")
def list_() -> None:
    """List the schemes with their programmes."""
    for code in files.codes():
        scheme = _load(code)
        click.echo(f"{scheme.code}  第 {scheme.version} 版  {scheme.title}  {scheme.document_number}")
        for programme in scheme.programmes.values():
            window, most = programme.submission, programme.most_fen
            ends = f"{window.start:%Y-%m-%d} 至 {window.until:%Y-%m-%d}"
            worth = "按比例，不封顶" if most is None else f"最高 {show_yuan(most)} 元"
            click.echo(f"  {programme.id}  {programme.title}  受理 {ends}  {worth}")


@schemes.command()
@click.argument("paths", metavar="FILE…", nargs=-1, required=True, type=click.Path(path_type=Path))
def check(paths: tuple[Path, ...]) -> None:
    """Check scheme files; a published file that was changed does not hold."""
    problems: list[object] = []
    for path in paths:
        try:
            scheme = files.check_file(path)
        except SchemeError as error:
            problems.extend(error.problems)
        except (OSError, UnicodeDecodeError) as error:
            _refuse([f"{path}：读不了这个文件（{_reason(error)}）。请核对路径，文件应为 UTF-8 的 TOML。"])
        else:
            count = sum(len(programme.rules) for programme in scheme.programmes.values())
            click.echo(f"{path}：合格（{scheme.code} 第 {scheme.version} 版，{count} 项核验）")
    if problems:
        _say(problems)
        sys.exit(1)


@schemes.command()
@click.argument("code", required=False)
@click.option("--mutate", is_flag=True, help="把方案里的数字、日期等逐处改动，看用例能否发现")
def test(code: str | None, mutate: bool) -> None:
    """Prove one scheme, or all: cases as expected, nothing without a case; CODE may be a folder.

    With --mutate every value of the file is changed in turn, and some case must notice.
    """
    began, found = time.perf_counter(), 0
    for name in (code,) if code else files.codes():
        given = _subject(name)
        wrong = _run_cases(given)
        found += wrong or _report_coverage(given) + (_report_mutation(given) if mutate else 0)
    click.echo(f"用时 {time.perf_counter() - began:.2f} 秒")
    if found:
        sys.exit(1)


def _subject(name: str) -> Subject:
    """The newest version of a scheme, by code or in a folder of its own."""
    try:
        if not Path(name).is_dir():
            return subject(files.texts(_load(name).code), name)
        found = files.version_files(Path(name))
        if not found:
            _refuse([f"{name} 里没有方案文件。请放入 1.toml，或用 reviewapp schemes new 新建。"])
        return in_folder(found[-1])
    except SchemeError as error:
        _refuse(error.problems)
    except FileNotFoundError:
        _refuse([f"{name} 没有 cases.toml。请在方案文件旁边补上用例。"])


def _run_cases(given: Subject) -> int:
    """How many cases and expectations do not hold; each is told."""
    told, count = faults(given), len(given.book.cases)
    wrong = sum(fault.startswith("「") for fault in told)
    click.echo(f"{given.scheme.code}：{count - wrong}/{count} 个用例相符")
    _say(f"{given.scheme.code}{fault if fault.startswith('「') else f'：{fault}'}。" for fault in told)
    return len(told)


def _report_coverage(given: Subject) -> int:
    found = coverage(given.data, given.book)
    click.echo(f"  用例覆盖：{'，'.join(map(str, found.parts))}")
    _say(f"{given.scheme.code}：{gap}。" for gap in found.gaps)
    return len(found.gaps)


def _report_mutation(given: Subject) -> int:
    report = try_changes(given.data, given.book)
    click.echo(f"  逐处改动 {report.tried} 处，未被发现 {len(report.survivors)} 处")
    _say(f"{given.scheme.code}「{change.key}」{change.said}：没有用例发现。请补用例。" for change in report.survivors)
    _say(
        f"{given.scheme.code} [[equivalent]]「{one.key}」{one.change}：不是未被发现的改动。请删去。"
        for one in report.stale
    )
    return len(report.survivors) + len(report.stale)


@schemes.command()
def schema() -> None:
    """Print the JSON Schema of scheme files, for editors."""
    _print(json_schema())


@schemes.command()
@click.argument("code")
@click.option("--title", default="", help="活动名称")
@click.option(
    "--folder", type=click.Path(path_type=Path), default=files.ROOT, help="放在哪个文件夹之下，默认与其他方案在一起"
)
def new(code: str, title: str, folder: Path) -> None:
    """Begin a scheme: CODE/1.toml, which holds as it stands, and CODE/cases.toml with two cases that pass."""
    texts = skeleton(code, title or f"{code} 活动方案")
    try:
        parse_scheme(texts.scheme, f"{code}/1.toml")
    except SchemeError as error:
        _refuse(error.problems)
    place = folder / code
    try:
        place.mkdir(parents=True)
        for name, text in (("1.toml", texts.scheme), (files.CASES, texts.cases)):
            (place / name).write_text(text, "utf-8")
    except FileExistsError:
        _refuse([f"已经有 {place}，没有改动它。请换一个编号，或在那里接着写。"])
    except OSError as error:
        _refuse([f"{place} 写不进去（{error.strerror}）。请换一个文件夹。"])
    click.echo(f"已写好 {place / '1.toml'} 和 {place / files.CASES}。")
    click.echo(f"接着照文件改写，用 reviewapp schemes test {place} 看还缺什么。")


@schemes.command("evaluate")
@click.argument("code")
@click.argument("facts", metavar="FACTS.json")
def evaluate_(code: str, facts: str) -> None:
    """Evaluate facts (one JSON object or an array; `-` reads standard input) and print the result as JSON.

    A malformed entry of an array gives an object with `error`; the others are still evaluated, and the exit code is 2.
    """
    scheme, name = _load(code), "<stdin>" if facts == "-" else facts
    given = _read(facts, name)
    if not isinstance(given, list):
        result, refused = _evaluate(scheme, given, name)
        if refused:
            _refuse(refused)
        _print(result)
        return
    outcomes = [_evaluate(scheme, entry, f"{name}[{index}]") for index, entry in enumerate(given)]
    _print([result for result, _ in outcomes])
    refused = [line for _, lines in outcomes for line in lines]
    if refused:
        _refuse(refused)


def _evaluate(scheme: Scheme, given: Any, name: str) -> tuple[dict[str, Any], list[str]]:
    """The result as JSON, and what is malformed, a line each."""
    try:
        return evaluate(scheme, given).to_json(), []
    except FactsError as error:
        lines = [str(replace(problem, file=name)) for problem in error.problems]
        return {"error": {"code": "malformed_facts", "message": " ".join(lines)}}, lines


def _print(value: Any) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def _read(path: str, name: str) -> Any:
    try:
        raw = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
        return json.loads(raw.decode("utf-8-sig"), object_pairs_hook=_once)
    except OSError as error:
        _refuse([f"{name}：读不了这个文件（{_reason(error)}）。请核对路径。"])
    except (ValueError, RecursionError, _RepeatedKey) as error:
        _refuse([f"{name}：不是合规的 JSON（{_reason(error)}）。请核对引号、逗号和括号，文件应为 UTF-8。"])


class _RepeatedKey(Exception):
    """A JSON object names a key twice: which one counts is anybody's guess."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise _RepeatedKey(f"“{twice}”写了两次")
    return found


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"第 {error.lineno} 行第 {error.colno} 列"
    if isinstance(error, _RepeatedKey):
        return str(error)
    if isinstance(error, FileNotFoundError):
        return "没有这个文件"
    return "这是文件夹" if isinstance(error, IsADirectoryError) else "内容读不出来"


def _load(code: str) -> Scheme:
    try:
        return files.load(code)
    except LookupError as error:
        _refuse([error.args[0]])
    except SchemeError as error:
        _refuse(error.problems)


def _say(lines: Iterable[object]) -> None:
    for line in lines:
        text = " ".join(str(line).split())
        click.echo(text.encode("utf-8", "backslashreplace").decode(), err=True)


def _refuse(lines: Iterable[object]) -> NoReturn:
    """Bad input: one line each on standard error, exit 2."""
    _say(lines)
    sys.exit(2)
