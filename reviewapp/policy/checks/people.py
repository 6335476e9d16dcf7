"""Checks on who claims, who bought and who is paid."""

from __future__ import annotations

import re

from reviewapp.policy.checks.base import BadRule, Params, Setting, absent, check, field, fields, values_of
from reviewapp.policy.facts import Facts, Ref, Slot
from reviewapp.policy.identifiers import id_number_ok, uscc_ok
from reviewapp.policy.judgement import Judge, Judgement
from reviewapp.policy.names import fold_name
from reviewapp.policy.result import Outcome
from reviewapp.policy.values import likeness, show

ROLE_TITLES = {"claimant": "申领人", "dealer": "汽车经销商", "shop": "商家", "point": "便民回收点"}
_FIRM = re.compile(r"公司|集团|企业|商行|商店|经营部|服务部|合作社|委员会|事务所|中心|学校|医院|工厂|厂$|局$|政府")


class SubmittedBy(Params, frozen=True):
    """The programme's `submitters` count; `unusual` ones are taken in, and a person looks at it."""

    unusual: tuple[str, ...] = ()


@check("submitted_by", SubmittedBy, decides="who")
def submitted_by(params: SubmittedBy, setting: Setting) -> Judge:
    """The claim was put in by one of the programme's submitters. `unsure` when nobody says by whom, or by an unusual
    one.
    """
    if strange := [role for role in params.unusual if role not in setting.submitters]:
        raise BadRule("unusual", f"{strange[0]} 不在本项目的 submitters 里", "只写 submitters 里有的提交人")
    allowed = "、".join(ROLE_TITLES[role] for role in setting.submitters if role not in params.unusual)

    def judge(facts: Facts) -> Judgement:
        role = facts.sections["submitter"].get("role")
        if role is None:
            return Judgement("unsure", "没有写明由谁提交，无法核对提交人", {"allowed": allowed}, ())
        values = {"role": role, "allowed": allowed}
        if role in params.unusual:
            return Judgement("unsure", f"由{ROLE_TITLES[role]}提交，文件写由{allowed}提交，请核实", values, ())
        if role in setting.submitters:
            return Judgement("pass", f"由{ROLE_TITLES[role]}提交", values, ())
        return Judgement("fail", f"由{ROLE_TITLES[role]}提交，应由{allowed}提交", values, ())

    return judge


class Same(Params, frozen=True):
    """`fields` must be there; `also` are compared where they are. `optional`: one value alone is `not_applicable`.

    `one_agrees`: where there are several papers of a kind, one that agrees is enough.
    """

    fields: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    optional: bool = False
    one_agrees: bool = False


@check("same_person", Same, compares_all=True, decides="who", alike=True)
def same_person(params: Same, setting: Setting) -> Judge:
    """Names on several papers are one person's. One character off is `unsure`: a misreading, or somebody else."""
    return _same(params, setting, "text")


@check("same_value", Same, compares_all=True, alike=True)
def same_value(params: Same, setting: Setting) -> Judge:
    """Fields of several papers say the same (numbers, VINs, plates, amounts). `unsure` when a required one is absent.

    With fewer than two values there is nothing to compare: `unsure`, or `not_applicable` when `optional`.
    """
    return _same(params, setting, "id", "money", "text", "int", "date")


def _same(params: Same, setting: Setting, *types: str) -> Judge:
    required, others = fields(params.fields, "fields", *types), fields(params.also, "also", *types)
    kinds = {ref.type for ref in required + others}
    if len(kinds) != 1:
        raise BadRule("fields", "要比对的字段类型不一，或一个也没有", "请只写同一类型的字段")
    (kind,) = kinds
    vin = all(ref.name == "vin" for ref in required + others)

    def judge(facts: Facts) -> Judgement:
        must = [facts.slot(ref) for ref in required]
        present = tuple([slot for slot in must if slot.values] + _there(facts, others))
        if params.one_agrees:
            present = _agreeing(present)
        judged = _compare(present, kind, vin) if len(present) > 1 else None
        if judged is not None and judged.outcome != "pass":
            return judged
        if not all(slot.values for slot in must):
            return absent(setting.title, *must)
        return judged or _nothing_to_compare(setting.title, present, "not_applicable" if params.optional else "unsure")

    return judge


