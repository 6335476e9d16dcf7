"""Checks on amounts that belong together: confirmation, invoice and payment; a voucher and its purchase."""

from __future__ import annotations

from reviewapp.policy.amounts import Amount, Measured, find_amount
from reviewapp.policy.checks.base import BadRule, Params, Setting, check
from reviewapp.policy.facts import Facts, Slot
from reviewapp.policy.judgement import Judge, Judgement
from reviewapp.policy.money import show_yuan, yuan_from_fen
from reviewapp.policy.result import Outcome


def _amount(paths: str, key: str, *, add_up: bool = False) -> Amount:
    amount = find_amount(paths, add_up=add_up)
    if amount is None:
        raise BadRule(key, f"“{paths}”不是金额字段", "例如 product_invoice.total")
    return amount


class AmountsAgree(Params, frozen=True):
    """`amount` and `total` must be one amount; `less_award`: or the total less the award. `add_up`: of all papers.

    `optional`: where one of them is absent there is nothing to compare.
    """

    amount: str
    total: str
    less_award: bool = False
    add_up: bool = False
    optional: bool = False


@check("amounts_agree", AmountsAgree, compares_all=True, decides="money")
def amounts_agree(params: AmountsAgree, setting: Setting) -> Judge:
    """What several papers say of one purchase is one amount; payments may add up to it.

    With `less_award` the amount after the subsidy was taken off is as good. `unsure` when either is absent
    (`not_applicable` when `optional`), when only the award that is taken off is not known, or when papers that add up
    to too little are not all legible.
    """
    absent: Outcome = "not_applicable" if params.optional else "unsure"
    amount, total = _amount(params.amount, "amount", add_up=params.add_up), _amount(params.total, "total")

    def judge(facts: Facts) -> Judgement:
        here, there = amount.of(facts), total.of(facts)
        if here.fen is None:
            return _unknown(amount, here, setting.title, absent)
        if there.fen is None:
            return _unknown(total, there, setting.title, absent)
        (one, *_), (other, *_) = here.used, there.used
        values = {one.ref.path: yuan_from_fen(here.fen), other.ref.path: yuan_from_fen(there.fen)}
        said = f"{one.ref.title}{'合计' if params.add_up and len(one.values) > 1 else ''} {show_yuan(here.fen)}"
        outcome, text = _agree(here.fen, there.fen, facts.award_fen, params.less_award)
        if outcome == "fail" and params.add_up and here.fen < there.fen and _illegible(facts, one):
            outcome, text = "unsure", f"{text}，但有一份没有{one.ref.label}，请核对"
        text = f"{said}，与{other.ref.title} {show_yuan(there.fen)} {text}"
        return Judgement(outcome, text, values, (*here.used, *there.used))

    return judge


def _illegible(facts: Facts, slot: Slot) -> bool:
    """Whether a paper of the kind lacks the amount."""
    return len(slot.values) < len(facts.papers.get(slot.ref.section, ()))


def _unknown(amount: Amount, measured: Measured, title: str, absent: Outcome) -> Judgement:
    told = amount.unknown(f"“{title}”", measured)
    return told if measured.conflict else Judgement(absent, told.text, told.values, told.used)


def _agree(fen: int, total: int, award: int | None, less_award: bool) -> tuple[Outcome, str]:
    if fen == total:
        return "pass", "一致"
    if not less_award:
        return "fail", "不一致"
    if award is None:
        return "unsure", "不一致，应得补贴未能算出，看不出是否为扣除补贴后的金额"
    if fen == total - award:
        return "pass", f"扣除补贴 {show_yuan(award)} 后一致"
    return "fail", f"不一致，扣除补贴 {show_yuan(award)} 后也不一致"


class ShareOf(Params, frozen=True):
    """`part` is at most `percent` of `whole`, paper by paper (both are fields of one kind)."""

    part: str
    whole: str
    percent: int


@check("share_at_most", ShareOf, compares_all=True, decides="money")
def share_at_most(params: ShareOf, setting: Setting) -> Judge:
    """On each paper one amount is at most a share of another, such as a voucher's face of the order it was used for.

    `unsure` when a paper lacks one of the two.
    """
    part, whole = _amount(params.part, "part").refs[0], _amount(params.whole, "whole").refs[0]
    if part.section != whole.section:
        raise BadRule("whole", "两个金额不在同一种材料上", "请写同一种材料的两个字段")
    if not 0 < params.percent <= 100:
        raise BadRule("percent", "百分比应大于 0、不超过 100", "请写整数，例如 10")

    def judge(facts: Facts) -> Judgement:
        slots = (facts.slot(part), facts.slot(whole))
        papers = facts.papers.get(part.section, ())
        for at, paper in enumerate(papers, start=1):
            face, order = paper.fields.get(part.name), paper.fields.get(whole.name)
            if face is None or order is None:
                return Judgement(
                    "unsure", f"第 {at} 张没有{part.label}或{whole.label}，“{setting.title}”无法核验", {}, slots
                )
            if face * 100 > order * params.percent:
                said = f"{part.label} {show_yuan(face)}，超过{whole.label} {show_yuan(order)} 的 {params.percent}%"
                values = {part.name: yuan_from_fen(face), whole.name: yuan_from_fen(order)}
                return Judgement("fail", said, values, slots)
        if not papers:
            return Judgement("unsure", f"没有{part.title}，“{setting.title}”无法核验", {}, ())
        return Judgement("pass", f"{len(papers)} 张的{part.label}均不超过{whole.label}的 {params.percent}%", {}, slots)

    return judge
