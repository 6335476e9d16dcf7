"""Templates of bank files: which columns a bank wants in a batch file, and how its return file is to be read.

A template is data (TOML in `bank/templates`, or in an office's own folder), read strictly: every mistake is told with
file, line, key and remedy (docs/bank-templates.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from reviewapp.policy.lines import key_lines
from reviewapp.policy.parse import read_toml
from reviewapp.policy.problems import Problem, SchemeError
from reviewapp.policy.reading import Collector
from reviewapp.policy.source import Table

SHIPPED = Path(__file__).with_name("templates")
FORMATS = ("csv", "xlsx")
ENCODINGS = ("gb18030", "utf-8", "utf-8-sig")
#: What a column of the batch file can hold; `text` is the same words in every line.
FIELDS = ("sequence", "number", "payee", "card", "bank", "yuan", "fen", "note", "text")
RESULTS = ("paid", "failed", "returned")
#: Without these a bank cannot pay, or cannot say what it paid.
_NEEDED = ("number", "payee", "card")
_TOTALS = ("{count}", "{yuan}", "{fen}")

Result = Literal["paid", "failed", "returned"]


class TemplateError(ValueError):
    """A template does not hold; `problems` lists every mistake found, in the order of the file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


@dataclass(frozen=True, slots=True)
class FileForm:
    """How a table stands in a file; `encoding` and `delimiter` are a CSV's."""

    format: str
    encoding: str
    delimiter: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the batch file; `text` is what a `text` column says, `total` what stands under it."""

    header: str
    field: str
    text: str
    total: str


@dataclass(frozen=True, slots=True)
class Total:
    """The last line of a return file: its first cell, and the headers over its count and amount."""

    label: str
    count: str
    amount: str


@dataclass(frozen=True, slots=True)
class OrderLayout:
    """The file that goes to the bank."""

    form: FileForm
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class ReturnLayout:
    """The file that comes back. `header` is its whole header line, after `title_rows` others; `words` maps a result's
    words to it; `masked`: the bank shows a part of the card only.
    """

    form: FileForm
    title_rows: int
    header: tuple[str, ...]
    number: str
    card: str
    masked: bool
    amount: str
    in_fen: bool
    result: str
    reason: str
    reference: str
    total: Total | None
    words: Mapping[str, Result]


@dataclass(frozen=True, slots=True)
class Template:
    """One bank's pair of files."""

    id: str
    title: str
    order: OrderLayout
    returned: ReturnLayout


class _TemplateTable(Table, frozen=True, rename={"returned": "return"}):
    id: str
    title: str
    order: Any
    returned: Any


class _OrderTable(Table, frozen=True):
    format: str
    columns: list[Any]
    encoding: str = ""
    delimiter: str = ""


class _ColumnTable(Table, frozen=True):
    header: str
    field: str
    text: str = ""
    total: str = ""


class _ReturnTable(Table, frozen=True):
    format: str
    header: list[str]
    number: str
    card: str
    card_shown: str
    amount: str
    unit: str
    result: str
    reason: str
    words: Any
    reference: str = ""
    total: Any = None
    title_rows: int = 0
    encoding: str = ""
    delimiter: str = ""


class _TotalTable(Table, frozen=True):
    label: str
    count: str
    amount: str


class _WordsTable(Table, frozen=True):
    paid: list[str]
    failed: list[str]
    returned: list[str] = []  # noqa: RUF012 - msgspec copies it


def load_templates(own: Path | None = None) -> dict[str, Template]:
    """The shipped templates and those of an office's own folder, by id. TemplateError with every mistake found."""
    folders = [SHIPPED] if own is None else [SHIPPED, own]
    found: dict[str, Template] = {}
    for path in (path for folder in folders for path in sorted(folder.glob("*.toml"))):
        template = load_template(path)
        if template.id in found:
            raise TemplateError(
                [Problem(path.name, None, "id", f"编号“{template.id}”已有别的模板使用", "请换一个编号")]
            )
        found[template.id] = template
    return found


def load_template(path: Path) -> Template:
    """The template in a file. TemplateError."""
    try:
        return parse_template(path.read_text(encoding="utf-8"), path.name)
    except UnicodeDecodeError:
        raise TemplateError([Problem(path.name, None, "", "不是 UTF-8 文本", "请用 UTF-8 编码另存")]) from None


def parse_template(text: str, source: str) -> Template:
    """The template in a TOML text; `source` names it in messages. TemplateError."""
    try:
        given = read_toml(text, source)
    except SchemeError as error:
        raise TemplateError(error.problems) from None
    collector = Collector(source, key_lines(text))
    template = _Reader(collector).template(given)
    if template is None or collector.problems:
        raise TemplateError(collector.problems)
    return template


