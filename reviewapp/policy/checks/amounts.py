"""Checks on money: words and figures, vouchers, card payments."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from reviewapp.policy.checks.base import BadRule, Params, Setting, absent, apart, check, field, said, values_of
from reviewapp.policy.facts import Facts, Paper, Slot
from reviewapp.policy.judgement import Judge, Judgement
from reviewapp.policy.masks import masked_card_matches
from reviewapp.policy.model import Window
from reviewapp.policy.money import fen_from_words, show_yuan, yuan_from_fen
from reviewapp.policy.result import FieldRef
from reviewapp.policy.values import parse_money, show


class WordsFigures(Params, frozen=True):
    """`words` is 大写, `figures` 小写."""

    words: str
    figures: str


@check("words_equal_figures", WordsFigures, decides="money")
def words_equal_figures(params: WordsFigures, setting: Setting) -> Judge:
    """大写 and 小写 are one amount, on each of several papers by itself.

    `not_applicable` when 大写 is not there, `unsure` when it cannot be understood.
    """
    words_ref, figures_ref = field(params.words, "words", "text"), field(params.figures, "figures", "money")

    def judge(facts: Facts) -> Judgement:
        words, figures = facts.slot(words_ref), facts.slot(figures_ref)
        if not words.values or not figures.values:
            return absent(setting.title, words, figures, outcome="not_applicable")
        pairs = _on_each_paper(words, figures)
        if not pairs:
            text = f"{words.ref.title}与{figures.ref.label}不在同一份材料上，请核对"
            return Judgement("unsure", text, {}, (words, figures))
        return max((_in_words(*pair) for pair in pairs), key=lambda judged: _RANKS.index(judged.outcome))

    return judge


def _on_each_paper(words: Slot, figures: Slot) -> list[tuple[Slot, Slot]]:
    """The two fields of each paper that has both; where all papers say the same they are as one."""
    if not words.conflict and not figures.conflict:
        return [(words, figures)]
    amounts = {slot.refs[0].paper: slot for slot in apart(figures)}
    return [(slot, amounts[slot.refs[0].paper]) for slot in apart(words) if slot.refs[0].paper in amounts]


def _in_words(words: Slot, figures: Slot) -> Judgement:
    values, used, fen = values_of(words, figures), (words, figures), fen_from_words(words.value)
    if fen is None:
        return Judgement("unsure", f"{said(words)} 读不成金额，请与小写 {said(figures)} 核对", values, used)
    if fen == figures.value:
        return Judgement("pass", f"{said(figures)}，与大写 {words.value} 一致", values, used)
    return Judgement("fail", f"{said(figures)}，与大写 {words.value}（{show_yuan(fen)}）不一致", values, used)


class AtLeast(Params, frozen=True):
    """`field` must reach the value of `least`."""

    field: str
    least: str


@check("at_least", AtLeast)
def at_least(params: AtLeast, setting: Setting) -> Judge:
    """One amount is equal to or above another. `unsure` when either is absent."""
    ref, least_ref = field(params.field, "field", "money"), field(params.least, "least", "money")

    def judge(facts: Facts) -> Judgement:
        slot, least = facts.slot(ref), facts.slot(least_ref)
        if not slot.values or not least.values:
            return absent(setting.title, slot, least)
        reached = slot.value >= least.value
        text = f"{said(slot)}，{'不低于' if reached else '低于'}{said(least)}"
        return Judgement("pass" if reached else "fail", text, values_of(slot, least), (slot, least))

    return judge


class EqualsAward(Params, frozen=True):
    """`field` carries the face value of the voucher. `optional`: where it is absent there is nothing to compare."""

    field: str
    optional: bool = False


@check("equals_award", EqualsAward, decides="money")
def equals_award(params: EqualsAward, setting: Setting) -> Judge:
    """The voucher's face value is the award for what was bought. `unsure` when either is not known.

    An absent face is `not_applicable` when `optional`.
    """
    ref = field(params.field, "field", "money")

    def judge(facts: Facts) -> Judgement:
        slot = facts.slot(ref)
        if not slot.values:
            return absent(setting.title, slot, outcome="not_applicable" if params.optional else "unsure")
        if facts.award_fen is None:
            return Judgement("unsure", f"{said(slot)}，应得补贴未能算出，无法核对", values_of(slot), (slot,))
        fits = slot.value == facts.award_fen
        text = f"{said(slot)}，与应得补贴 {show_yuan(facts.award_fen)} {'一致' if fits else '不符'}"
        values = values_of(slot) | {"award": yuan_from_fen(facts.award_fen)}
        return Judgement("pass" if fits else "fail", text, values, (slot,))

    return judge


class CardPayment(Params, frozen=True):
    """Exactly one of `at_least` and `over` (yuan). `window`: the day of payment must lie in it, where named."""

    cards: tuple[str, ...]
    at_least: str | msgspec.UnsetType = msgspec.UNSET
    over: str | msgspec.UnsetType = msgspec.UNSET
    window: str | None = None


class _Slip(NamedTuple):
    """A payment slip judged: `rank` 0 fits, 1 unsure, 2 does not; `text` says why."""

    rank: int
    text: str
    amount: int
    paper: Paper


_AMOUNT = field("pos_slip.amount", "cards", "money")
_NO_PAYMENT = ("撤销", "退货", "退款", "冲正", "作废", "预授权", "查询", "VOID", "REFUND", "REVERSAL", "PREAUTH")
_RANKS = ("pass", "unsure", "fail")
_FIELDS = ("card_number_masked", "transaction_type", "paid_at", "amount")


@check("card_payment", CardPayment, decides="money")
def card_payment(params: CardPayment, setting: Setting) -> Judge:
    """A POS slip shows a payment of the amount from the bound card, within the window.

    One slip must fit by itself. 撤销 and refund slips are no payment, and take away the payment of the same amount.
    Slips that reach the amount only together are `unsure`, as is a slip whose amount, card or day is not there. A
    type that is not there speaks against nothing.
    """
    cards = tuple(field(path, "cards", "id") for path in params.cards)
    least, limit = _limit(params)
    window = setting.window(params.window) if params.window else None

    def judge(facts: Facts) -> Judgement:
        slips = facts.papers.get("pos_slip", [])
        card = next((slot for slot in map(facts.slot, cards) if slot.values), None)
        if not slips:
            return Judgement("unsure", f"没有 POS 签购单，“{setting.title}”无法核验", {"least": limit}, ())
        payments = _standing_payments(slips)
        if not payments:
            used = tuple(_slot_of(slip) for slip in slips)
            return Judgement(
                "fail", "签购单都不是有效付款（撤销、退货、预授权、查询，或已被撤销）", {"least": limit}, used
            )
        judged = [_judge_slip(slip, card, least, limit, window) for slip in payments]
        return _best(judged, card, least, limit)

    return judge


def _limit(params: CardPayment) -> tuple[int, str]:
    """The least amount in fen, and the limit in words."""
    named = {"at_least": params.at_least, "over": params.over}
    given = {name: value for name, value in named.items() if isinstance(value, str)}
    if len(given) != 1:
        raise BadRule("at_least", "at_least 与 over 应恰好写一个", "达到即可写 at_least，必须超过写 over")
    ((name, value),) = given.items()
    try:
        fen = parse_money(value)
    except ValueError as error:
        raise BadRule(name, str(error), '写成 "10000.00"') from None
    return (fen, f"不低于 {show_yuan(fen)}") if name == "at_least" else (fen + 1, f"大于 {show_yuan(fen)}")


def _standing_payments(slips: list[Paper]) -> list[Paper]:
    """The payments that no void slip takes back. A void takes back one payment of its amount."""
    payments, voided = [], []
    for slip in slips:
        amount = slip.fields.get("amount", 1)
        if amount <= 0 or not _pays(slip.fields.get("transaction_type", "")):
            voided.append(abs(amount))
        else:
            payments.append(slip)
    for amount in voided:
        taken = next((slip for slip in payments if slip.fields.get("amount") == amount), None)
        if taken is not None:
            payments.remove(taken)
    return payments


def _pays(transaction_type: str) -> bool:
    """Whether money moves to the merchant; 预授权 only holds it, 预授权完成 takes it."""
    kind = transaction_type.upper().replace("预授权完成", "")
    return not any(word in kind for word in _NO_PAYMENT)


def _judge_slip(slip: Paper, card: Slot | None, least: int, limit: str, window: Window | None) -> _Slip:
    amount = slip.fields.get("amount")
    remarks = [
        _amount_remark(amount, least, limit),
        _card_remark(slip.fields.get("card_number_masked"), card),
        _day_remark(slip, window),
        (1, "读数存疑，待确认") if slip.doubtful.intersection(_FIELDS) else (0, ""),
    ]
    rank = 1 if slip.doubtful.intersection(_FIELDS) else max(remark[0] for remark in remarks)
    return _Slip(rank, "，".join(text for _, text in remarks if text), amount or 0, slip)


def _amount_remark(amount: int | None, least: int, limit: str) -> tuple[int, str]:
    if amount is None:
        return 1, "没有交易金额"
    return (0, f"刷卡 {show_yuan(amount)}，{limit}") if amount >= least else (2, f"刷卡 {show_yuan(amount)}，应{limit}")


def _card_remark(masked: str | None, card: Slot | None) -> tuple[int, str]:
    if masked is None:
        return 1, "没有卡号"
    if card is None:
        return 1, f"卡号 {masked} 没有绑定银行卡可比对"
    fits = masked_card_matches(masked, card.value)
    if fits == "unknown":
        return 1, f"卡号 {masked} 没有可比对的数字"
    return (
        (0, f"卡号 {masked} 与绑定银行卡相符") if fits == "yes" else (2, f"卡号 {masked} 不是绑定银行卡 {_tail(card)}")
    )


def _tail(card: Slot) -> str:
    return f"（尾号 {card.value[-4:]}）"


def _day_remark(slip: Paper, window: Window | None) -> tuple[int, str]:
    if window is None:
        return 0, ""
    paid_at = slip.fields.get("paid_at")
    if paid_at is None:
        return 1, "没有交易时间"
    inside = window.covers(paid_at)
    ends = f"{window.title} {window.start:%Y-%m-%d} 至 {window.until:%Y-%m-%d}"
    return (0 if inside else 2), f"交易时间 {show(paid_at, 'instant')}，{'在' if inside else '不在'}{ends} 之内"


def _best(judged: list[_Slip], card: Slot | None, least: int, limit: str) -> Judgement:
    best = min(judged, key=lambda slip: slip.rank)
    outcome, text = _RANKS[best.rank], f"POS {best.text}"
    together = sum(slip.amount for slip in judged)
    used: tuple[Slot, ...] = (_slot_of(best.paper),) + ((card,) if card else ())
    if outcome == "fail" and together >= least and any(slip.amount < least for slip in judged) and len(judged) > 1:
        outcome, text = "unsure", f"{text}；{len(judged)} 张签购单合计 {show_yuan(together)}，请人工认定"
    values = {"amount": yuan_from_fen(best.amount), "least": limit, "together": yuan_from_fen(together)}
    return Judgement(outcome, text, values, used)  # type: ignore[arg-type]


def _slot_of(slip: Paper) -> Slot:
    """The slip's amount as a slot, so that the finding points to that slip."""
    found = tuple(FieldRef(slip.index, name) for name in _FIELDS if name in slip.fields)
    return Slot(_AMOUNT, (slip.fields.get("amount"),), found, False)
