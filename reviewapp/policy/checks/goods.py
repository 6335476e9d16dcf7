"""Checks on what was bought and where it is registered."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from reviewapp.policy.checks.base import BadRule, Params, Setting, absent, check, field, fields, paper, said, values_of
from reviewapp.policy.facts import SECTIONS, Facts, Ref, Slot
from reviewapp.policy.judgement import Judge, Judgement
from reviewapp.policy.kinds import KINDS
from reviewapp.policy.names import fold_name
from reviewapp.policy.traits import TRAITS, Trait


class OneOf(Params, frozen=True):
    """`allowed`: the values of the field that count."""

    field: str
    allowed: tuple[str, ...]


@check("one_of", OneOf)
def one_of(params: OneOf, setting: Setting) -> Judge:
    """A stated field has one of the allowed values. `unsure` when it is absent."""
    ref = field(params.field, "field", "text")
    for value in params.allowed:
        _possible(ref, value)

    def judge(facts: Facts) -> Judgement:
        slot = facts.slot(ref)
        if not slot.values:
            return absent(setting.title, slot)
        values = values_of(slot) | {"allowed": "、".join(params.allowed)}
        if slot.value in params.allowed:
            return Judgement("pass", f"{slot.ref.label}为{_word(slot.value)}，符合要求", values, (slot,))
        allowed = "、".join(_word(value) for value in params.allowed)
        return Judgement("fail", f"{slot.ref.label}为{_word(slot.value)}，应为{allowed}", values, (slot,))

    return judge


def _possible(ref: Ref, value: str) -> None:
    """Fields outside the papers have closed lists of values."""
    if not ref.on_paper:
        try:
            SECTIONS[ref.section][ref.name].parse(value)
        except ValueError as error:
            raise BadRule("allowed", str(error), "请改成其中之一") from None


_WORDS = {"debit": "借记卡", "credit": "信用卡", "other": "其他"}


def _word(value: str) -> str:
    return _WORDS.get(value, value)


class TraitIn(Params, frozen=True):
    """`trait` is `energy` or `vehicle_class`. `green_plate`: new energy and a plate of 8 characters go together."""

    trait: str
    allowed: tuple[str, ...]
    green_plate: bool = False


@check("trait_in", TraitIn, decides="vehicle")
def trait_in(params: TraitIn, setting: Setting) -> Judge:
    """What the submitter states of the vehicle is allowed, and the papers do not speak against it.

    Where nothing is stated the papers count. `unsure` when neither says it, or when they differ. What is stated and not
    allowed fails whatever the papers show: the submitter says so.
    """
    trait = TRAITS.get(params.trait)
    if trait is None:
        raise BadRule("trait", f"没有“{params.trait}”这项特征", f"可写：{'、'.join(TRAITS)}")
    for value in params.allowed:
        if value not in trait.titles:
            raise BadRule("allowed", f"没有“{value}”这个取值", f"可写：{'、'.join(trait.titles)}")

    def judge(facts: Facts) -> Judgement:
        evidence, slot = trait.evidence(facts), facts.slot(trait.ref)
        if not slot.values and not evidence:
            return absent(setting.title, slot)
        stated = slot.value or evidence[0][1]
        witnesses = evidence + (trait.on_plates(facts) if params.green_plate else [])
        return _judge_trait(trait, stated, slot, witnesses, params.allowed)

    return judge


def _judge_trait(
    trait: Trait, stated: str, slot: Slot, witnesses: list[tuple[Slot, str]], allowed: tuple[str, ...]
) -> Judgement:
    used = (slot, *(source for source, _ in witnesses))
    values = {slot.ref.name: stated, "allowed": "、".join(allowed)}
    said = f"{slot.ref.label}为{trait.titles[stated]}"
    clash = next((witness for witness in witnesses if witness[1] != stated), None)
    other = ""
    if clash is not None:
        source, shown = clash
        values["papers"], other = shown, f"而{source.ref.title} {source.value}（{trait.titles[shown]}）"
    if stated not in allowed and (slot.values or not other):
        wanted = "、".join(trait.titles[value] for value in allowed)
        hint = f"；{other}，填错的请更正" if other else ""
        return Judgement("fail", f"{said}，只限{wanted}{hint}", values, (slot,) if other else used)
    if other:
        return Judgement("unsure", f"{said}，{other}，请核对", values, used)
    return Judgement("pass", f"{said}，符合要求", values, used)


class Emission(Params, frozen=True):
    """`least`: the emission stage, an Arabic number. `exempt`: energies to which no stage applies."""

    field: str
    least: int
    exempt: tuple[str, ...] = ()


_STAGES = {
    "1": 1,
    "2": 2,
    "3": 3,
    "4": 4,
    "5": 5,
    "6": 6,
    "7": 7,
    "一": 1,
    "二": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
}
_STAGES |= {"VII": 7, "VI": 6, "V": 5, "IV": 4, "III": 3, "II": 2, "I": 1}
_STAGE = re.compile(r"(?:国家?|CHINA|第)\s*(?:第)?(VII|VI|IV|V|III|II|I|[一二三四五六七1-7])(?!\d)", re.IGNORECASE)
_STANDARDS = (("GB18352.6", 6), ("GB17691-2018", 6), ("GB18352.5", 5), ("GB18352.3", 4), ("GB17691-2005", 5))


@lru_cache(maxsize=1024)
def emission_stage(text: str) -> int | None:
    """国六, 国Ⅵ, 国VI, 国6b, GB18352.6-2016 → 6; None when the text names no stage."""
    plain_text = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper()
    for standard, stage in _STANDARDS:
        if standard in plain_text:
            return stage
    match = _STAGE.search(plain_text)
    return _STAGES[match[1].upper()] if match else None


@check("emission_at_least", Emission, decides="vehicle")
def emission_at_least(params: Emission, setting: Setting) -> Judge:
    """The certificate shows at least emission stage `least`. None: `unsure`, for exempt energies `not_applicable`."""
    ref, energy = field(params.field, "field", "text"), TRAITS["energy"]
    for value in params.exempt:
        if value not in energy.titles:
            raise BadRule("exempt", f"没有“{value}”这个取值", f"可写：{'、'.join(energy.titles)}")

    def judge(facts: Facts) -> Judgement:
        slot = facts.slot(ref)
        stage = emission_stage(slot.value) if slot.values else None
        if stage is None:
            stated = energy.value(facts)
            if stated in params.exempt:
                return Judgement("not_applicable", f"{energy.titles[stated]}，不核排放标准", values_of(slot), ())
            return _unknown_stage(setting.title, slot)
        reached = stage >= params.least
        text = f"{said(slot)}，{'达到' if reached else '未达到'}国{'一二三四五六七'[params.least - 1]}"
        return Judgement("pass" if reached else "fail", text, values_of(slot), (slot,))

    return judge


def _unknown_stage(title: str, slot: Slot) -> Judgement:
    if not slot.values:
        return absent(title, slot)
    return Judgement("unsure", f"{said(slot)}，看不出是第几阶段标准", values_of(slot), (slot,))


class InCounty(Params, frozen=True):
    """`fields`: texts of which one must name the county, or one of `places`. `plates`: plates that must be the
    city's.
    """

    fields: tuple[str, ...]
    plates: tuple[str, ...] = ()
    places: tuple[str, ...] = ()


@check("in_county", InCounty)
def in_county(params: InCounty, setting: Setting) -> Judge:
    """An address or authority names the county. None does: `unsure`. A plate of another city: `fail`."""
    refs, plates = fields(params.fields, "fields", "text"), fields(params.plates, "plates", "id")
    places = params.places or (setting.county,)

    def judge(facts: Facts) -> Judgement:
        slots = tuple(slot for slot in map(facts.slot, refs) if slot.values)
        for plate in map(facts.slot, plates):
            if plate.values and not plate.value.startswith(setting.plate_prefix):
                text = f"{said(plate)}，不是本地号牌（{setting.plate_prefix}）"
                return Judgement("fail", text, values_of(plate), (plate,))
        naming = next(((slot, place) for slot in slots for place in places if place in slot.value), None)
        if naming is not None:
            slot, place = naming
            return Judgement("pass", f"{slot.ref.title} {slot.value}，在{place}", values_of(slot), (slot,))
        if not slots:
            return absent(setting.title, *map(facts.slot, refs))
        shown = "；".join(f"{slot.ref.title} {slot.value}" for slot in slots)
        return Judgement("unsure", f"{shown}，看不出在{places[0]}办理", values_of(*slots), slots)

    return judge


class PartOf(Params, frozen=True):
    """`part` must stand in `whole`, if need be without one of the `endings` (a village signs as its committee).

    What is left must then end as one of `keeping` says: 东村民委员会 is 东村, not 东.
    """

    part: str
    whole: str
    endings: tuple[str, ...] = ()
    keeping: tuple[str, ...] = ()


@check("part_of", PartOf)
def part_of(params: PartOf, setting: Setting) -> Judge:
    """A text stands in another, such as a village in the address on the ID card. Else `unsure`: places have many names.

    `not_applicable` when either is absent.
    """
    part, whole = field(params.part, "part", "text"), field(params.whole, "whole", "text")

    def judge(facts: Facts) -> Judgement:
        inner, outer = facts.slot(part), facts.slot(whole)
        if not inner.values or not outer.values:
            return absent(setting.title, inner, outer, outcome="not_applicable")
        values, used = values_of(inner, outer), (inner, outer)
        named = fold_name(inner.value)
        shorter = {named.removesuffix(ending) for ending in params.endings}.difference(params.keeping)
        names = [named, *(name for name in shorter if name.endswith(params.keeping or ""))]
        if any(name and name in fold_name(outer.value) for name in names):
            return Judgement("pass", f"{inner.ref.title} {inner.value}，在{outer.ref.title}之内", values, used)
        text = f"{inner.ref.title} {inner.value}，{outer.ref.title} {outer.value} 里没有，请核对"
        return Judgement("unsure", text, values, used)

    return judge


class NoPaper(Params, frozen=True):
    """`kind`: the paper that must not be there."""

    kind: str


@check("no_paper", NoPaper, decides="papers")
def no_paper(params: NoPaper, setting: Setting) -> Judge:
    """No paper of a kind that shows another sort of purchase, such as an invoice for a used car."""
    paper(params.kind, "kind")
    title = KINDS[params.kind].title

    def judge(facts: Facts) -> Judgement:
        if params.kind in facts.papers:
            return Judgement("fail", f"材料中有{title}，不属于本项目", {"kind": params.kind}, ())
        return Judgement("pass", f"材料中没有{title}", {"kind": params.kind}, ())

    return judge
