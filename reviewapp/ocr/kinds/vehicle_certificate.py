"""整车出厂合格证: numbered rows; 发动机号 is not 发动机型号."""

from __future__ import annotations

import re
from collections.abc import Mapping

from reviewapp.ocr import normalise
from reviewapp.ocr.codes import QR
from reviewapp.ocr.form import Field, Form
from reviewapp.ocr.layout import Sheet, Spot
from reviewapp.policy.identifiers import vin_check_digit_ok

SHORTEST_NUMBER = 10


def _brand(text: str) -> str | None:
    found = re.match(r"[\u4e00-\u9fffA-Za-z]+牌", text)
    return found.group() if found else None


def _certificate_number(text: str) -> str | None:
    value = normalise.code(text)
    return value if value is not None and len(value) >= SHORTEST_NUMBER else None


def _vehicle_name(text: str) -> str | None:
    return normalise.person(re.split(r"[/／]", text)[-1])


def _find(sheet: Sheet, found: Mapping[str, Spot]) -> dict[str, Spot]:
    """The certificate prints brand and model apart; invoice and licence print them as one: 测试牌CS7150A6."""
    brand, model = found.get("brand"), found.get("brand_model")
    if brand is None or model is None or "牌" in model.value:
        return {}
    return {"brand_model": Spot(brand.value + model.value, brand.lines + model.lines)}


FORM = Form(
    kind="vehicle_certificate",
    marks={
        "车辆合格证": 8,
        "整车出厂合格证": 8,
        "摩托车合格证": 8,
        "合格证编号": 5,
        "车辆制造企业名称": 4,
        "发动机型号": 2,
        "排放标准": 2,
        "车辆制造日期": 3,
        "燃料种类": 1,
        "底盘型号": 2,
    },
    fields=(
        Field("certificate_number", ("合格证编号",), _certificate_number, number=True),
        Field("issue_date", ("发证日期",), normalise.iso_date, anywhere=True, number=True),
        Field("maker", ("车辆制造企业名称", "制造企业名称"), normalise.person),
        Field("brand_model", ("车辆型号", "品牌型号"), normalise.text),
        Field("brand", ("车辆品牌/车辆名称", "车辆品牌"), _brand, shared=True),
        Field("vehicle_name", ("车辆品牌/车辆名称", "车辆名称"), _vehicle_name, shared=True),
        Field(
            "vin",
            ("车辆识别代号/车架号", "车辆识别代号"),
            normalise.vin,
            anywhere=True,
            check=vin_check_digit_ok,
            number=True,
        ),
        Field("engine_model", ("发动机型号",), normalise.text),
        Field("engine_number", ("发动机号", "发动机号码"), normalise.code, number=True),
        Field("fuel", ("燃料种类",), normalise.chinese),
        Field("emission_standard", ("排放标准",), normalise.text),
        Field("made_on", ("车辆制造日期", "制造日期"), normalise.iso_date, anywhere=True, number=True),
    ),
    fences=(
        "车身颜色",
        "底盘型号",
        "底盘ID",
        "排量",
        "功率",
        "油耗",
        "轮胎数",
        "额定载客",
        "底盘合格证编号",
        "整备质量",
        "总质量",
        "外廓尺寸",
        "轮胎规格",
        "最高设计车速",
    ),
    find=_find,
    helpers=("brand",),
    codes=QR,
)
