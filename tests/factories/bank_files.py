"""Return files as banks write them, and rows made from them through the services."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import xlsxwriter
from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.bank.template import load_templates
from reviewapp.models import Actor, Payout, ReturnFile, SuspenseItem
from reviewapp.policy.masks import mask_card
from reviewapp.policy.money import yuan_from_fen
from reviewapp.services import payouts, payouts_returns
from reviewapp.services.payouts_matching import fingerprint, judge
from tests.factories.payouts import CARD, ready, release
from tests.factories.people import NOW, actor

TEMPLATES = load_templates()
CSV, XLSX = TEMPLATES["daifa-csv"], TEMPLATES["payroll-xlsx"]
SCHEME = "xiangning-2023"


@dataclass(frozen=True)
class BankLine:
    """One line of a return file before it is written."""

    number: str
    amount_fen: int = 300_000
    card: str = CARD
    word: str = "成功"
    reason: str = ""
    reference: str = "流水0001"

    @classmethod
    def of(cls, payout: Payout, word: str = "成功", reason: str = "") -> BankLine:
        """What the bank says of an instruction."""
        return cls(payout.number, payout.amount_fen, payout.payee["card_number"], word, reason)

    def but(self, **changes: object) -> BankLine:
        """The same line with something else in it."""
        return replace(self, **changes)  # type: ignore[arg-type]


def csv_rows(lines: Sequence[BankLine]) -> list[list[str]]:
    """Header, lines and total of the CSV template's return file; cards masked, as that bank does."""
    rows = [list(CSV.returned.header)]
    for at, line in enumerate(lines, start=1):
        card = "".join(mask_card(line.card).split()) if line.card.isdigit() else line.card
        amount = yuan_from_fen(line.amount_fen)
        rows.append([str(at), line.number, card, "测试甲", amount, line.word, line.reason, line.reference])
    total = yuan_from_fen(sum(line.amount_fen for line in lines))
    return [*rows, ["合计", str(len(lines)), "", "", total, "", "", ""]]


def csv_bytes(rows: Iterable[Iterable[str]], encoding: str = "gb18030") -> bytes:
    """Rows as a CSV file."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode(encoding)


def csv_return(lines: Sequence[BankLine], encoding: str = "gb18030") -> bytes:
    """The return file of the CSV template."""
    return csv_bytes(csv_rows(lines), encoding)


def xlsx_return(lines: Sequence[BankLine]) -> bytes:
    """The return file of the workbook template."""
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_string(0, 0, "代发结果明细")
        sheet.write_row(1, 0, XLSX.returned.header)
        for at, line in enumerate(lines, start=1):
            sheet.write_number(at + 1, 0, at)
            cells = (line.number, "测试甲", line.card, line.amount_fen, line.word, line.reason, "20240110")
            for column, cell in enumerate(cells, start=1):
                (sheet.write_number if isinstance(cell, int) else sheet.write_string)(at + 1, column, cell)
            sheet.write_string(at + 1, 8, line.reference)
        total = sum(line.amount_fen for line in lines)
        sheet.write_row(len(lines) + 2, 0, ["总计", len(lines), "", "", total])
    return data.getvalue()


def exported(session: Session, count: int = 3, template: str = "daifa-csv") -> list[Payout]:
    """Instructions in one batch that went to the bank as a file, in the order of their lines."""
    for _ in range(count):
        ready(session)
    batch = payouts.make_batch(session, actor(session, "finance_maker"), NOW, SCHEME, template=template)
    release(session, batch)
    payouts.export_batch(session, actor(session, "finance_maker"), NOW, batch.id, TEMPLATES)
    session.flush()
    return list(session.scalars(select(Payout).where(Payout.batch_id == batch.id).order_by(Payout.id)))


def stage(
    session: Session, data: bytes, by: Actor | None = None, *, batch_id: int | None = None, name: str = "回盘.csv"
) -> ReturnFile:
    """The file, staged by a finance clerk."""
    by = by or actor(session, "finance_maker")
    template = XLSX if data.startswith(b"PK") else CSV
    file, _ = payouts_returns.stage(session, by, NOW, name=name, data=data, template=template, batch_id=batch_id)
    session.flush()
    return file


def apply(session: Session, file: ReturnFile, by: Actor | None = None) -> ReturnFile:
    """Apply the file as its preview shows it."""
    shown = fingerprint(judge(session, file))
    applied = payouts_returns.apply(session, by or actor(session, "finance_checker"), NOW, file.id, shown)
    session.flush()
    return applied


def take(session: Session, lines: Sequence[BankLine]) -> ReturnFile:
    """Stage and apply these lines."""
    return apply(session, stage(session, csv_return(lines)))


def staged(session: Session, number: str) -> ReturnFile:
    """A staged file with one line, of that number."""
    return stage(session, csv_return([BankLine(number)]))


def in_suspense(session: Session, number: str = "没有这个号") -> SuspenseItem:
    """A line in suspense, of that number."""
    file = apply(session, staged(session, number))
    items = select(SuspenseItem).where(SuspenseItem.line.has(file_id=file.id))
    return session.scalars(items).one()


def digest(data: bytes) -> str:
    """SHA-256, hex."""
    return hashlib.sha256(data).hexdigest()
