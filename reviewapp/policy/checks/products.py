"""Checks on goods: whether they are on the list, their grade, their commodity codes."""

from __future__ import annotations

import re

from reviewapp.policy.checks.base import BadRule, Params, Setting, absent, check, field, values_of
from reviewapp.policy.facts import Facts, Slot
from reviewapp.policy.goods import OTHER, Catalogue, Recognised
from reviewapp.policy.identifiers import ean13_ok
from reviewapp.policy.judgement import Judge, Judgement
from reviewapp.policy.kinds import KINDS


class GoodsListed(Params, frozen=True):
    """`groups`: the groups of [[goods]] that count. `papers`: kinds that are only issued for such goods."""

    groups: tuple[str, ...]
    papers: tuple[str, ...] = ()


@check("goods_listed", GoodsListed, compares_all=True, decides="vehicle")
def goods_listed(params: GoodsListed, setting: Setting) -> Judge:
    """Everything bought is on the document's list of goods, as stated and as the papers name it.

    A stated category that is on no list, or of another group, fails. A name on a paper that is not recognised is
    `unsure`: a model's name says little; so is a paper that names another group than was stated. Where nothing is
    named, one of `papers` is enough.
    """
    catalogue = setting.catalogue
    for group in params.groups:
        if group not in catalogue.titles or group == OTHER:
            raise BadRule("groups", f"没有“{group}”这类商品", f"请在 goods 里写明；已有：{'、'.join(catalogue.titles)}")
    if strange := [kind for kind in params.papers if kind not in KINDS]:
        raise BadRule("papers", f"没有“{strange[0]}”这种材料", "请改成材料种类的英文名")

    def judge(facts: Facts) -> Judgement:
        stated, (shown, used) = catalogue.stated(facts), catalogue.shown(facts)
        category = facts.slot(_CATEGORY)
        values = {"category": "、".join(each.text for each in stated or shown)}
        wrong = [each for each in stated + shown if each.group is not None and each.group not in params.groups]
        if wrong:
            return Judgement("fail", f"{_names(wrong)} 不在补贴商品之列", values, (category, *used))
        unknown = [each for each in shown if each.group is None]
        if unknown:
            return Judgement("unsure", f"看不出 {_names(unknown)} 属于哪类商品，请核对", values, (category, *used))
        if not stated and not shown:
            return _issued_for(params.papers, facts) or absent(setting.title, category)
        return _same_groups(stated, shown, values, (category, *used))

    return judge


_CATEGORY = field("declared.category", "groups")


def _names(found: list[Recognised]) -> str:
    return "、".join(dict.fromkeys(each.text for each in found))


def _issued_for(kinds: tuple[str, ...], facts: Facts) -> Judgement | None:
    kind = next((kind for kind in kinds if kind in facts.papers), None)
    if kind is None:
        return None
    return Judgement("pass", f"{KINDS[kind].title}只为这类商品开具", {"kind": kind}, ())


def _same_groups(
    stated: list[Recognised], shown: list[Recognised], values: dict[str, str], used: tuple[Slot, ...]
) -> Judgement:
    if stated and shown and {each.group for each in stated} != {each.group for each in shown}:
        text = f"申报为 {_names(stated)}，材料写的是 {_names(shown)}，请核对"
        return Judgement("unsure", text, values, used)
    names = "、".join(dict.fromkeys(each.name for each in stated or shown))
    return Judgement("pass", f"{names} 在补贴商品之列", values, used)


class Grade(Params, frozen=True):
    """`field`: the label's grade. `least`: the worst grade that counts, 1 is best. `group`: of these goods."""

    field: str
    least: int
    group: str


