"""What several kinds of paper print alike: who a party is, and the car's brand and model in one or in two boxes."""

from __future__ import annotations

import re
from collections.abc import Mapping

from reviewapp.ocr import normalise
from reviewapp.ocr.layout import Spot
from reviewapp.policy.identifiers import id_number_ok, uscc_ok

VEHICLE_TYPE = re.compile(r"[车轿挂]|摩托")


def party_id(text: str) -> str | None:
    """A citizen's number or a firm's 统一社会信用代码."""
    citizen = normalise.id_number(text)
    if citizen is not None:
        return citizen
    firm = normalise.uscc(text)
    return firm if firm is not None and len(firm) == 18 else None


def party_ok(value: str) -> bool:
    """A citizen's number by its own check digit alone: one wrong in 31 would pass for a firm's code."""
    return id_number_ok(value) if re.fullmatch(r"\d{17}[\dX]", value) else uscc_ok(value)


def party_name(text: str) -> str | None:
    """A name without digits: an address in the box of a name is none."""
    name = normalise.person(text)
    return None if name is None or re.search(r"\d", name) else name


def vehicle_type(text: str) -> str | None:
    """小型轿车, 普通二轮摩托车: a word with a vehicle in it."""
    found = normalise.text(text)
    return found if found is not None and VEHICLE_TYPE.search(found) else None


def brand(text: str) -> str | None:
    """测试牌; nothing else."""
    found = re.match(r"[\u4e00-\u9fffA-Za-z]+牌", text)
    return found.group() if found else None


def brand_and_model(found: Mapping[str, Spot]) -> dict[str, Spot]:
    """Brand and model printed apart are one on invoices and licences: 测试牌CS7150A6."""
    make, model = found.get("brand"), found.get("brand_model")
    if make is None or model is None or "牌" in model.value:
        return {}
    return {"brand_model": Spot(make.value + model.value, make.lines + model.lines)}


def label_only(text: str) -> None:
    """For helper fields whose place is looked for and not their value."""
