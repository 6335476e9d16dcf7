"""The file with which a batch goes to the bank, by the columns of a template."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reviewapp.bank.sheets import Number, harmless, write
from reviewapp.bank.template import Column, FileForm, Template
from reviewapp.policy.money import yuan_from_fen


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One payment of the file; `number` comes back in the return file."""

    number: str
    payee: str
    card: str
    bank: str
    amount_fen: int
    note: str


def order_file(template: Template, lines: Sequence[OrderLine]) -> bytes:
    """The batch file; the same lines give the same bytes."""
    columns = template.order.columns
    rows: list[list[str]] = [[column.header for column in columns]]
    rows += (
        [_cell(template.order.form, column, at, line) for column in columns] for at, line in enumerate(lines, start=1)
    )
    if any(column.total for column in columns):
        rows.append([_total(column, lines) for column in columns])
    return write(template.order.form, rows)


def _cell(form: FileForm, column: Column, at: int, line: OrderLine) -> str:
    match column.field:
        case "sequence":
            return Number(at)
        case "yuan":
            return Number(yuan_from_fen(line.amount_fen))
        case "fen":
            return Number(line.amount_fen)
        case "text":
            return column.text
        case "number" | "card" as exact:  # the bank's own keys: never touched
            return str(getattr(line, exact))
        case words:
            return harmless(form, getattr(line, words))


def _total(column: Column, lines: Sequence[OrderLine]) -> str:
    total = sum(line.amount_fen for line in lines)
    figures = {"{count}": str(len(lines)), "{yuan}": yuan_from_fen(total), "{fen}": str(total)}
    if column.total in figures:
        return Number(figures[column.total])
    text = column.total
    for name, figure in figures.items():
        text = text.replace(name, figure)
    return text
