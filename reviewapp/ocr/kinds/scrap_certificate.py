"""报废机动车回收证明: the day the car was handed in is not the day the certificate was issued."""

from __future__ import annotations

from collections.abc import Mapping

from reviewapp.ocr import normalise
from reviewapp.ocr.evidence import Evidence
from reviewapp.ocr.form import Field, Form
from reviewapp.ocr.kinds.shared import (
    brand,
    brand_and_model,
    label_only,
    party_id,
    party_name,
    party_ok,
    vehicle_type,
)
from reviewapp.ocr.layout import Sheet, Spot
from reviewapp.policy.identifiers import vin_check_digit_ok

SHORTEST_NUMBER = 6


def _certificate_number(text: str) -> str | None:
    value = normalise.code(text)
    return value if value is not None and len(value) >= SHORTEST_NUMBER and any(map(str.isdigit, value)) else None


def _find(sheet: Sheet, found: Mapping[str, Spot]) -> dict[str, Spot]:
    out = brand_and_model(found)
    issued = None if "issued_on" in found else _signed_day(sheet, found)
    return out | ({} if issued is None else {"issued_on": issued})


def _signed_day(sheet: Sheet, found: Mapping[str, Spot]) -> Spot | None:
    """The national form prints the day without a label, under the recycler's seal."""
    taken = {line.quad for spot in found.values() for line in spot.lines}
    days: dict[str, Spot] = {}
    for piece in sheet.pieces:
        value = normalise.iso_date(piece.line.text) if piece.hit is None and piece.line.quad not in taken else None
        if value is None or sheet.labelled(piece):
            continue
        if any(sheet.offset(place.line, piece.line)[1] > -sheet.height for place in sheet.labels("signed_at")):
            days.setdefault(value, Spot(value, (piece.line,)))
    return next(iter(days.values())) if len(days) == 1 else None


def _crosscheck(values: Mapping[str, str], evidence: Evidence) -> None:
    """Nothing is certified before it is handed in."""
    if values.get("issued_on", "9") < values.get("handed_in_on", "0"):
        evidence.doubt("issued_on")
        evidence.doubt("handed_in_on")


FORM = Form(
    kind="scrap_certificate",
    marks={
        "报废机动车回收证明": 10,
        "报废汽车回收证明": 10,
        "回收证明编号": 4,
        "交车日期": 3,
        "回收企业": 2,
        "商务主管部门": 2,
        "车主": 1,
        "车辆识别代号": 1,
        "统一发票": -6,
        "合法来源证明": -8,
        "登记证书": -4,
    },
    fields=(
        Field("certificate_number", ("回收证明编号", "证明编号", "编号", "No"), _certificate_number, number=True),
        Field(
            "owner",
            (
                "机动车所有人姓名/名称",
                "车主(单位或个人)",
                "车主姓名/名称",
                "车主(单位)",
                "车主名称",
                "车主姓名",
                "机动车所有人",
                "所有人",
                "车主",
            ),
            party_name,
            wrap=1,
        ),
        Field(
            "owner_id",
            (
                "车主身份证号/代码证号",
                "身份证号/组织机构代码",
                "身份证号码/统一社会信用代码",
                "车主身份证号",
                "身份证明号码",
                "身份证号码",
                "证件号码",
                "身份证号",
                "证件号",
                "统一社会信用代码",
                "组织机构代码",
                "代码证号",
            ),
            party_id,
            right=1.2,
            anywhere=True,
            check=party_ok,
            number=True,
        ),
        Field(
            "plate",
            ("车辆牌照号码", "车辆号牌", "号牌号码", "车牌号码", "牌照号码", "车牌照号", "车牌号", "号牌"),
            normalise.plate,
            anywhere=True,
            number=True,
        ),
        Field("vehicle_type", ("车辆类型", "机动车类型", "机动车种类", "车辆种类", "车型"), vehicle_type),
        Field("brand_model", ("车辆品牌型号", "厂牌型号", "品牌型号", "车辆型号", "型号"), normalise.text, wrap=1),
        Field("brand", ("车辆品牌", "厂牌", "品牌"), brand),
        Field(
            "vin",
            (
                "车辆识别代号/车架号",
                "车辆识别代号(车架号)",
                "车辆识别代号",
                "车辆识别代码",
                "车架号码",
                "车架号",
            ),
            normalise.vin,
            right=1.2,
            anywhere=True,
            check=vin_check_digit_ok,
            number=True,
        ),
        Field("engine_number", ("发动机(电动机)号", "发动机号码", "发动机号", "电动机号"), normalise.code, number=True),
        Field(
            "handed_in_on",
            ("交车日期", "交车时间", "交售日期", "交售时间", "回收日期", "收车日期", "交付日期"),
            normalise.iso_date,
            number=True,
        ),
        Field(
            "issued_on",
            ("出具日期", "开具日期", "填发日期", "签发日期", "开具时间", "出证日期", "发证日期"),
            normalise.iso_date,
            number=True,
        ),
        Field(
            "recycler_name",
            (
                "报废机动车回收企业名称",
                "回收拆解企业名称",
                "回收(拆解)企业名称",
                "回收企业名称",
                "拆解企业名称",
                "回收企业(盖章)",
                "回收企业(公章)",
                "回收单位(盖章)",
                "回收企业",
                "回收单位",
            ),
            party_name,
            wrap=1,
        ),
        Field("signed_at", ("回收企业(章)", "经办人", "(盖章)", "(公章)"), label_only),
    ),
    fences=(
        "车主联系电话",
        "车主电话",
        "联系电话",
        "电话",
        "车主地址",
        "车主住址",
        "住址",
        "地址",
        "注册登记日期",
        "初次登记日期",
        "登记日期",
        "出厂日期",
        "打印日期",
        "车辆使用性质",
        "使用性质",
        "整备质量",
        "总质量",
        "动力类别",
        "燃料种类",
        "发动机型号",
        "动力电池编码",
        "号牌种类",
        "车身颜色",
        "颜色",
        "资质认定书编号",
        "资质编号",
        "交车人",
        "商务主管部门",
        "说明",
        "备注",
        "第一联",
    ),
    find=_find,
    helpers=("brand", "signed_at"),
    crosscheck=_crosscheck,
)