@check("energy_grade", Grade, compares_all=True, decides="vehicle")
def energy_grade(params: Grade, setting: Setting) -> Judge:
    """Every energy or water label shows the grade or better, and there is a label for each appliance.

    `unsure` when a grade cannot be read or there are fewer labels than appliances.
    """
    ref = field(params.field, "field", "text")

    def judge(facts: Facts) -> Judgement:
        slot, labels = facts.slot(ref), facts.papers.get(ref.section, ())
        grades = [_grade(value) for value in slot.values]
        values = {slot.ref.name: "、".join(slot.values), "least": str(params.least)}
        worse = [grade for grade in grades if grade is not None and grade > params.least]
        if worse:
            return Judgement("fail", f"{slot.ref.title} {worse[0]} 级，应为 {params.least} 级或更好", values, (slot,))
        if not grades or None in grades or len(grades) < len(labels):
            return absent(setting.title, slot) if not grades else _unread(slot, values)
        few = _too_few(setting.catalogue, facts, params.group, len(labels))
        if few:
            return Judgement("unsure", f"{few}{slot.ref.title}只有 {len(labels)} 份，请核对", values, (slot,))
        return Judgement("pass", f"{slot.ref.title} {max(filter(None, grades))} 级，符合要求", values, (slot,))

    return judge


def _unread(slot: Slot, values: dict[str, str]) -> Judgement:
    return Judgement("unsure", f"有{slot.ref.title}看不清，请核对", values, (slot,))


def _grade(text: str) -> int | None:
    """`1`, `2级`, `二级` → 1, 2, 2."""
    match = re.search(r"[1-5一二三四五]", text)
    return None if match is None else int(match[0]) if match[0].isdigit() else "一二三四五".index(match[0]) + 1


def _too_few(catalogue: Catalogue, facts: Facts, group: str, there: int) -> str:
    """`家电 2 件，` when the papers, or else the statement, name more goods of the group than there are photographs."""
    found = catalogue.shown(facts)[0] or catalogue.stated(facts)
    count = sum(each.group == group for each in found)
    return f"{catalogue.titles.get(group, '')} {count} 件，" if count > there else ""


class CommodityCodes(Params, frozen=True):
    """`field`: the photographed codes. `products`: where the confirmation names them. `group`: of these goods."""

    field: str
    products: str
    group: str


@check("commodity_codes", CommodityCodes, compares_all=True, decides="vehicle")
def commodity_codes(params: CommodityCodes, setting: Setting) -> Judge:
    """Each appliance has a 13-digit commodity code with a right check digit (GB 12904), the one the confirmation names.

    `unsure` for a code that is not Chinese (690-699), where a photograph is missing, or where the two differ.
    """
    ref, products = field(params.field, "field", "id"), field(params.products, "products", "list")

    def judge(facts: Facts) -> Judgement:
        slot, named = facts.slot(ref), _named_codes(facts.slot(products))
        values = values_of(slot) | ({"confirmed": "、".join(sorted(named))} if named else {})
        bad = [code for code in (*slot.values, *named) if not ean13_ok(code)]
        if bad:
            return Judgement("fail", f"{bad[0]} 不是有效的 13 位国标码", values, (slot,))
        if not slot.values:
            return absent(setting.title, slot)
        few = _too_few(setting.catalogue, facts, params.group, len(slot.values))
        doubt = (few and f"{few}{slot.ref.title}只有 {len(slot.values)} 个") or _code_doubt(slot, named)
        if doubt:
            return Judgement("unsure", f"{doubt}，请核对", values, (slot,))
        return Judgement("pass", f"{slot.ref.title} {'、'.join(slot.values)} 有效", values, (slot,))

    return judge


def _named_codes(slot: Slot) -> set[str]:
    return {entry["commodity_code"] for entries in slot.values for entry in entries if "commodity_code" in entry}


def _code_doubt(slot: Slot, named: set[str]) -> str:
    foreign = [code for code in slot.values if not "690" <= code[:3] <= "699"]
    if foreign:
        return f"{foreign[0]} 不是国内商品编码（690 至 699 开头）"
    differ = named and set(slot.values) - named
    return f"{sorted(differ)[0]} 与确认书上的编码不一致" if differ else ""
