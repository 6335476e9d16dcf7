"""Templates of bank files: what is shipped holds; what does not hold is told with file, line, key and remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from reviewapp.bank.template import SHIPPED, TemplateError, load_templates, parse_template

TEXT = (SHIPPED / "daifa-csv.toml").read_text(encoding="utf-8")
BOOK = (SHIPPED / "payroll-xlsx.toml").read_text(encoding="utf-8")


def test_two_are_shipped() -> None:
    templates = load_templates()
    forms = {name: (template.order.form.format, template.order.form.encoding) for name, template in templates.items()}
    assert forms == {"daifa-csv": ("csv", "gb18030"), "payroll-xlsx": ("xlsx", "")}


def test_an_office_adds_its_own(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(TEXT.replace('id = "daifa-csv"', 'id = "own-bank"'), encoding="utf-8")
    assert set(load_templates(tmp_path)) == {"daifa-csv", "payroll-xlsx", "own-bank"}


def test_no_id_twice(tmp_path: Path) -> None:
    (tmp_path / "again.toml").write_text(TEXT, encoding="utf-8")
    with pytest.raises(TemplateError, match=r"again.toml「id」：编号“daifa-csv”已有别的模板使用。请换一个编号。"):
        load_templates(tmp_path)


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_bytes(TEXT.encode("gb18030"))
    with pytest.raises(TemplateError, match=r"own.toml：不是 UTF-8 文本"):
        load_templates(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('id = "daifa-csv"', 'id = "代发"', "「id」：“代发”不能作编号"),
        ('format = "csv"', 'format = "xls"', "「order.format」：不能写“xls”。请改成其中之一：csv、xlsx。"),
        ('encoding = "gb18030"', 'encoding = "big5"', "「order.encoding」：不能写“big5”"),
        ('delimiter = ","', 'delimiter = ",,"', "「order.delimiter」：分隔符应为一个字符"),
        ('field = "card"', 'field = "iban"', "「order.columns[2].field」：不能写“iban”"),
        ('field = "card"', 'field = "bank"', '没有 card 列。请加上 field = "card" 的一列。'),
        ('field = "yuan"', 'field = "note"', "金额列应有且只有一种"),
        ('header = "附言"', 'header = "用途"', "“用途”写了两次"),
        ('text = "补贴"\n', "", "固定文字与 field 不符"),
        ('total = "{yuan}"', 'total = "{sum}"', "“{sum}”里有不认识的占位。可用的占位：{count}、{yuan}、{fen}。"),
        ('number = "商户流水号"', 'number = "流水号"', "「return.number」：header 里没有“流水号”这一列"),
        ('card_shown = "masked"', 'card_shown = "half"', "「return.card_shown」：不能写“half”"),
        ('unit = "yuan"', 'unit = "jiao"', "「return.unit」：不能写“jiao”"),
        ('failed = ["失败", "交易失败"]', 'failed = ["成功"]', "“成功”有两种含义"),
        ('count = "商户流水号"', 'count = "笔数"', "「return.total.count」：header 里没有“笔数”这一列"),
        ('result = "处理结果"\n', "", "缺少“result”。请补上 result = …"),
        ('reason = "失败原因"', 'reason = "失败原因"\nfees = "手续费"', "没有“fees”这个键"),
        ("[return.words]", "[return.word]", "没有“word”这个键"),
        ("[return]", "[return", "第 43 行：不是合规的 TOML"),
    ],
)
def test_every_mistake_is_told_with_its_place(old: str, new: str, says: str) -> None:
    assert old in TEXT
    with pytest.raises(TemplateError) as refused:
        parse_template(TEXT.replace(old, new, 1), "own.toml")
    assert str(refused.value).startswith("own.toml")
    assert says in str(refused.value)


def test_a_workbook_has_no_encoding() -> None:
    with pytest.raises(TemplateError, match="Excel 文件没有编码和分隔符"):
        parse_template(BOOK.replace('format = "xlsx"', 'format = "xlsx"\nencoding = "utf-8"', 1), "own.toml")


def test_parts_that_are_no_tables() -> None:
    with pytest.raises(TemplateError, match=r"「order」：应为一个表"):
        parse_template('id = "a"\ntitle = "a"\norder = 1\nreturn = 1\n', "own.toml")
