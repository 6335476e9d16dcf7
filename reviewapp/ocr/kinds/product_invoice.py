"""增值税发票 for goods: on paper, electronic with a code, and fully electronic (数电票) with 20 digits and no code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from itertools import permutations

from reviewapp.ocr import normalise
from reviewapp.ocr.codes import QR
from reviewapp.ocr.evidence import Evidence, fen, weigh_sum, weigh_words
from reviewapp.ocr.form import Column, Field, Form, Table
from reviewapp.ocr.kinds.shared import party_ok
from reviewapp.ocr.labels import Piece
from reviewapp.ocr.layout import Sheet, Spot

_GOODS = re.compile(r"^\W?([\u4e00-\u9fff、]{2,16})[*★·•.×x\u201c\u201d](?=.)")
_TWO_NAMES = re.compile(r".\*[\u4e00-\u9fff]{2,}\*")
"""A class of goods begins a name; within one it is the next line's."""
_AMOUNT = re.compile(r"[-—一]?[¥Y]?\d[\d,，]*\.\d{2}")
_ROUNDING = Decimal("0.006")
"""How far a printed price of two places may lie off the exact one."""

GOODS = ("货物或应税劳务、服务名称", "货物或应税劳务名称", "货物或应税劳务", "服务名称", "项目名称", "商品名称")


def _code(text: str) -> str | None:
    """12 digits (10 on older forms) and nothing else: the cipher has such runs too, between other marks."""
    found = re.fullmatch(r"[^\d+\-*/<>]*(\d{12}|\d{10})[^\d+\-*/<>]*", text)
    return found.group(1) if found else None


def _number(text: str) -> str | None:
    return normalise.digits(20, 20)(text) or normalise.digits(8, 8)(text)


def _party(text: str) -> str | None:
    """A buyer's or seller's name; （个人） after it says that a person bought, and is no part of the name."""
    return normalise.person(re.sub(r"\(个人\)?$", "", text))


def _tax_id(text: str) -> str | None:
    """A tax number that stands by itself: the cipher beside it is letters and digits too, between other marks."""
    found = re.fullmatch(r"[^0-9A-Z]*([0-9A-Z]{15,20})[^0-9A-Z]*", text.upper())
    return normalise.uscc(found.group(1)) if found else None


def _told_apart(text: str) -> str | None:
    """Nothing: buyer and seller have the same labels, so `_find` tells by their places whose value it is."""
    return None


def _goods(text: str) -> str | None:
    """*家具*实木餐桌: the class of goods between stars, however the stars were read."""
    plain = _GOODS.sub(r"*\1*", text)
    return plain if re.search(r"[\u4e00-\u9fffA-Za-z]{2}", plain) else None


def _quantity(text: str) -> str | None:
    found = re.fullmatch(r"(\d{1,6})(?:\.(\d{1,8}))?", text)
    if found is None:
        return None
    whole, part = found.group(1), (found.group(2) or "").rstrip("0")
    return f"{int(whole)}.{part}" if part else str(int(whole))


def _price(text: str) -> str | None:
    found = re.fullmatch(r"[¥]?(\d[\d,]*(?:\.\d{1,15})?)", text)
    return found.group(1).replace(",", "") if found else None


def _amount(text: str) -> str | None:
    """Money with its sign: a line of discount takes away."""
    if not _AMOUNT.fullmatch(text):
        return None
    value = normalise.money(text)
    return f"-{value}" if value is not None and text[0] in "-—一" else value


def _tax(text: str) -> str | None:
    return "0.00" if re.fullmatch(r"\*{2,3}", text) else _amount(text)


def _unit(text: str) -> str | None:
    return text if re.fullmatch(r"[\u4e00-\u9fffA-Za-z]{1,4}[²2³3]?", text) else None


def _worth(row: Mapping[str, str]) -> int | None:
    """Amount and tax of a line whose pieces at their price make the amount."""
    amount, tax, name = fen(row.get("amount", "")), fen(row.get("tax", "")), row.get("name", "")
    if amount is None or tax is None or not name or _TWO_NAMES.search(name) or ("price" in row) != ("quantity" in row):
        return None
    if "price" in row:
        pieces = Decimal(row["quantity"])
        if abs(Decimal(row["price"]) * pieces - Decimal(row["amount"])) > _ROUNDING * (pieces + 1):
            return None
    return amount + tax


def _find(sheet: Sheet, found: Mapping[str, Spot]) -> dict[str, Spot]:
    """Both parties, and the sums before tax and of the tax."""
    out: dict[str, Spot] = {}
    for label, parse, field in (("party", _party, "name"), ("party_number", _tax_id, "tax_id")):
        for piece in sheet.labels(label):
            name = f"{_side(sheet, piece)}_{field}"
            spot = _beside(sheet, piece, parse)
            if spot is not None and name not in out:
                out[name] = spot
    return out | _sums(sheet, found)


