"""行驶证: main page, 副页, or both on one picture; the authority stands in the square red seal."""

from __future__ import annotations

import re

from reviewapp.ocr import normalise
from reviewapp.ocr.form import Field, Form
from reviewapp.policy.identifiers import vin_check_digit_ok


def _inspected_until(text: str) -> str | None:
    """A month as `2025-12`, which is all the paper says; a full date where there is one."""
    found = re.search(r"([12]\d{3})年(1[0-2]|0?[1-9])月", text)
    return normalise.iso_date(text) or (f"{found.group(1)}-{int(found.group(2)):02d}" if found else None)


def _mass(text: str) -> str | None:
    found = re.search(r"\d{3,6}kg", text, re.IGNORECASE)
    return found.group().lower() if found else None


FORM = Form(
    kind="vehicle_licence",
    marks={
        "机动车行驶证": 9,
        "号牌号码": 2,
        "所有人": 1.5,
        "使用性质": 2,
        "品牌型号": 1,
        "注册日期": 1.5,
        "发证日期": 1,
        "VehicleLicense": 3,
        "档案编号": 3,
        "核定载人数": 2,
        "检验记录": 3,
        "登记证书": -6,
        "统一发票": -6,
        "合格证": -4,
    },
    fields=(
        Field("plate", ("号牌号码", "PlateNo"), normalise.plate, anywhere=True, number=True),
        Field("vehicle_type", ("车辆类型", "VehicleType"), normalise.text),
        Field("owner", ("所有人", "Owner"), normalise.person),
        Field("address", ("住址", "Address"), normalise.person, wrap=2),
        Field("use", ("使用性质", "UseCharacter"), normalise.person),
        Field("brand_model", ("品牌型号", "Model"), normalise.text),
        Field("vin", ("车辆识别代号", "VIN"), normalise.vin, anywhere=True, check=vin_check_digit_ok, number=True),
        Field("engine_number", ("发动机号码", "EngineNo"), normalise.code, number=True),
        Field("register_date", ("注册日期", "RegisterDate"), normalise.iso_date, number=True),
        Field("issue_date", ("发证日期", "IssueDate"), normalise.iso_date, number=True),
        Field("file_number", ("档案编号",), normalise.digits(10, 14), number=True),
        Field("seats", ("核定载人数",), normalise.small_number, whole=True),
        Field("gross_mass", ("总质量",), _mass),
        Field("energy", ("能源种类", "燃料种类"), normalise.chinese),
        Field("inspection_until", ("检验有效期至", "检验记录"), _inspected_until),
    ),
    fences=("整备质量", "核定载质量", "外廓尺寸", "准牵引总质量", "备注"),
)