def _there(facts: Facts, refs: tuple[Ref, ...]) -> list[Slot]:
    return [slot for slot in [facts.slot(ref) for ref in refs] if slot.values]


def _agreeing(present: tuple[Slot, ...]) -> tuple[Slot, ...]:
    """The fields cut down to a value that all of them have, if there is one."""
    shared = set(present[0].values).intersection(*(slot.values for slot in present[1:])) if present else set()
    if not shared:
        return present
    return tuple(Slot(slot.ref, (min(shared),), slot.refs, slot.doubtful) for slot in present)


def _nothing_to_compare(title: str, present: tuple[Slot, ...], outcome: str) -> Judgement:
    only = f"只有{present[0].ref.title} {_shown(present[0])}" if present else "都没有写明"
    text = f"{only}，“{title}”没有可比对的内容"
    return Judgement("unsure" if outcome == "unsure" else "not_applicable", text, values_of(*present), present)


def _compare(present: tuple[Slot, ...], kind: str, vin: bool) -> Judgement:
    first = present[0]
    said = first.values[0]
    worst, other, value = "same", first, said
    for slot in present:
        for candidate in slot.values:
            if candidate == said:
                continue
            alike = likeness(said, candidate, kind, vin=vin)
            if alike == "different" or (alike == "near" and worst == "same"):
                worst, other, value = alike, slot, candidate
    written = kind in ("text", "id")
    values = {slot.ref.path: slot.values[0] if written else show(slot.values[0], kind) for slot in present}
    if worst == "same":
        text = f"{'、'.join([slot.ref.title for slot in present])}一致，均为 {_shown(first)}"
        return Judgement("pass", text, values, present)
    pair = f"{first.ref.title} {_shown(first)}，与{other.ref.title} {show(value, kind)} "
    text = pair + ("仅一字之差，请核对是否为同一人" if worst == "near" else "不一致")
    return Judgement("unsure" if worst == "near" else "fail", text, values, (first, other))


def _shown(slot: Slot) -> str:
    return show(slot.values[0], slot.ref.type)


class Different(Params, frozen=True):
    """`fields`: two names that must not be one person's; `numbers`: the two people's ID numbers, which decide.

    `optional`: where a name is absent it is `not_applicable`.
    """

    fields: tuple[str, str]
    numbers: tuple[str, str] | None = None
    optional: bool = False


@check("different_people", Different, decides="who")
def different_people(params: Different, setting: Setting) -> Judge:
    """Two people, such as seller and buyer, are not one. Numbers decide where both are there: many people share a name.

    Without them one name is `unsure`, as is a name that is absent.
    """
    refs = fields(params.fields, "fields", "text")
    number_refs = fields(params.numbers or (), "numbers", "id")

    def judge(facts: Facts) -> Judgement:
        one, other = (facts.slot(ref) for ref in refs)
        numbers = tuple(facts.slot(ref) for ref in number_refs)
        if not one.values or not other.values:
            return absent(setting.title, one, other, outcome="not_applicable" if params.optional else "unsure")
        pair = f"{one.ref.title} {one.value}，{other.ref.title} {other.value}"
        values, used = values_of(one, other, *numbers), (one, other, *numbers)
        if numbers and all(slot.values for slot in numbers):
            same = numbers[0].value == numbers[1].value
            text = f"{pair}，证件号码{'相同，是' if same else '不同，不是'}同一人"
            return Judgement("fail" if same else "pass", text, values, used)
        if likeness(one.value, other.value, "text") == "same":
            return Judgement("unsure", f"{pair}，同名，没有证件号码可核对是否同一人", values, used)
        return Judgement("pass", f"{pair}，不是同一人", values, used)

    return judge


