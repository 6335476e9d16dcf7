"""Checks against claims that were put in before (context.prior_claims)."""

from __future__ import annotations

from typing import Any

from reviewapp.policy.checks.base import BadRule, Params, Setting, check, field, fields, values_of
from reviewapp.policy.facts import Facts, Ref, Slot
from reviewapp.policy.identifiers import fold_vin
from reviewapp.policy.judgement import Judge, Judgement

_DEAD = ("rejected", "withdrawn", "lapsed")


def _live(facts: Facts, setting: Setting, programmes: tuple[str, ...] = ()) -> list[dict[str, Any]] | None:
    """Earlier claims of this programme, and of these others, that count; None when nobody looked for them.

    Without scheme a claim is of this one; rejected, withdrawn and lapsed ones do not count.
    """
    prior = facts.context.get("prior_claims")
    if prior is None:
        return None
    return [
        claim
        for claim in prior
        if (claim.get("scheme") or setting.scheme) == setting.scheme
        and (claim.get("programme") or setting.programme) in (setting.programme, *programmes)
        and claim.get("state") not in _DEAD
    ]


class NeverClaimed(Params, frozen=True):
    """`vin`: where the vehicle's VIN stands, none for goods; `code`, `number`: the invoice's, none where the vehicle
    alone counts. Without `code` the number is a number by itself, such as a voucher slip's. `programmes`: other
    programmes of the scheme whose claims count too.
    """

    number: str = ""
    code: str = ""
    vin: tuple[str, ...] = ()
    programmes: tuple[str, ...] = ()


@check("never_claimed_before", NeverClaimed, compares_all=True, decides="duplicates")
def never_claimed_before(params: NeverClaimed, setting: Setting) -> Judge:
    """Neither this vehicle nor any of these invoices was claimed before. An invoice is the same when code and number
    are.

    `unsure` when earlier claims are not known, or when they are and a paper that should tell the VIN or the invoice
    number does not. A paper that is not there tells nothing: one of the two is enough.
    """
    vins = fields(params.vin, "vin", "id")
    number_ref = field(params.number, "number", "id") if params.number else None
    code_ref = field(params.code, "code", "id") if params.code else None
    if number_ref is None and not vins:
        raise BadRule("number", "没有写查什么", "请写 number（发票号码）或 vin（车架号）")
    noun = "发票" if code_ref or number_ref is None else number_ref.label
    asked = "或".join((*(("车架号",) if vins else ()), *((number_ref.label,) if number_ref else ())))

    def judge(facts: Facts) -> Judgement:
        known = [slot for slot in map(facts.slot, vins) if slot.values]
        number = facts.slot(number_ref) if number_ref else None
        used = (*known, *((facts.slot(code_ref),) if code_ref else ()), *((number,) if number else ()))
        prior = _live(facts, setting, params.programmes)
        if prior is None:
            return Judgement("unsure", "没有查到以往申领记录，无法核对是否重复申领", values_of(*used), ())
        own = [value for slot in known for value in slot.values]
        numbers = number.values if number else ()
        lacking = (not own and _on_papers(facts, vins)) or (not numbers and _on_papers(facts, (number_ref,)))
        lacking = lacking or not (own or numbers)
        invoices = _invoices(facts, code_ref, number) if number else []
        outcome, text = _clash(prior, own, invoices, noun, lacking=asked if lacking else "")
        return Judgement(outcome, text, values_of(*used), used)  # type: ignore[arg-type]

    return judge


def _on_papers(facts: Facts, refs: tuple[Ref | None, ...]) -> bool:
    """Whether one of the papers is there on which the fields stand."""
    return any(each.section in facts.papers for ref in refs if ref is not None for each in (ref, *ref.others))


def _invoices(facts: Facts, code: Ref | None, number: Slot) -> list[tuple[str | None, str]]:
    """Code and number of every invoice; electronic ones have no code."""
    papers, name = facts.papers.get(number.ref.section, ()), number.ref.name
    return [
        (paper.fields.get(code.name) if code else None, paper.fields[name]) for paper in papers if name in paper.fields
    ]


def _clash(
    prior: list[dict[str, Any]], vins: list[str], invoices: list[tuple[str | None, str]], noun: str, *, lacking: str
) -> tuple[str, str]:
    unsure, own = "", {fold_vin(vin) for vin in vins} if prior else set()
    for claim in prior:
        before = claim.get("vin")
        if before and fold_vin(before) in own:
            return "fail", f"车架号 {before} 已申领过"
        for code, number in invoices:
            if claim.get("invoice_number") != number:
                continue
            if claim.get("invoice_code") == code:
                return "fail", f"{noun} {number} 已申领过"
            if not (claim.get("invoice_code") and code):
                unsure = f"发票号码 {number} 已有申领，但发票代码不全，请核对是否同一张发票"
    if not unsure and prior and lacking:
        unsure = f"{lacking}不全，无法与以往申领核对"
    nouns = "和".join((*(("车辆",) if vins else ()), *((noun,) if invoices else ())))
    return ("unsure", unsure) if unsure else ("pass", f"该{nouns or '申请'}没有申领记录")


class OncePerPerson(Params, frozen=True):
    """`numbers`: where the person's ID number stands."""

    numbers: tuple[str, ...]


@check("once_per_person", OncePerPerson, compares_all=True, decides="limits")
def once_per_person(params: OncePerPerson, setting: Setting) -> Judge:
    """The person has no other claim in this programme. `unsure` when earlier claims or the ID number are not known."""
    refs = fields(params.numbers, "numbers", "id")

    def judge(facts: Facts) -> Judgement:
        used = tuple(slot for slot in map(facts.slot, refs) if slot.values)
        prior, values = _live(facts, setting), values_of(*used)
        if prior is None:
            return Judgement("unsure", "没有查到以往申领记录，无法核对每人限领", values, ())
        own = {value for slot in used for value in slot.values}
        if own & {claim.get("id_number") for claim in prior}:
            return Judgement("fail", f"身份证号 {used[0].value} 已申领过，每人限享受一次", values, used)
        if prior and not own:
            return Judgement("unsure", "没有身份证号，无法与以往申领核对", values, ())
        return Judgement("pass", "本人没有其他申领", values, used)

    return judge
