"""二手车销售统一发票: buyer and seller in rows of the same wording, so each is told by what stands beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from reviewapp.ocr import normalise
from reviewapp.ocr.codes import QR
from reviewapp.ocr.evidence import Evidence, fen, weigh_words
from reviewapp.ocr.form import Field, Form
from reviewapp.ocr.kinds.shared import label_only, party_id, party_name, party_ok, vehicle_type
from reviewapp.ocr.labels import Piece, find_labels
from reviewapp.ocr.layout import Sheet, Spot
from reviewapp.ocr.lines import Line
from reviewapp.policy.identifiers import vin_check_digit_ok
from reviewapp.policy.money import fen_from_words

BUYER = ("买方单位/个人", "买方单位(个人)", "买方名称", "买方姓名", "购买方名称", "买方单位", "购买方", "买方")
SELLER = ("卖方单位/个人", "卖方单位(个人)", "卖方名称", "卖方姓名", "销售方名称", "卖方单位", "销售方", "卖方")
MARKET = ("二手车市场名称", "二手车市场")
DEALER = ("经营、拍卖单位名称", "经营、拍卖单位", "经营拍卖单位", "拍卖单位")
ROWS_AWAY = 4.0
"""How far off its party's row a number may stand, in line heights."""


def _number(text: str) -> str | None:
    return normalise.digits(20, 20)(text) or normalise.digits(8, 8)(text)


def _find(sheet: Sheet, found: Mapping[str, Spot]) -> dict[str, Spot]:
    """Both parties with their numbers, the firm that issued the invoice, and a total whose label was lost."""
    parties = _parties(sheet)
    out = {f"{party}_id": spot for party, spot in _ids(sheet, parties).items()}
    for party, label in parties.items():
        spot = _name(sheet, label)
        if spot is not None:
            out[f"{party}_name"] = spot
    rest = {"market_name": _issuer(sheet), "total": found.get("total") or _total(sheet, found)}
    return out | {name: spot for name, spot in rest.items() if spot is not None}


def _total(sheet: Sheet, found: Mapping[str, Spot]) -> Spot | None:
    """The amount that the words say, where a seal covers the label beside it."""
    words = found.get("total_in_words")
    amount = fen_from_words(words.value) if words is not None else None
    for piece in sheet.pieces:
        value = normalise.money(piece.line.text) if piece.hit is None else None
        if value is not None and amount is not None and fen(value) == amount:
            return Spot(value, (piece.line,))
    return None


def _parties(sheet: Sheet) -> dict[str, Piece]:
    """The labels of buyer and seller. 买 and 卖 are easily taken for each other: of two alike the upper is the
    buyer's."""
    found = {name: sheet.labels(f"{name}_row") for name in ("buyer", "seller")}
    for name, labels in found.items():
        other = next(each for each in found if each != name)
        clear = [label for label in labels if label.hit is not None and label.hit.mistakes == 0]
        if not found[other] and len(clear) > 1:
            upper, lower = sorted(clear, key=lambda label: label.line.centre[1])[:2]
            return {"buyer": upper, "seller": lower}
    return {name: labels[0] for name, labels in found.items() if labels}


def _name(sheet: Sheet, label: Piece) -> Spot | None:
    for piece in (*sheet.right_of(label, 1.2), *sheet.below(label, 1.8)):
        pieces = sheet.block(label, piece, 1)
        value = party_name("".join(each.line.text for each in pieces))
        if value is not None:
            return Spot(value, tuple(each.line for each in pieces))
    return None


def _ids(sheet: Sheet, parties: Mapping[str, Piece]) -> dict[str, Spot]:
    """Every number of a person or firm goes to the party nearest to it; those of the market and the dealer to none."""
    owners = [(name, label) for name, label in parties.items()]
    owners += [("", label) for row in ("market_row", "dealer_row") for label in sheet.labels(row)]
    nearest: dict[str, tuple[float, Spot]] = {}
    for piece in sheet.pieces:
        value = party_id(piece.line.text) if piece.hit is None else None
        if value is None or not owners:
            continue
        distance, name = min((_distance(sheet, label, piece), name) for name, label in owners)
        if distance < nearest.get(name, (float("inf"),))[0]:
            nearest[name] = (distance, Spot(value, (piece.line,)))
    return {name: spot for name, (_, spot) in nearest.items() if name}


def _distance(sheet: Sheet, label: Piece, piece: Piece) -> float:
    """Rows count most; columns decide where both parties stand in one row. Infinite beyond ROWS_AWAY."""
    _, drop = sheet.offset(label.line, piece.line)
    if abs(drop) > ROWS_AWAY * max(sheet.height, label.line.height):
        return float("inf")
    return abs(drop) + 0.15 * abs(piece.line.left - label.line.left)