class _Reader:
    """Reads the parts and notes what is wrong with them."""

    def __init__(self, collector: Collector) -> None:
        self.collector = collector

    def template(self, given: Mapping[str, Any]) -> Template | None:
        table = self.collector.convert(given, _TemplateTable, "")
        if table is None:
            return None
        order, returned = self._order(table.order), self._return(table.returned)
        if order is None or returned is None:
            return None
        if not table.id.isascii() or not table.id.replace("-", "").isalnum() or len(table.id) > 40:
            self.collector.add("id", f"“{table.id}”不能作编号", "用至多 40 个字母、数字和连字符，例如 daifa-csv")
        return Template(table.id, table.title, order, returned)

    def _order(self, given: Any) -> OrderLayout | None:
        table = self._table(given, _OrderTable, "order")
        if table is None:
            return None
        form = self._form(table.format, table.encoding, table.delimiter, "order")
        columns = [self._column(entry, f"order.columns[{at}]") for at, entry in enumerate(table.columns)]
        read = tuple(column for column in columns if column is not None)
        self.collector.unique([column.header for column in read], "order.columns")
        fields = [column.field for column in read]
        for field in _NEEDED:
            if field not in fields:
                self.collector.add("order.columns", f"没有 {field} 列", f'请加上 field = "{field}" 的一列')
        if ("yuan" in fields) == ("fen" in fields):
            self.collector.add("order.columns", "金额列应有且只有一种", "yuan（元）和 fen（分）请保留一种")
        return OrderLayout(form, read)

    def _column(self, given: Any, key: str) -> Column | None:
        table = self._table(given, _ColumnTable, key)
        if table is None:
            return None
        self._one_of(table.field, FIELDS, f"{key}.field")
        if (table.field == "text") != bool(table.text):
            self.collector.add(f"{key}.text", "固定文字与 field 不符", 'field = "text" 的列写 text = …，其他列不写')
        self._placeholders(table.total, f"{key}.total")
        return Column(table.header, table.field, table.text, table.total)

    def _placeholders(self, total: str, key: str) -> None:
        rest = total
        for name in _TOTALS:
            rest = rest.replace(name, "")
        if "{" in rest or "}" in rest:
            self.collector.add(key, f"“{total}”里有不认识的占位", f"可用的占位：{'、'.join(_TOTALS)}")

    def _return(self, given: Any) -> ReturnLayout | None:
        table = self._table(given, _ReturnTable, "return")
        if table is None:
            return None
        form = self._form(table.format, table.encoding, table.delimiter, "return")
        for key in ("number", "card", "amount", "result", "reason", "reference"):
            self._header_of(getattr(table, key), table.header, f"return.{key}", optional=key == "reference")
        self._one_of(table.card_shown, ("whole", "masked"), "return.card_shown")
        self._one_of(table.unit, ("yuan", "fen"), "return.unit")
        if not 0 <= table.title_rows <= 20:
            self.collector.add("return.title_rows", "表头前的行数不对", "请写 0 至 20")
        return ReturnLayout(
            form=form, title_rows=table.title_rows, header=tuple(table.header), number=table.number, card=table.card,
            masked=table.card_shown == "masked", amount=table.amount, in_fen=table.unit == "fen", result=table.result,
            reason=table.reason, reference=table.reference, total=self._total(table), words=self._words(table.words),
        )  # fmt: skip

    def _total(self, table: _ReturnTable) -> Total | None:
        if table.total is None:
            return None
        total = self._table(table.total, _TotalTable, "return.total")
        if total is None:
            return None
        self._header_of(total.count, table.header, "return.total.count")
        self._header_of(total.amount, table.header, "return.total.amount")
        return Total(total.label, total.count, total.amount)

    def _words(self, given: Any) -> dict[str, Result]:
        table = self._table(given, _WordsTable, "return.words")
        if table is None:
            return {}
        words: dict[str, Result] = {}
        meanings: tuple[tuple[Result, list[str]], ...] = (
            ("paid", table.paid), ("failed", table.failed), ("returned", table.returned),
        )  # fmt: skip
        for meaning, listed in meanings:
            for word in listed:
                if word in words:
                    self.collector.add(f"return.words.{meaning}", f"“{word}”有两种含义", "一个词只能写在一处")
                words[word] = meaning
        return words

    def _form(self, kind: str, encoding: str, delimiter: str, key: str) -> FileForm:
        self._one_of(kind, FORMATS, f"{key}.format")
        if kind == "csv":
            self._one_of(encoding, ENCODINGS, f"{key}.encoding")
            if len(delimiter) != 1 or delimiter in '"\r\n':
                self.collector.add(f"{key}.delimiter", "分隔符应为一个字符", '例如 delimiter = ","')
        elif encoding or delimiter:
            self.collector.add(f"{key}.format", "Excel 文件没有编码和分隔符", "请去掉 encoding 和 delimiter")
        return FileForm(kind, encoding, delimiter)

    def _header_of(self, name: str, header: list[str], key: str, *, optional: bool = False) -> None:
        if name not in header and not (optional and not name):
            self.collector.add(key, f"header 里没有“{name}”这一列", "请照 header 里的写法填写")

    def _one_of(self, word: str, words: tuple[str, ...], key: str) -> None:
        if word not in words:
            self.collector.add(key, f"不能写“{word}”", f"请改成其中之一：{'、'.join(words)}")

    def _table(self, given: Any, shape: Any, key: str) -> Any:
        """The table as its struct; None (and a problem) for what is no table or has not the shape."""
        if not isinstance(given, dict):
            self.collector.add(key, "应为一个表", f"请写成 [{key}] 一段")
            return None
        return self.collector.convert(given, shape, key)
