"""机动车登记证书: who registered the car and to whom it passed (page 1 and the entries from page 3 on), and the car
itself (page 2)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

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
from reviewapp.ocr.labels import Piece, contains
from reviewapp.ocr.layout import Parse, Sheet, Spot
from reviewapp.ocr.lines import Line
from reviewapp.ocr.readings import FieldReading
from reviewapp.ocr.view import View
from reviewapp.policy.identifiers import vin_check_digit_ok

PAPERS_OF_OWNERS = r"居民身份证|身份证|营业执照|统一社会信用代码|组织机构代码|军官证|护照"
LATER_OWNER = ("转移后机动车所有人", "现机动车所有人", "转移后所有人", "现所有人", "新所有人")
ASIDE = 0.5
"""What a pixel to the side counts, in pixels up and down, when an entry looks for what belongs to it."""
CLEAR = 0.9
"""Score of a page number that needs no second look."""
_NUMERALS = {numeral: place for place, numeral in enumerate("一二三四五六", 1)}
_ONE = "([1-6一二三四五六])"
_PAGES = re.compile(rf"第{_ONE}(?:页?[-—~至、,和]第?{_ONE})?页")
_LONE_PAGE = re.compile(r"[-—]([1-6])[-—]|([1-6])/6|页码:?([1-6])")
_CONTENT = {1: ("注册登记摘要信息栏", "转移登记摘要信息栏"), 2: ("注册登记机动车信息栏", "车辆出厂日期")}


@dataclass(frozen=True, slots=True)
class Entry:
    """One owner as the certificate records him: what stands beside and under the words 机动车所有人."""

    moved: bool
    spots: Mapping[str, Spot]

    @property
    def day(self) -> str:
        return self.spots["day"].value if "day" in self.spots else ""


def _owner(text: str) -> str | None:
    """The name of 测试甲/居民身份证/1405…; the stroke after it is easily read as 1 or l."""
    return party_name(re.sub(r"[1lI|丨]+$", "", re.split(rf"[/／|]|{PAPERS_OF_OWNERS}", text)[0]))


def _owner_id(text: str) -> str | None:
    """The number behind it, also where the stroke before it was read as a digit."""
    found = re.search(r"(?<!\d)[17](\d{17}[\dXx])(?!\d)", text)
    if found is not None and party_ok(found.group(1).upper()):
        return found.group(1).upper()
    return party_id(text)


def _find(sheet: Sheet, found: Mapping[str, Spot]) -> dict[str, Spot]:
    """The first registration, and the latest transfer."""
    out = brand_and_model(found)
    entries = _entries(sheet)
    first = next((entry for entry in entries if not entry.moved), None)
    if first is not None:
        names = {"owner": "owner", "id": "owner_id", "authority": "authority", "day": "registered_on", "plate": "plate"}
        out |= {names[part]: spot for part, spot in first.spots.items()}
    moved = [entry for entry in entries if entry.moved]
    if moved:
        last = max(moved, key=lambda entry: entry.day)
        names = {"owner": "transfer_owner", "day": "transfer_date"}
        out |= {names[part]: spot for part, spot in last.spots.items() if part in names}
    return out


def _entries(sheet: Sheet) -> list[Entry]:
    """All owners on the picture from the top down; rows left empty are none, whatever a seal left in them."""
    owners = sorted(sheet.labels("owner_row"), key=lambda label: label.line.centre[1])
    details: dict[int, list[Piece]] = {id(owner): [] for owner in owners}
    for name in ("day_row", "authority_row", "plate_row", "id_row"):
        for label in sheet.labels(name):
            above = _nearest_above(sheet, label, owners)
            if above is not None:
                details[id(above)].append(label)
    entries = [
        Entry(_moved(sheet, owner, first=place == 0), _spots(sheet, owner, details[id(owner)]))
        for place, owner in enumerate(owners)
    ]
    return [entry for entry in entries if "owner" in entry.spots and len(entry.spots) > 1]


def _nearest_above(sheet: Sheet, label: Piece, others: Iterable[Piece]) -> Piece | None:
    """Of two pages side by side, the one the label stands on."""
    reach = {}
    for other in others:
        drop = sheet.offset(other.line, label.line)[1]
        if drop > -0.3 * sheet.height:
            reach[drop + ASIDE * abs(other.line.left - label.line.left)] = other
    return reach[min(reach)] if reach else None


def _moved(sheet: Sheet, owner: Piece, *, first: bool) -> bool:
    """Whether an owner came later: by his own words, by the heading over him, and where there is none by not being
    the first."""
    if owner.hit is not None and owner.hit.label in LATER_OWNER:
        return True
    headings = [*sheet.labels("transfer_heading"), *sheet.labels("other_heading")]
    heading = _nearest_above(sheet, owner, headings)
    if heading is None or heading.hit is None:
        return not first
    return heading.hit.field == "transfer_heading"


def _spots(sheet: Sheet, owner: Piece, details: Iterable[Piece]) -> dict[str, Spot]:
    row = sorted((piece.line for piece in sheet.right_of(owner, 1.2)), key=lambda line: line.left)
    name, number = _first(row, _owner), _first(row, _owner_id)
    if name is None:
        return {}
    spots = {"owner": name} | ({} if number is None else {"id": number})
    for label in details:
        part, parse = _DETAILS[label.hit.field or ""] if label.hit is not None else ("", label_only)
        spot = _value(sheet, label, parse)
        if spot is not None:
            spots.setdefault(part, spot)
    return spots


def _first(row: Iterable[Line], parse: Parse) -> Spot | None:
    """The first line that holds such a value, and only the part of it that does."""
    for line in row:
        value = parse(line.text)
        if value is not None:
            at = line.text.find(value)
            return Spot(value, (line if at < 0 else line.piece(at, at + len(value)),))
    return None


def _value(sheet: Sheet, label: Piece, parse: Parse) -> Spot | None:
    for piece in sheet.right_of(label, 1.2):
        pieces = sheet.block(label, piece, 2)
        value = parse("".join(each.line.text for each in pieces))
        if value is not None:
            return Spot(value, tuple(each.line for each in pieces))
    return None


_DETAILS: Mapping[str, tuple[str, Parse]] = {
    "day_row": ("day", normalise.iso_date),
    "authority_row": ("authority", party_name),
    "plate_row": ("plate", normalise.plate),
    "id_row": ("id", _owner_id),
}


def _pages(view: View) -> dict[str, FieldReading]:
    """The page numbers on the picture: as printed; by what each page holds where the number cannot be read."""
    printed = {number: line for line in view.sheet.lines for number in _page_numbers(line.text)}
    texts = [line.text for line in view.sheet.lines]
    told = {page for page, words in _CONTENT.items() if any(contains(texts, phrase) for phrase in words)}
    pages = sorted(told | set(printed))
    if not pages:
        return {}
    clear = told <= set(printed) and all(line.weakest >= CLEAR for line in printed.values())
    box = view.place([line.quad for line in printed.values()]) if printed else None
    return {"pages": FieldReading(list(pages), 0.97 if clear else 0.7, box, ("page_numbers",), unsure=not clear)}


def _page_numbers(text: str) -> list[int]:
    """The pages a line names: 第1页, 第1-2页, -1-, 1/6."""
    found = _PAGES.search(text) or _LONE_PAGE.fullmatch(text.strip(".,·"))
    numbers = [_NUMERALS.get(each) or int(each) for each in found.groups() if each] if found is not None else []
    return list(range(min(numbers), max(numbers) + 1)) if numbers else []


def _score(lines: Sequence[Line]) -> float:
    """Pages without an entry hold little but their number."""
    return 2.5 if any(_page_numbers(line.text) for line in lines) else 0.0


def _crosscheck(values: Mapping[str, str], evidence: Evidence) -> None:
    """Made, registered, passed on: in this order."""
    days = [name for name in ("made_on", "registered_on", "transfer_date") if name in values]
    for earlier, later in pairwise(days):
        if values[earlier] > values[later]:
            evidence.doubt(earlier)
            evidence.doubt(later)


FORM = Form(
    kind="registration_certificate",
    marks={
        "机动车登记证书": 8,
        "注册登记摘要信息栏": 6,
        "转移登记摘要信息栏": 4,
        "注册登记机动车信息栏": 7,
        "机动车登记编号": 3,
        "身份证明名称/号码": 2,
        "车辆获得方式": 3,
        "车辆出厂日期": 2,
        "国产/进口": 2,
        "发证机关章": 2,
        "登记栏": 7,
        "转移登记": 2,
        "抵押登记": 2,
        "行驶证": -6,
        "统一发票": -6,
        "回收证明": -6,
        "合格证": -3,
    },
    fields=(
        Field(
            "registration_number",
            ("机动车登记证书编号", "登记证书编号", "登记证编号", "登记证书号", "登记证号", "编号", "No"),
            normalise.digits(10, 15),
            below=1.8,
            number=True,
        ),
        Field("owner", (), party_name),
        Field("owner_id", (), party_id, check=party_ok, number=True),
        Field("authority", (), party_name),
        Field("registered_on", (), normalise.iso_date, number=True),
        Field("plate", (), normalise.plate, number=True),
        Field("vehicle_type", ("车辆类型",), vehicle_type),
        Field("brand", ("车辆品牌",), brand),
        Field(
            "brand_model", ("车辆品牌型号", "车辆品牌/型号", "品牌型号", "厂牌型号", "车辆型号"), normalise.text, wrap=1
        ),
        Field(
            "vin",
            ("车辆识别代号/车架号", "车辆识别代号", "车架号"),
            normalise.vin,
            right=1.2,
            anywhere=True,
            check=vin_check_digit_ok,
            number=True,
        ),
        Field("engine_number", ("发动机号码", "发动机号"), normalise.code, number=True),
        Field("fuel", ("燃料种类", "能源种类"), normalise.chinese),
        Field("made_on", ("车辆出厂日期", "出厂日期", "制造日期"), normalise.iso_date, number=True),
        Field("transfer_owner", (), party_name),
        Field("transfer_date", (), normalise.iso_date, number=True),
        Field(
            "owner_row", ("机动车所有人/身份证明名称/号码", "机动车所有人/身", *LATER_OWNER, "机动车所有人"), label_only
        ),
        Field("id_row", ("份证明名称/号码", "证明名称/号码", "身份证明名称/号码", "身份证明号码"), label_only),
        Field(
            "day_row", ("转移登记日期", "过户登记日期", "转入登记日期", "转移日期", "过户日期", "登记日期"), label_only
        ),
        Field("authority_row", ("登记机关",), label_only),
        Field("plate_row", ("机动车登记编号", "登记编号", "号牌号码", "车牌号码"), label_only),
        Field(
            "transfer_heading",
            ("转移登记摘要信息栏", "过户、转入登记摘要信息栏", "转移登记", "过户登记", "转入登记"),
            label_only,
        ),
        Field(
            "other_heading",
            ("注册登记摘要信息栏", "注册登记机动车信息栏", "抵押登记", "解除抵押", "变更登记", "注册登记"),
            label_only,
        ),
    ),
    fences=(
        "抵押权人姓名/名称",
        "抵押权人",
        "抵押登记日期",
        "解除抵押日期",
        "获得方式",
        "车辆获得方式",
        "车身颜色",
        "国产/进口",
        "发动机型号",
        "排量/功率",
        "制造厂名称",
        "转向形式",
        "轮距",
        "轮胎数",
        "轮胎规格",
        "钢板弹簧片数",
        "轴距",
        "轴数",
        "外廓尺寸",
        "货厢内部尺寸",
        "总质量",
        "核定载质量",
        "核定载客",
        "准牵引总质量",
        "驾驶室载客",
        "使用性质",
        "发证机关章",
        "发证日期",
        "机动车登记证书",
    ),
    find=_find,
    crosscheck=_crosscheck,
    score=_score,
    looks=(_pages,),
    helpers=(
        "brand",
        "owner_row",
        "id_row",
        "day_row",
        "authority_row",
        "plate_row",
        "transfer_heading",
        "other_heading",
    ),
)
