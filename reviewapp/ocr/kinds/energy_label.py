"""能效标识 and 水效标识: maker, model, record number, and the grade that an arrow points out beside a ladder."""

from __future__ import annotations

import re

from reviewapp.ocr import normalise
from reviewapp.ocr.form import Field, Form
from reviewapp.ocr.kinds import grade


def _record_number(text: str) -> str | None:
    """Digits and capital letters with hyphens, at least eight."""
    found = normalise.code(text)
    return found if found is not None and len(re.sub(r"\W", "", found)) >= 8 else None


FORM = Form(
    kind="energy_label",
    marks={
        "中国能效标识": 8,
        "中国水效标识": 8,
        "能效标识": 3,
        "水效标识": 3,
        "CHINAENERGYLABEL": 6,
        "CHINAWATEREFFICIENCYLABEL": 6,
        "能效等级": 2,
        "水效等级": 2,
        "生产者名称": 2,
        "规格型号": 1,
        "耗能低": 2,
        "耗能高": 2,
        "能效信息码": 2,
        "水效信息码": 2,
        "依据国家标准": 1,
        "确认书": -8,
        "发票": -8,
    },
    fields=(
        Field("maker", ("生产者名称", "生产企业名称", "制造商名称", "生产者"), normalise.person, below=1.8),
        Field("model", ("规格型号", "产品型号", "型号规格", "型号"), normalise.text, below=1.8),
        Field(
            "record_number",
            ("能效标识备案号", "水效标识备案号", "能效备案号", "水效备案号", "备案编号", "备案号"),
            _record_number,
            below=1.8,
            number=True,
        ),
    ),
    fences=(
        "能效等级",
        "水效等级",
        "耗能低",
        "耗能高",
        "依据国家标准",
        "能效信息码",
        "水效信息码",
        "中国能效标识",
        "中国水效标识",
    ),
    looks=(grade.look,),
)
