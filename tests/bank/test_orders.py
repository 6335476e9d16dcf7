"""Batch files for the bank: columns by template, the same bytes each time, nothing that a spreadsheet would run."""

from __future__ import annotations

import pytest

from reviewapp.bank.orders import OrderLine, order_file
from reviewapp.bank.sheets import xlsx_rows
from reviewapp.bank.template import SHIPPED, load_templates, parse_template

CSV, BOOK = load_templates().values()
LINES = [
    OrderLine("样例-000001-1", "测试甲", "6222020000000000018", "样例银行", 300_000, "样例-000001"),
    OrderLine("样例-000002-1", "样例乙", "6222020000000084004", "", 1, "样例-000002"),
]


def test_a_csv_in_the_banks_encoding() -> None:
    assert order_file(CSV, LINES).decode("gb18030").split("\r\n") == [
        "序号,商户流水号,收款账号,收款户名,金额,用途,附言",
        "1,样例-000001-1,6222020000000000018,测试甲,3000.00,补贴,样例-000001",
        "2,样例-000002-1,6222020000000084004,样例乙,0.01,补贴,样例-000002",
        "合计,2,,,3000.01,,",
        "",
    ]


def test_a_workbook_with_cards_as_text() -> None:
    assert [cells for _, cells in xlsx_rows(order_file(BOOK, LINES))] == [
        ["序号", "客户业务编号", "收款人姓名", "收款人账号", "收款人开户行", "币种", "金额（分）", "摘要"],
        ["1", "样例-000001-1", "测试甲", "6222020000000000018", "样例银行", "人民币", "300000", "样例-000001"],
        ["2", "样例-000002-1", "样例乙", "6222020000000084004", "", "人民币", "1", "样例-000002"],
        ["总计", "2", "", "", "", "", "300001"],
    ]


def test_utf8_with_its_mark() -> None:
    text = (SHIPPED / "daifa-csv.toml").read_text(encoding="utf-8").replace('"gb18030"', '"utf-8-sig"', 1)
    assert order_file(parse_template(text, "own.toml"), LINES).startswith("\ufeff序号".encode())


@pytest.mark.parametrize("template", [CSV, BOOK], ids=lambda template: template.id)
def test_the_same_lines_give_the_same_bytes(template) -> None:
    assert order_file(template, LINES) == order_file(template, list(LINES))
    assert order_file(template, LINES) != order_file(template, LINES[::-1])


@pytest.mark.parametrize("name", ["=1+1", "+测试", "-测试", "@测试", " \t=1+1", "\r\n=1+1"])
def test_a_name_is_no_formula(name: str) -> None:
    line = OrderLine("样例-000001-1", name, "6222020000000000018", "", 1, name)
    shown = " ".join(name.split())
    assert f",'{shown},0.01,补贴,'{shown}\r\n" in order_file(CSV, [line]).decode("gb18030")
    assert xlsx_rows(order_file(BOOK, [line]))[1][1][2] == shown  # a text cell: nothing runs it


def test_names_with_the_csvs_own_signs() -> None:
    line = OrderLine("样例-000001-1", '测试"甲",乙', "6222020000000000018", "", 1, "")
    assert '"测试""甲"",乙"' in order_file(CSV, [line]).decode("gb18030")