class DifferentValue(Params, frozen=True):
    """`fields`: two numbers that must not be one."""

    fields: tuple[str, str]


@check("different_value", DifferentValue)
def different_value(params: DifferentValue, setting: Setting) -> Judge:
    """Two numbers differ, such as the old car's VIN and the new one's. `not_applicable` when one is absent."""
    refs = fields(params.fields, "fields", "id")

    def judge(facts: Facts) -> Judgement:
        one, other = (facts.slot(ref) for ref in refs)
        if not one.values or not other.values:
            return absent(setting.title, one, other, outcome="not_applicable")
        same = likeness(one.value, other.value, "id", vin=one.ref.name == "vin") == "same"
        text = f"{one.ref.title} {one.value}，与{other.ref.title} {other.value} {'相同' if same else '不同'}"
        return Judgement("fail" if same else "pass", text, values_of(one, other), (one, other))

    return judge


class PrivatePerson(Params, frozen=True):
    """`name` and `number` of the buyer."""

    name: str
    number: str


@check("private_person", PrivatePerson, decides="who")
def private_person(params: PrivatePerson, setting: Setting) -> Judge:
    """The buyer is no firm, neither by 统一社会信用代码 nor by name. `unsure` without a name."""
    name_ref, number_ref = field(params.name, "name", "text"), field(params.number, "number", "id")

    def judge(facts: Facts) -> Judgement:
        name, number = facts.slot(name_ref), facts.slot(number_ref)
        if not name.values:
            return absent(setting.title, name)
        values, used = values_of(name, number), (name, number)
        if (number.values and _firm_number(number.value)) or _FIRM.search(fold_name(name.value)):
            return Judgement("fail", f"{name.ref.title} {name.value} 是单位，不是个人消费者", values, used)
        return Judgement("pass", f"{name.ref.title} {name.value} 是个人消费者", values, used)

    return judge


def _firm_number(number: str) -> bool:
    """统一社会信用代码; those of business begin with 9, which is no region of a person's number."""
    if number.startswith("9"):
        return len(number) == 18
    if number[:2].isdigit() and (number[:1] not in "15" or number[1:2] not in "1239"):  # GB 32100 knows no others
        return False
    return not id_number_ok(number) and uscc_ok(number)


class NameOn(Params, frozen=True):
    """`field` is looked up in `list` of the context. `optional`: without such a list it is `not_applicable`."""

    field: str
    list: str
    optional: bool = False


@check("listed", NameOn, decides="who")
def listed(params: NameOn, setting: Setting) -> Judge:
    """A firm is on the office's list and not on its list of the excluded. One character off, or no list: `unsure`."""
    ref = field(params.field, "field", "text")
    unknown: Outcome = "not_applicable" if params.optional else "unsure"

    def judge(facts: Facts) -> Judgement:
        slot = facts.slot(ref)
        if not slot.values:
            return absent(setting.title, slot)
        return _look_up(slot, facts.context.get(params.list), facts.context.get("excluded") or (), unknown)

    return judge


def _look_up(slot: Slot, names: tuple[str, ...] | None, excluded: tuple[str, ...], unknown: Outcome) -> Judgement:
    values, shown = values_of(slot), f"{slot.ref.label} {slot.value}"
    struck = [likeness(slot.value, name, "text") for name in excluded]
    if "same" in struck:
        return Judgement("fail", f"{shown} 已列入失信或除名名单", values, (slot,))
    if names is None:
        return Judgement(unknown, f"{shown}，没有参与企业名单可供核对", values, (slot,))
    alike = {likeness(slot.value, name, "text"): name for name in names}
    if "same" in alike:
        return Judgement("pass", f"{shown} 在参与企业名单之内", values, (slot,))
    if "near" in alike:
        near = f"{shown} 与名单中的 {alike['near']} 仅一字之差，请核对"
        return Judgement("unsure", near, values | {"listed": alike["near"]}, (slot,))
    return Judgement("fail", f"{shown} 不在参与企业名单之内", values, (slot,))
