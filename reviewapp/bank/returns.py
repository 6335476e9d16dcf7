"""A bank's return file (回盘文件) read by its template, and what one of its lines means for one instruction.

A file is taken whole or refused with row and reason: a header or a column that differs, an unknown result, a number
twice, or a last line that does not add up stops it before anything is matched.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from reviewapp.bank import sheets
from reviewapp.bank.sheets import Refused, Rows
from reviewapp.bank.template import Result, ReturnLayout, Template
from reviewapp.policy.masks import masked_card_matches
from reviewapp.policy.money import fen_from_yuan, show_yuan

#: What we know of an instruction when the file arrives: `sent` by bank file and open, `elsewhere`: in the hands of the
#: bank's other interface, `not_sent`: not released or not exported.
Known = Literal["sent", "paid", "failed", "returned", "elsewhere", "not_sent"]
#: What the line does to it: `same` says what is known already, `suspense` changes nothing and needs a person.
Outcome = Literal["paid", "failed", "returned", "same", "suspense"]

PROBLEMS = {
    "unknown_number": "没有这个指令号",
    "other_batch": "是另一批次的指令",
    "amount": "金额与指令不一致",
    "card": "账号与指令不一致",
    "not_sent": "这笔指令还没有交给银行",
    "elsewhere": "这笔指令走银行接口，不由回盘文件入账",
    "contradicts": "与已入账的结果相反",
    "claim_moved": "申请已不是“已发放”，退汇不能入账",
}
"""Why a line is in suspense."""

_AMOUNT = re.compile(r"(?:[0-9]{1,10}|[0-9]{1,3}(?:,[0-9]{3}){1,3})(\.[0-9]{1,2})?")
_WHOLE_CARD = re.compile(r"[0-9]{8,32}")
_MASKED_CARD = re.compile(r"[0-9]{0,12}[*xX]+[0-9]{4,12}")
_LONGEST = {"number": 40, "reason": 200, "reference": 60}
_ENCODING_NAMES = {"gb18030": "GB18030", "utf-8-sig": "UTF-8"}


@dataclass(frozen=True, slots=True)
class ReturnedLine:
    """One line of the file; `row` counts from 1 in the file, `card` is as the bank prints it."""

    row: int
    number: str
    amount_fen: int
    card: str
    result: Result
    reason: str
    reference: str


@dataclass(frozen=True, slots=True)
class ReturnFile:
    """All lines; `note` (Chinese, may be empty) is something the person should know of the reading."""

    lines: tuple[ReturnedLine, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Instructed:
    """What was ordered under a number, and how far it has come."""

    amount_fen: int
    card_number: str
    known: Known


@dataclass(frozen=True, slots=True)
class Match:
    """What a line does; `problem` is a key of PROBLEMS when it is in suspense."""

    outcome: Outcome
    problem: str = ""


_EFFECTS: dict[tuple[Known, Result], Outcome] = {
    ("sent", "paid"): "paid",
    ("sent", "failed"): "failed",
    ("sent", "returned"): "failed",
    ("paid", "paid"): "same",
    ("paid", "returned"): "returned",
    ("failed", "failed"): "same",
    ("failed", "returned"): "same",
    ("returned", "returned"): "same",
    ("returned", "failed"): "same",
}
"""A final state is never overwritten: the one way on is 退汇 after `paid`. What is not here contradicts."""


def match(line: ReturnedLine, ordered: Instructed | None) -> Match:
    """Number, amount and account must all be those of the instruction; then what the line means in its state."""
    if ordered is None:
        return Match("suspense", "unknown_number")
    if line.amount_fen != ordered.amount_fen:
        return Match("suspense", "amount")
    if masked_card_matches(line.card, ordered.card_number) != "yes":
        return Match("suspense", "card")
    return effect(line.result, ordered.known)


def effect(result: Result, known: Known) -> Match:
    """What a result does to an instruction whose number, amount and account are beyond doubt."""
    if known == "not_sent" or known == "elsewhere":
        return Match("suspense", known)
    outcome = _EFFECTS.get((known, result))
    return Match("suspense", "contradicts") if outcome is None else Match(outcome)


def read(template: Template, data: bytes) -> ReturnFile:
    """The lines of a return file, in its order. Refused."""
    if len(data) > sheets.MOST_BYTES:
        raise Refused(f"文件超过 {sheets.MOST_BYTES >> 20} MB。请确认选的是银行的回盘文件。")
    layout = template.returned
    is_archive = data.startswith(b"PK\x03\x04")
    if is_archive != (layout.form.format == "xlsx"):
        wanted = " CSV " if is_archive else " Excel（xlsx）"
        raise Refused(f"所选模板“{template.title}”的回盘应是{wanted}文件，上传的不是。请换一个模板或文件。")
    rows, note = (sheets.xlsx_rows(data), "") if is_archive else _csv(layout, data)
    return ReturnFile(_lines(layout, _body(layout, rows)), note)


def _csv(layout: ReturnLayout, data: bytes) -> tuple[Rows, str]:
    """The rows in the template's encoding, or in the other one when only there the header is right: that is told."""
    own = "gb18030" if layout.form.encoding == "gb18030" else "utf-8-sig"
    other = "utf-8-sig" if own == "gb18030" else "gb18030"
    refusals = []
    for encoding in (own, other):
        try:
            rows = sheets.csv_rows(data.decode(encoding), layout.form.delimiter)
            _body(layout, rows)
        except UnicodeDecodeError as error:
            line = data[: error.start].count(b"\n") + 1
            refusals.append(f"第 {line} 行不是 {_ENCODING_NAMES[encoding]} 编码，文件可能被截断。请从银行重新下载。")
        except Refused as refused:
            refusals.append(refused.message)
        else:
            names = (_ENCODING_NAMES[encoding], _ENCODING_NAMES[own])
            return rows, "" if encoding == own else "文件是 {} 编码，与模板写的 {} 不同，已按前者读取。".format(*names)
    raise Refused(refusals[0])


