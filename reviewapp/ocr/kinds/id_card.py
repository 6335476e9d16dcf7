"""居民身份证: face, back, or both on one picture."""

from __future__ import annotations

import re
from collections.abc import Mapping

from reviewapp.ocr import normalise
from reviewapp.ocr.evidence import Evidence
from reviewapp.ocr.form import Field, Form
from reviewapp.policy.identifiers import id_number_ok


def _sex(text: str) -> str | None:
    found = re.match(r"[男女]", text)
    return found.group() if found else None


def _ethnicity(text: str) -> str | None:
    found = re.match(r"[^\u4e00-\u9fff]*([\u4e00-\u9fff]{1,5}?)族?(?=$|[^\u4e00-\u9fff])", text)
    return found.group(1) if found else None


def _name(text: str) -> str | None:
    plain = normalise.dotted(text)
    found = re.match(r"[\u4e00-\u9fff]+(?:·[\u4e00-\u9fff]+)*$", plain)
    return plain if found and 2 <= len(plain) <= 20 else None


def _until(text: str) -> str | None:
    if text.endswith("长期"):
        return "长期"
    parts = re.split(r"[-—~至一]+(?=[12]\d{3}\.)", text)
    return normalise.iso_date(parts[-1]) if len(parts) == 2 else None


def _crosscheck(values: Mapping[str, str], evidence: Evidence) -> None:
    """Birth date and sex stand in the number too (GB 11643); a contradiction leaves all of it to a person."""
    number = values.get("id_number", "")
    if not id_number_ok(number):
        return
    told = {
        "birth_date": f"{number[6:10]}-{number[10:12]}-{number[12:14]}",
        "sex": "男" if int(number[16]) % 2 else "女",
    }
    for name, value in told.items():
        if values.get(name) == value:
            evidence.bear((name,), "id_number")
            evidence.bear(("id_number",), name)
        elif name in values:
            evidence.doubt(name, value)
            evidence.doubt("id_number")


FORM = Form(
    kind="id_card",
    marks={
        "公民身份号码": 8,
        "居民身份证": 6,
        "签发机关": 4,
        "有效期限": 3,
        "住址": 1.5,
        "民族": 1.5,
        "出生": 1,
        "姓名": 1,
    },
    fields=(
        Field("name", ("姓名",), _name),
        Field("sex", ("性别",), _sex),
        Field("ethnicity", ("民族",), _ethnicity),
        Field("birth_date", ("出生",), normalise.iso_date, number=True),
        Field("address", ("住址",), normalise.text, right=1.2, wrap=3),
        Field("id_number", ("公民身份号码",), normalise.id_number, anywhere=True, check=id_number_ok, number=True),
        Field("issuing_authority", ("签发机关",), normalise.person),
        Field("valid_from", ("有效期限",), normalise.iso_date, number=True, shared=True),
        Field("valid_until", ("有效期限",), _until, number=True, shared=True),
    ),
    crosscheck=_crosscheck,
)
