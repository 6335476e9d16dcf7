"""POS 签购单: thermal print, label and value in one line, bilingual labels."""

from __future__ import annotations

import re
from collections.abc import Mapping

from reviewapp.ocr import normalise
from reviewapp.ocr.form import Field, Form
from reviewapp.ocr.layout import Sheet, Spot
from reviewapp.ocr.lines import Line

SHORTEST_CARD, LONGEST_CARD = 16, 19
_ENGLISH = {"SALE": "消费", "VOID": "消费撤销", "REFUND": "退货"}
_KINDS = frozenset({"消费", "消费撤销", "撤销", "退货", "预授权", "预授权完成", "预授权撤销", "预授权完成撤销"})
"""What a slip may call itself; only the first, and an authorisation that was completed, pay anything."""


def _transaction_type(text: str) -> str | None:
    found = re.match(r"[\u4e00-\u9fff]{2,8}", text)
    return found.group() if found else _ENGLISH.get(text.strip("()/:").upper())


def _day(text: str) -> str | None:
    return None if normalise.instant(text) else normalise.iso_date(text)


def _clock(text: str) -> str | None:
    found = re.search(r"(?<!\d)[012]\d:[0-5]\d(?::[0-5]\d)?(?!\d)", text)
    return found.group() if found else None


def _find(sheet: Sheet, found: Mapping[str, Spot]) -> dict[str, Spot]:
    """What labels alone do not give: the stars of the card number, the moment from a day and a time printed apart, and
    a kind of transaction that stands in the heading."""
    out = _card(sheet)
    day, clock = found.get("day"), found.get("clock")
    moment = normalise.instant(f"{day.value} {clock.value}") if day is not None and clock is not None else None
    if "paid_at" not in found and day is not None and clock is not None and moment is not None:
        out["paid_at"] = Spot(moment, day.lines + clock.lines)
    if "transaction_type" not in found:
        headings = [piece.line for piece in sheet.pieces if piece.line.text in _KINDS]
        if headings:
            out["transaction_type"] = Spot(headings[0].text, (headings[0],))
    return out


def _card(sheet: Sheet) -> dict[str, Spot]:
    """The masked card number with as many stars as the print has room for: engines lose count of equal characters in
    a row."""
    for label in sheet.labels("card_number_masked"):
        under = [[piece, *sheet.right_of(piece, 0.5)] for piece in sheet.below(label, 1.8)[:1]]
        for pieces in (sheet.right_of(label, 0.5), *under):
            spot = _masked(sorted((piece.line for piece in pieces), key=lambda line: line.left))
            if spot is not None:
                return {"card_number_masked": spot}
    return {}


def _masked(row: list[Line]) -> Spot | None:
    """Head and tail digits of a row, from one line or two, and the stars between them counted by the pitch of the
    digits."""
    text = "".join(line.text for line in row)
    match = re.match(r"(\d{4,10})([^\d]*)(\d{4})(?!\d)", text)
    if match is None or not (match.group(2) or len(row) > 1):
        return None
    places = [line.left + place * (line.right - line.left) for line in row for place in line.places]
    head, tail = places[: match.end(1)], places[match.start(3) : match.end(3)]
    pitch = (head[-1] - head[0] + tail[-1] - tail[0]) / (len(head) + len(tail) - 2)
    printed = round((tail[-1] - head[0]) / pitch) + 1 if pitch > 0 else SHORTEST_CARD
    stars = min(LONGEST_CARD, max(SHORTEST_CARD, printed)) - len(head) - len(tail)
    used = tuple(line for line in row if re.search(r"\d", line.text))
    return Spot(match.group(1) + "*" * max(1, stars) + match.group(3), used)


FORM = Form(
    kind="pos_slip",
    marks={
        "签购单": 8,
        "POS": 2,
        "商户编号": 2,
        "终端编号": 3,
        "终端号": 3,
        "终端机号": 3,
        "批次号": 3,
        "参考号": 2,
        "授权码": 2,
        "交易类型": 2,
        "发卡": 1,
        "持卡人签名": 3,
        "持卡人签字": 3,
        "商户存根": 3,
        "持卡人存根": 3,
        "核销小票": -8,
        "消费券": -4,
        "登记表": -8,
    },
    fields=(
        Field(
            "merchant_name", ("特约商户名称", "商户名称", "商户名", "MERCHANTNAME"), normalise.person, below=1.8, wrap=1
        ),
        Field(
            "merchant_number",
            ("特约商户编号", "商户编号", "商户号", "MERCHANTNO", "MERCHANTID"),
            normalise.code,
            below=1.8,
            number=True,
        ),
        Field(
            "terminal_number",
            ("终端编号", "终端机号", "终端号", "TERMINALNO", "TERMINALID"),
            normalise.code,
            below=1.8,
            number=True,
        ),
        Field(
            "card_number_masked",
            ("付款卡号", "卡号", "CARDNUMBER", "CARDNO"),
            normalise.masked_card,
            below=1.8,
            anywhere=True,
            number=True,
        ),
        Field("bank", ("发卡行", "发卡银行", "发卡机构", "ISSUER"), normalise.person, below=1.8),
        Field(
            "transaction_type",
            ("交易类型", "交易类别", "交易种类", "TRANSTYPE"),
            _transaction_type,
            below=1.8,
        ),
        Field("batch_number", ("批次号", "批次编号", "BATCHNO"), normalise.digits(4, 8), below=1.8, number=True),
        Field(
            "trace_number",
            ("凭证号", "POS流水号", "流水号", "查询号", "VOUCHERNO", "TRACENO"),
            normalise.digits(4, 8),
            below=1.8,
            number=True,
        ),
        Field(
            "auth_code",
            ("授权码", "授权号", "AUTHNO", "AUTHCODE"),
            normalise.digits(4, 8),
            below=1.8,
            number=True,
        ),
        Field(
            "reference_number",
            ("系统参考号", "检索参考号", "交易参考号", "参考号", "REFERNO", "REFNO"),
            normalise.digits(8, 14),
            below=1.8,
            number=True,
        ),
        Field(
            "paid_at",
            ("交易日期时间", "日期/时间", "日期时间", "交易时间", "交易日期", "DATE/TIME", "日期", "时间"),
            normalise.instant,
            below=1.8,
            number=True,
            anywhere=True,
        ),
        Field("day", ("交易日期", "日期", "DATE"), _day, below=1.8, number=True),
        Field("clock", ("交易时间", "时间", "TIME"), _clock, below=1.8, number=True),
        Field(
            "amount",
            ("交易金额", "消费金额", "金额", "总计", "AMOUNT", "TOTAL"),
            normalise.money,
            below=2.2,
            number=True,
        ),
    ),
    fences=(
        "操作员号",
        "操作员",
        "OPERATORNO",
        "收单行",
        "收单银行",
        "收单机构",
        "ACQUIRER",
        "有效期",
        "EXPDATE",
        "卡序号",
        "小费",
        "备注",
        "REFERENCE",
        "持卡人签名",
        "持卡人签字",
        "CARDHOLDERSIGNATURE",
        "MERCHANTCOPY",
        "CARDHOLDERCOPY",
        "原凭证号",
        "原参考号",
        "原批次号",
        "原交易日期",
    ),
    find=_find,
    helpers=("day", "clock"),
)