def _body(layout: ReturnLayout, rows: Rows) -> Rows:
    """What follows the header. Refused when the header is not the template's."""
    head = next((at for at, (number, _) in enumerate(rows) if number > layout.title_rows), None)
    if head is None:
        raise Refused("文件里没有内容。请从银行重新下载。")
    number, cells = rows[head]
    for at, name in enumerate(layout.header):
        given = cells[at] if at < len(cells) else ""
        if given != name:
            raise Refused(
                f"第 {number} 行（表头）第 {at + 1} 列应为“{name}”，文件里是“{given[:30]}”。"
                "请核对所选模板，或请银行按约定格式导出。"
            )
    if len(cells) != len(layout.header):
        raise Refused(f"第 {number} 行（表头）有 {len(cells)} 列，模板是 {len(layout.header)} 列。请核对所选模板。")
    return rows[head + 1 :]


def _lines(layout: ReturnLayout, rows: Rows) -> tuple[ReturnedLine, ...]:
    body, last = _without_total(layout, rows)
    lines: list[ReturnedLine] = []
    seen: dict[str, int] = {}
    for row, cells in body:
        line = _line(layout, row, _named(layout, row, cells))
        if line.number in seen:
            raise Refused(f"第 {row} 行与第 {seen[line.number]} 行的指令号相同。请与银行核对后重新导出。")
        seen[line.number] = row
        lines.append(line)
    if not lines:
        raise Refused("文件里没有任何一笔结果。请确认下载的是回盘明细。")
    if last is not None:
        _check_total(layout, *last, lines)
    return tuple(lines)


def _without_total(layout: ReturnLayout, rows: Rows) -> tuple[Rows, tuple[int, list[str]] | None]:
    if layout.total is None:
        return rows, None
    at = next((at for at, (_, cells) in enumerate(rows) if cells[0] == layout.total.label), None)
    if at is None:
        raise Refused(f"文件末尾没有“{layout.total.label}”行，可能被截断。请从银行重新下载。")
    if at != len(rows) - 1:
        raise Refused(f"第 {rows[at][0]} 行的“{layout.total.label}”之后还有内容。请从银行重新下载。")
    return rows[:at], rows[at]


def _named(layout: ReturnLayout, row: int, cells: list[str]) -> dict[str, str]:
    """Cells by header. A workbook leaves blank cells at the end of a row out, a CSV has them all."""
    if layout.form.format == "xlsx":
        cells = cells + [""] * (len(layout.header) - len(cells))
    if len(cells) != len(layout.header):
        raise Refused(
            f"第 {row} 行有 {len(cells)} 列，应为 {len(layout.header)} 列，文件可能被截断或改动。请从银行重新下载。"
        )
    return dict(zip(layout.header, cells, strict=True))


def _line(layout: ReturnLayout, row: int, cells: dict[str, str]) -> ReturnedLine:
    number, card, word = cells[layout.number], "".join(cells[layout.card].split()), cells[layout.result]
    if not number or len(number) > _LONGEST["number"]:
        raise Refused(f"第 {row} 行「{layout.number}」是空的或过长。请从银行重新下载。")
    if not (_WHOLE_CARD.fullmatch(card) or (layout.masked and _MASKED_CARD.fullmatch(card))):
        shown = "完整账号，或末四位可见的账号" if layout.masked else "完整账号"
        raise Refused(f"第 {row} 行「{layout.card}」“{card[:40]}”不是{shown}。请从银行重新下载。")
    if word not in layout.words:
        known = "、".join(layout.words)
        raise Refused(f"第 {row} 行「{layout.result}」“{word[:30]}”不在模板所列的结果之中（{known}）。请核对模板。")
    return ReturnedLine(
        row=row, number=number, amount_fen=_fen(layout, row, layout.amount, cells[layout.amount]), card=card,
        result=layout.words[word], reason=cells[layout.reason][: _LONGEST["reason"]],
        reference=cells[layout.reference][: _LONGEST["reference"]] if layout.reference else "",
    )  # fmt: skip


def _fen(layout: ReturnLayout, row: int, header: str, text: str) -> int:
    found = _AMOUNT.fullmatch(text)
    if found is None or (layout.in_fen and found[1]):
        unit = "整数（分）" if layout.in_fen else "金额（元，至多两位小数）"
        raise Refused(f"第 {row} 行「{header}」“{text[:30]}”不是{unit}。请从银行重新下载。")
    plain = text.replace(",", "")
    return int(plain) if layout.in_fen else fen_from_yuan(plain)


def _check_total(layout: ReturnLayout, row: int, cells: list[str], lines: Sequence[ReturnedLine]) -> None:
    """The last line adds up, or something is missing above it."""
    if layout.total is None:
        return
    named = _named(layout, row, cells)
    count, total = len(lines), sum(line.amount_fen for line in lines)
    if named[layout.total.count] != str(count):
        said = named[layout.total.count][:20]
        raise Refused(f"第 {row} 行写明 {said} 笔，文件里是 {count} 笔，可能被截断或改动。请从银行重新下载。")
    said_fen = _fen(layout, row, layout.total.amount, named[layout.total.amount])
    if said_fen != total:
        said, found = show_yuan(said_fen), show_yuan(total)
        difference = show_yuan(abs(said_fen - total))
        raise Refused(f"第 {row} 行写明合计 {said} 元，各行合计 {found} 元，差 {difference} 元。请从银行重新下载。")
