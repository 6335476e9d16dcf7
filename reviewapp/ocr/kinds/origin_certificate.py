"""车辆合法来源证明: a village's letter about a motorcycle without papers, filled in by hand or printed; worthless
without the village's red seal."""

from __future__ import annotations

import re
from collections.abc import Mapping

from reviewapp.ocr import normalise, seal
from reviewapp.ocr.form import Field, Form
from reviewapp.ocr.layout import Sheet, Spot
from reviewapp.ocr.lines import Line
from reviewapp.ocr.running import Letter, Row
from reviewapp.policy.identifiers import id_number_ok, vin_check_digit_ok

WORDS: Mapping[str, str | None] = {
    "我社区(村)村民": "villager_name",
    "我村(社区)村民": "villager_name",
    "(村)村民": "villager_name",
    "(社区)村民": "villager_name",
    "我村村民": "villager_name",
    "本村村民": "villager_name",
    "社区居民": "villager_name",
    "村民": "villager_name",
    "兹证明": "villager_name",
    "居民": "villager_name",
    "身份证号码": "id_number",
    "身份证号": "id_number",
    "发动机号码": "engine_number",
    "发动机号": "engine_number",
    "车辆识别代号": "vin",
    "车架号码": "vin",
    "车架号": "vin",
    "车辆号牌": "plate",
    "号牌号码": "plate",
    "车牌号码": "plate",
    "车牌号": "plate",
    "村民委员会": None,
    "居民委员会": None,
    "报废摩托车": None,
    "系其本人所有": None,
    "系本人所有": None,
    "归其本人所有": None,
    "特此证明": None,
}
COMMITTEE = re.compile(r"([\u4e00-\u9fff]{2,24}?)(村民委员会|居民委员会|村委会|居委会|民委员会)")
_NUMERALS = str.maketrans("〇零○一二三四五六七八九", "000123456789")
_CHINESE_DAY = re.compile(
    r"([二一][〇零○一二三四五六七八九]{3})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})日"
)


def _name(text: str) -> str | None:
    found = re.match(
        r"[^\u4e00-\u9fff]*([\u4e00-\u9fff]{2,8}?(?:·[\u4e00-\u9fff]+)*)(?=[系为是]?(?:[^\u4e00-\u9fff]|$))", text
    )
    return found.group(1) if found else None


def day(text: str) -> str | None:
    """A day in figures, or in characters as letters have it: 二〇二四年一月八日."""
    found = _CHINESE_DAY.search(text)
    if found is None:
        return normalise.iso_date(text)
    year, month, number = found.groups()
    return normalise.iso_date(f"{year.translate(_NUMERALS)}-{_small(month)}-{_small(number)}")


def _small(numeral: str) -> int:
    """一 to 三十一 as a number."""
    tens, ten, ones = numeral.rpartition("十")
    return (int((tens or "一").translate(_NUMERALS)) * 10 if ten else 0) + int(ones.translate(_NUMERALS) or 0)


def _find(sheet: Sheet, found: Mapping[str, Spot]) -> dict[str, Spot]:
    letter = Letter(sheet)
    hits = letter.hits(WORDS)
    spots = {field.name: letter.after(hits, field.name, field.parse) for field in FORM.fields}
    spots |= {"village": _village(letter), "issued_on": _issued(letter)}
    return {name: spot for name, spot in spots.items() if spot is not None}


def _village(letter: Letter) -> Spot | None:
    """The village of the committee that signs, which is the last one named."""
    for row in reversed(letter.rows):
        name = _village_of(row.text)
        if name is not None:
            start = row.text.index(name)
            return Spot(name, row.part(start, start + len(name)))
    return None


def _village_of(text: str) -> str | None:
    """凤城镇坪头村 of 凤城镇坪头村村民委员会 and of 凤城镇坪头村民委员会; 坪头社区 of 坪头社区居民委员会."""
    signed = COMMITTEE.search(text)
    if signed is None:
        return None
    name, committee = signed.groups()
    return f"{name}村" if committee[0] == "村" and not name.endswith(("村", "社区")) else name


def _issued(letter: Letter) -> Spot | None:
    """The last day of the letter is the one it was signed on."""
    for row in reversed(letter.rows):
        value = day(row.text)
        if value is not None:
            return Spot(value, _dated(row))
    return None


def _dated(row: Row) -> tuple[Line, ...]:
    return tuple(line for line in row.lines if re.search(r"\d|[〇一二三四五六七八九十]年", line.text))


FORM = Form(
    kind="origin_certificate",
    marks={
        "车辆合法来源证明": 10,
        "合法来源证明": 7,
        "系其本人所有": 3,
        "便民服务中心": 2,
        "村民委员会": 2,
        "居民委员会": 1,
        "报废摩托车": 2,
        "特此证明": 1,
        "统一发票": -6,
        "回收证明": -8,
        "登记证书": -4,
    },
    fields=(
        Field("villager_name", (), _name),
        Field("id_number", (), normalise.id_number, anywhere=True, check=id_number_ok, number=True),
        Field("engine_number", (), normalise.code, number=True),
        Field("vin", (), normalise.vin, anywhere=True, check=vin_check_digit_ok, number=True),
        Field("plate", (), normalise.plate, anywhere=True, number=True),
        Field("village", (), normalise.chinese),
        Field("issued_on", (), day, number=True),
    ),
    find=_find,
    looks=(seal.look_for("village", _village_of),),
)
