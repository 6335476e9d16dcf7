"""Checks on what must simply be there: a number, a seal, a signature, all pages."""

from __future__ import annotations

from reviewapp.policy.checks.base import BadRule, Params, Setting, absent, check, field, fields, said, values_of
from reviewapp.policy.facts import Facts
from reviewapp.policy.judgement import Judge, Judgement


class Given(Params, frozen=True):
    """`field` must be there."""

    field: str


@check("given", Given, compares_all=True)
def given(params: Given, setting: Setting) -> Judge:
    """A field that the document asks for is there, whatever it says. `unsure` when it is absent."""
    ref = field(params.field, "field")

    def judge(facts: Facts) -> Judgement:
        slot = facts.slot(ref)
        if not slot.values:
            return absent(setting.title, slot)
        return Judgement("pass", f"已写明{said(slot)}", values_of(slot), (slot,))

    return judge


class Marked(Params, frozen=True):
    """`fields`: what must be there of seals and signatures. `optional`: without the paper it is `not_applicable`."""

    fields: tuple[str, ...]
    optional: bool = False


@check("marked", Marked, compares_all=True, decides="papers")
def marked(params: Marked, setting: Setting) -> Judge:
    """Seals and signatures are on the paper. One not found by a sure reading: `fail`; not looked for: `unsure`."""
    refs = fields(params.fields, "fields", "bool")

    def judge(facts: Facts) -> Judgement:
        slots = tuple(map(facts.slot, refs))
        if params.optional and not any(ref.section in facts.papers for ref in refs):
            return absent(setting.title, *slots, outcome="not_applicable")
        values = {slot.ref.name: str(any(slot.values)).lower() for slot in slots if slot.values}
        lacking = [slot for slot in slots if slot.values and not any(slot.values)]
        if lacking:
            names = "、".join(slot.ref.title for slot in lacking)
            return Judgement("fail", f"没有{names}", values, tuple(lacking))
        if not all(slot.values for slot in slots):
            return absent(setting.title, *slots)
        return Judgement("pass", f"有{'、'.join(slot.ref.title for slot in slots)}", values, slots)

    return judge


class AllPages(Params, frozen=True):
    """`field` lists the pages that are there; pages 1 to `pages` must be."""

    field: str
    pages: int


@check("all_pages", AllPages, compares_all=True, decides="papers")
def all_pages(params: AllPages, setting: Setting) -> Judge:
    """Every page of a booklet was handed in, on one picture or several. `unsure` when no page number was read."""
    ref = field(params.field, "field", "list")
    if params.pages < 1:
        raise BadRule("pages", "页数应为正整数", "请写最后一页的页码")
    wanted = range(1, params.pages + 1)

    def judge(facts: Facts) -> Judgement:
        slot = facts.slot(ref)
        there = {page for pages in slot.values for page in pages}
        if not there:
            return absent(setting.title, slot)
        lacking = [str(page) for page in wanted if page not in there]
        values = {slot.ref.name: "、".join(map(str, sorted(there)))}
        if lacking:
            return Judgement("fail", f"{slot.ref.title}缺第 {'、'.join(lacking)} 页", values, (slot,))
        return Judgement("pass", f"{slot.ref.title} 1 至 {params.pages} 页齐全", values, (slot,))

    return judge
