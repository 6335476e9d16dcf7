"""Traps of invoices of goods, confirmation forms and proofs of payment."""

from __future__ import annotations

from pathlib import Path

import pytest

from reviewapp.ocr import Reader
from reviewapp.ocr.codes import Code
from reviewapp.ocr.evidence import Evidence
from reviewapp.ocr.extract import extract
from reviewapp.ocr.kinds import FORMS
from reviewapp.ocr.layout import Sheet, Spot
from reviewapp.ocr.lines import Line, box_quad, make_line
from reviewapp.ocr.trust import gather
from reviewapp.pages import open_file
from reviewapp.specimens.corpus import Specimen
from reviewapp.specimens.papers import write_text_pdf
from tests.ocr.papers import same
from tests.ocr.recordings import FOLDER, load


def read(kind: str, *texts: tuple[str, float, float]) -> dict[str, str]:
    """Fields of a paper with these texts at these places, 30 pixels high."""
    return {name: spot.value for name, spot in spots(kind, *texts).items()}


def spots(kind: str, *texts: tuple[str, float, float]) -> dict[str, Spot]:
    lines = [line_at(*each) for each in texts]
    return extract(FORMS[kind], Sheet(lines, FORMS[kind].labels))


def line_at(text: str, left: float, top: float, height: float = 30) -> Line:
    width = sum(height / 2 if char.isascii() else height for char in text)
    return make_line(text, box_quad((left, top, left + width, top + height)))


@pytest.mark.parametrize("form", ["digital", "electronic", "paper"])
@pytest.mark.parametrize("number", range(3))
def test_a_pdf_gives_every_field_exactly_items_included(form: str, number: int, tmp_path: Path) -> None:
    specimen = Specimen("product_invoice", form, number)
    write_text_pdf("product_invoice", specimen.values, tmp_path / "invoice.pdf", seed=number, form=form)
    (reading,) = Reader(second=None).read(open_file(tmp_path / "invoice.pdf").pages[0])
    assert reading.kind == "product_invoice"
    assert set(reading.fields) == set(specimen.truth)
    wrong = {
        name: each.value for name, each in reading.fields.items() if not same(name, each.value, specimen.truth[name])
    }
    assert wrong == {}
    assert not any(each.unsure for each in reading.fields.values())
    assert reading.fields["items"].sources == ("text_layer", "sum")


def test_a_buyer_who_is_a_person_has_no_tax_number_and_the_sellers_is_not_taken_for_it() -> None:
    found = read(
        "product_invoice",
        ("名称:测试甲(个人)", 200, 100),
        ("统一社会信用代码/纳税人识别号:", 200, 160),
        ("名称:乡宁县测试家居有限公司", 1000, 100),
        ("统一社会信用代码/纳税人识别号:91141029MA0R7N4XPW", 1000, 160),
        ("价税合计(大写)", 200, 600),
    )
    assert (found["buyer_name"], found["seller_name"]) == ("测试甲", "乡宁县测试家居有限公司")
    assert found["seller_tax_id"] == "91141029MA0R7N4XPW"
    assert "buyer_tax_id" not in found


def test_a_cipher_is_neither_a_code_nor_a_tax_number() -> None:
    found = read(
        "product_invoice",
        ("纳税人识别号:", 200, 160),
        ("0123456789+12<3456789012>81234567", 700, 160),
        ("12345678901234567890", 700, 200),
        ("价税合计(大写)", 200, 600),
    )
    assert not {"invoice_code", "buyer_tax_id"} & set(found)


def test_the_code_bears_out_the_total_or_the_sum_before_tax() -> None:
    page = load(FOLDER / "product_invoice-electronic-clean.json")
    found = extract(FORMS["product_invoice"], Sheet(page.lines, FORMS["product_invoice"].labels))
    day = str(page.truth["invoice_date"]).replace("-", "")
    head = f"01,10,{page.truth['invoice_code']},{page.truth['invoice_number']}"
    evidence = gathered("product_invoice", found, f"{head},{found['net_price'].value},{day},,C3F9")
    for name in ("invoice_code", "invoice_number", "invoice_date"):
        assert "qr" in evidence.borne[name]
    assert "sum" in evidence.borne["total"]
    assert "words" in evidence.borne["total"]
    other = gathered("product_invoice", found, f"{head[:-1]}9,1.00,{day},,C3F9")
    assert "invoice_number" in other.doubted


def gathered(kind: str, found: dict[str, Spot], code: str) -> Evidence:
    return gather(FORMS[kind], found, (Code("QRCode", code, box_quad((0, 0, 9, 9))),))


def test_what_was_paid_is_not_what_was_ordered_nor_what_the_voucher_took_off() -> None:
    found = read(
        "payment_proof",
        ("订单金额", 80, 300),
        ("¥3,000.00", 700, 300),
        ("优惠金额", 80, 360),
        ("-¥300.00", 700, 360),
        ("实付金额", 80, 420),
        ("¥2,700.00", 700, 420),
    )
    assert found["amount"] == "2700.00"


@pytest.mark.parametrize("printed", ["-2,999.00", "￥2999.00", "-¥2,999.00", "2,999.00元"])
def test_an_amount_without_a_label_heads_the_screen_under_the_payee(printed: str) -> None:
    lines = [
        line_at("扫二维码付款-给测试家居", 300, 200),
        line_at(printed, 320, 260, 80),
        *(line_at(*each) for each in (("当前状态", 80, 420), ("支付成功", 330, 420), ("支付方式", 80, 480))),
    ]
    found = extract(FORMS["payment_proof"], Sheet(lines, FORMS["payment_proof"].labels))
    assert (found["amount"].value, found["payee_name"].value) == ("2999.00", "测试家居")


def test_the_merchants_own_number_is_not_the_transactions() -> None:
    found = read(
        "payment_proof",
        ("商家订单号", 80, 300),
        ("T621695684472263274", 330, 300),
        ("订单号", 80, 360),
        ("2024080722001382622117941472", 330, 360),
    )
    assert found["transaction_number"] == "2024080722001382622117941472"


def test_a_number_broken_at_the_right_edge_is_read_whole() -> None:
    found = read(
        "payment_proof",
        ("转账单号", 80, 300),
        ("1000050120240807382622117941472", 435, 290),
        ("3", 885, 326),
        ("附言", 80, 400),
        ("8", 885, 400),
    )
    assert found["transaction_number"] == "10000501202408073826221179414723"


def test_a_headline_that_contradicts_the_label_is_for_a_person() -> None:
    lines = [line_at("-2,999.00", 320, 260, 80)]
    lines += [line_at("付款金额", 80, 420), line_at("2,909.00", 330, 420), line_at("支付成功", 80, 480)]
    found = extract(FORMS["payment_proof"], Sheet(lines, FORMS["payment_proof"].labels))
    evidence = gather(FORMS["payment_proof"], found, ())
    assert evidence.doubted["amount"] == ["2999.00"]


def test_words_bear_out_the_sum_they_spell() -> None:
    found = spots(
        "subsidy_confirmation",
        ("合计金额", 80, 300),
        ("13510.00", 330, 300),
        ("补贴金额", 80, 360),
        ("1351.00", 330, 360),
        ("金额大写:壹仟叁佰伍拾壹元整", 80, 420),
    )
    assert gather(FORMS["subsidy_confirmation"], found, ()).borne == {"subsidy": ["words"]}