def _side(sheet: Sheet, label: Piece) -> str:
    """Whose label it is: under the total stands the seller of the older forms; above it, on the fully electronic one,
    the seller on the right."""
    totals = sheet.labels("total_in_words")
    if totals and sheet.offset(totals[0].line, label.line)[1] > 0:
        return "seller"
    left, right = min(line.left for line in sheet.lines), max(line.right for line in sheet.lines)
    return "seller" if label.line.left > (left + right) / 2 else "buyer"


def _beside(sheet: Sheet, label: Piece, parse: normalise.Parse) -> Spot | None:
    for piece in sheet.right_of(label, 0.8):
        value = parse(piece.line.text)
        if value is not None:
            return Spot(value, (piece.line,))
    return None


def _sums(sheet: Sheet, found: Mapping[str, Spot]) -> dict[str, Spot]:
    """合计: the two amounts of one row which make the total, the tax on the right."""
    total = fen(found["total"].value) if "total" in found else None
    read = ((piece.line, _amount(piece.line.text)) for piece in sheet.pieces if piece.hit is None)
    amounts = [(line, value) for line, value in read if value is not None and "¥" in line.text]
    for (net, net_value), (tax, tax_value) in permutations(amounts, 2):
        gap, drop = sheet.offset(net, tax)
        if gap > 0 and abs(drop) < sheet.height and (fen(net_value) or 0) + (fen(tax_value) or 0) == total:
            return {"net_price": Spot(net_value, (net,)), "tax_amount": Spot(tax_value, (tax,))}
    return {}


def _crosscheck(values: Mapping[str, str], evidence: Evidence) -> None:
    """大写 = 小写, and the sums before tax and of the tax make the total."""
    weigh_words(evidence, values, "total_in_words", "total")
    weigh_sum(evidence, values, ("net_price", "tax_amount"), "total")


ITEMS = Table(
    name="items",
    columns=(
        Column(
            Field(
                "name",
                GOODS,
                _goods,
                wrap=6,
            )
        ),
        Column(Field("model", ("规格型号",), normalise.text, wrap=4)),
        Column(Field("unit", ("单位",), _unit), hidden=True),
        Column(Field("quantity", ("数量",), _quantity, number=True, whole=True)),
        Column(Field("price", ("单价",), _price, number=True), hidden=True),
        Column(Field("amount", ("金额",), _amount, number=True), anchor=True),
        Column(Field("rate", ("税率/征收率", "税率"), normalise.percent), hidden=True),
        Column(Field("tax", ("税额",), _tax, number=True), hidden=True),
    ),
    until=("合计", "小计", "价税合计"),
    total="total",
    worth=_worth,
    adds_up=frozenset({"quantity", "amount"}),
)

FORM = Form(
    kind="product_invoice",
    marks={
        "电子发票(普通发票)": 6,
        "增值税电子普通发票": 6,
        "增值税普通发票": 6,
        "普通发票": 4,
        "增值税专用发票": 6,
        "货物或应税劳务": 4,
        "项目名称": 2,
        "规格型号": 2,
        "价税合计": 2,
        "购买方信息": 1,
        "密码区": 1,
        "发票代码": 1,
        "发票号码": 1,
        "机动车": -8,
        "二手车": -8,
        "车辆识别": -8,
        "确认书": -8,
    },
    fields=(
        Field("invoice_code", ("发票代码",), _code, anywhere=True, number=True),
        Field("invoice_number", ("发票号码", "No.", "No", "NO"), _number, anywhere=True, number=True),
        Field("invoice_date", ("开票日期",), normalise.iso_date, number=True),
        Field("buyer_name", ("购买方名称", "购货单位名称"), _party),
        Field("buyer_tax_id", (), _tax_id, check=party_ok, number=True),
        Field("seller_name", ("销售方名称", "销货单位名称"), _party),
        Field("seller_tax_id", (), _tax_id, check=party_ok, number=True),
        Field("total_in_words", ("价税合计(大写)", "价税合计"), normalise.in_words, right=1.0),
        Field("total", ("小写",), normalise.money, number=True),
        Field("party", ("名称", "称:", "称"), _told_apart),
        Field(
            "party_number",
            ("统一社会信用代码/纳税人识别号", "统一社会信用代码", "纳税人识别号"),
            _told_apart,
        ),
        Field("net_price", (), normalise.money),
        Field("tax_amount", (), normalise.money),
    ),
    fences=(
        "货物或应税劳务、服务名称",
        "货物或应税劳务名称",
        "服务名称",
        "项目名称",
        "规格型号",
        "大写",
        "校验码",
        "机器编号",
        "地址、电话",
        "地址",
        "电话",
        "开户行及账号",
        "开户银行",
        "银行账号",
        "收款人",
        "复核",
        "开票人",
        "备注",
        "密码区",
        "销售方:",
        "购买方:",
    ),
    find=_find,
    crosscheck=_crosscheck,
    codes=QR,
    tables=(ITEMS,),
    helpers=("party", "party_number", "net_price", "tax_amount"),
)