def _issuer(sheet: Sheet) -> Spot | None:
    """The market, or the dealer or auctioneer where no market is named. Firms are called 某某二手车市场 too: only
    words at the head of their line are a label."""
    for row in ("market_row", "dealer_row"):
        for label in sheet.labels(row):
            if label.hit is None or re.search(r"[\u4e00-\u9fff]", sheet.lines[label.row].text[: label.hit.start]):
                continue
            for line in _beside(sheet, label):
                value = party_name(line.text)
                if value is not None:
                    return Spot(value, (line,))
    return None


def _beside(sheet: Sheet, label: Piece) -> list[Line]:
    """What follows a label in its own line, then the lines to its right, each up to the next label."""
    assert label.hit is not None
    own = sheet.lines[label.row]
    unit = max(sheet.height, label.line.height)
    right = []
    for line in sheet.lines:
        gap, drop = sheet.offset(label.line, line)
        if line is not own and gap > -0.6 * unit and abs(drop) < 0.8 * unit:
            right.append((gap, line))
    others = {name: field for name, field in FORM.labels.items() if field not in ("market_row", "dealer_row")}
    after = own.piece(label.hit.end, len(own.text))
    lines = [after] if after.text.strip(normalise.EDGES) else []
    lines += [line for _, line in sorted(right, key=lambda each: each[0])]
    return [
        line.piece(0, next((hit.start for hit in find_labels(line.text, others)), len(line.text))) for line in lines
    ]


def _crosscheck(values: Mapping[str, str], evidence: Evidence) -> None:
    weigh_words(evidence, values, "total_in_words", "total")
    if values.get("buyer_id") and values["buyer_id"] == values.get("seller_id"):
        for name in ("buyer_id", "seller_id"):
            evidence.doubt(name)


FORM = Form(
    kind="used_vehicle_invoice",
    marks={
        "二手车销售统一发票": 9,
        "二手车市场": 4,
        "买方单位": 2,
        "卖方单位": 3,
        "转入地车辆管理所": 3,
        "车价合计": 2,
        "车牌照号": 1,
        "登记证号": 1,
        "经营、拍卖单位": 2,
        "价税合计": -5,
        "不含税价": -4,
        "合格证号": -4,
        "购买方名称及": -4,
        "销货单位名称": -4,
        "机动车所有人": -4,
    },
    fields=(
        Field("invoice_code", ("发票代码", "机打代码"), normalise.digits(12, 12), anywhere=True, number=True),
        Field("invoice_number", ("发票号码", "机打号码"), _number, anywhere=True, number=True),
        Field("invoice_date", ("开票日期",), normalise.iso_date, anywhere=True, number=True),
        Field("buyer_name", (), party_name),
        Field("buyer_id", (), party_id, check=party_ok, number=True),
        Field("seller_name", (), party_name),
        Field("seller_id", (), party_id, check=party_ok, number=True),
        Field("plate", ("车牌照号", "车牌号码", "号牌号码", "车牌号"), normalise.plate, anywhere=True, number=True),
        Field("registration_number", ("登记证号码", "登记证书号", "登记证号"), normalise.digits(10, 15), number=True),
        Field("vehicle_type", ("车辆类型",), vehicle_type),
        Field(
            "vin",
            (
                "车架号/车辆识别代码",
                "车辆识别代号/车架号码",
                "车辆识别代码/车架号码",
                "车辆识别代码",
                "车辆识别代号",
                "车架号码",
                "车架号",
            ),
            normalise.vin,
            right=1.2,
            anywhere=True,
            check=vin_check_digit_ok,
            number=True,
        ),
        Field("brand_model", ("厂牌型号", "品牌型号"), normalise.text, wrap=1),
        Field(
            "total_in_words",
            ("车价合计(大写)", "车价合计大写", "车价合计", "合计(大写)", "(大写)"),
            normalise.in_words,
            right=1.0,
        ),
        Field("total", ("车价合计(小写)", "(小写)", "小写"), normalise.money, number=True),
        Field("market_name", (), party_name),
        Field("buyer_row", BUYER, label_only),
        Field("seller_row", SELLER, label_only),
        Field("market_row", MARKET, label_only),
        Field("dealer_row", DEALER, label_only),
    ),
    fences=(
        "买方单位/个人住址",
        "卖方单位/个人住址",
        "买方单位/个人住",
        "卖方单位/个人住",
        "买方地址",
        "卖方地址",
        "经营、拍卖单位地址",
        "单位代码/身份证号码",
        "统一社会信用代码/身份证号码",
        "统一社会信用代码",
        "单位代码",
        "身份证号码",
        "转入地车辆管理所名称",
        "转入地车辆",
        "管理所名称",
        "纳税人识别号",
        "开户银行、账号",
        "开户银行",
        "机器编号",
        "税控码",
        "住址",
        "地址",
        "电话",
        "备注",
        "开票单位",
        "开票人",
    ),
    find=_find,
    helpers=("buyer_row", "seller_row", "market_row", "dealer_row"),
    crosscheck=_crosscheck,
    codes=QR,
)
