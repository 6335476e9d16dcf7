"""What people are told by short message, and when: every text in one place. Pure.

Providers in China send no free text: a message is an approved template with its parameters under one signature. So a
message here is a template's key and the parameters; its text comes of TEMPLATES and is the same on the demo's page, at
a provider and in what the office hands in for approval.
"""

from __future__ import annotations

from collections.abc import Sequence
from string import Formatter
from typing import NamedTuple

#: A message of one part, signature included.
LONGEST = 70
#: The signature unless the office sets another.
SIGNATURE = "惠民补贴"
#: Providers take no longer value of a parameter.
LONGEST_VALUE = 35
#: What is to be done about a returned claim: these parts; nothing but putting it in again.
_MEND, _HAND_IN = "补正", "重新提交"


class Notice(NamedTuple):
    """The text for what happened, and whether it is for who asks in person alone: a firm mends its own claims.

    It is told while the claim is in the state that it came to, or in one of `still`.
    """

    text: str
    in_person: bool = False
    still: tuple[str, ...] = ()


#: By the workflow's action, or what else happened to the claim. `number`: the claim's; `day`: the correction deadline;
#: `last`: its day; `amount`: yuan; `card`: last digits; `todo`: what is still to be done, as short as it must be.
NOTICES: dict[str, Notice] = {
    "return": Notice("{number}需补正，{day}前登录修改，逾期失效。", in_person=True),
    "remind_mending": Notice("{number}须{todo}，{last}后失效。", in_person=True),
    "lapse": Notice("{number}逾期未补正，已失效，需要时可重新申请。", in_person=True),
    "promote": Notice("{number}已从候补转为受理，补贴额度已占用。"),
    "reject": Notice("{number}未通过审核，原因和依据请登录查看。"),
    "uphold_objection": Notice("{number}审核通过后收到异议，已撤销，正重新审核。", still=("in_review",)),
    "confirm_paid": Notice("{number}的补贴{amount}元已发放到尾号{card}的卡。"),
    "confirm_failed": Notice("{number}的补贴发放失败，请更换本人的收款银行卡。"),
    "remind_card": Notice("{number}的补贴还没有发放，请登录更换本人的收款银行卡。"),
    "return_payment": Notice("{number}的补贴被银行退回，请更换本人的收款银行卡。"),
    "undo_redemption": Notice("{number}的消费券核销有误，已撤销，券可继续使用。"),
    "demand": Notice("{number}的补贴需要退回，金额和退款方法请登录查看。"),
}

SIGN_IN_CODE, PICKUP_CALL = "sign_in_code", "pickup_call"
#: Every text there is, by the key of its template. Words stand before a parameter: providers approve no other.
TEMPLATES: dict[str, str] = {
    SIGN_IN_CODE: "您的登录验证码是{code}，5分钟内有效。如非本人操作请忽略，不要告诉他人。",
    PICKUP_CALL: "回收点{point}待运摩托车已有{count}辆，可以集中运输，请登录安排。",
    **{action: f"申请{notice.text}" for action, notice in NOTICES.items()},
}
#: What a parameter may look like, by its name: as long as it gets.
SAMPLES: dict[str, str] = {
    "code": "000000",
    "point": "某某镇便民服务中心",
    "count": "10",
    "number": "yangcheng-2023-car-000123",
    "day": "12月31日23:59",
    "last": "12月31日",
    "todo": "补正购车发票等2项",
    "amount": "6,000.00",
    "card": "0018",
}


class ShortMessage(NamedTuple):
    """A template's key and the value of each of its parameters."""

    template: str
    parameters: dict[str, str]

    @property
    def text(self) -> str:
        """The text without the signature."""
        return TEMPLATES[self.template].format(**self.parameters)

    def signed(self, signature: str) -> str:
        """The text as it comes to a telephone."""
        return f"【{signature}】{self.text}"


def parameters_of(template: str) -> list[str]:
    """The names of a template's parameters, in order; KeyError for an unknown template."""
    return [name for _, name, _, _ in Formatter().parse(TEMPLATES[template]) if name]


def short_message(template: str, **values: str) -> ShortMessage:
    """The message of a template with those of the values that it has parameters for.

    A value longer than LONGEST_VALUE loses its beginning. KeyError for an unknown template or a missing value.
    """
    return ShortMessage(template, {name: _fitting(values[name]) for name in parameters_of(template)})


def message(
    action: str,
    number: str,
    *,
    day: str = "",
    last: str = "",
    amount: str = "",
    card: str = "",
    unmended: Sequence[str] = (),
) -> ShortMessage:
    """The message for an action of NOTICES; KeyError for another one. `unmended`: the names of parts to be mended."""

    def said(todo: str) -> ShortMessage:
        return short_message(action, number=number, day=day, last=last, amount=amount, card=card, todo=todo)

    if not unmended:
        return said(_HAND_IN)
    room = min(LONGEST - len(said(_MEND).signed(SIGNATURE)), LONGEST_VALUE - len(_MEND))
    return said(_MEND + in_short(unmended, room))


def in_short(labels: Sequence[str], room: int) -> str:
    """The labels in at most `room` characters: all of them, the first ones and how many there are, or how many."""
    whole = "、".join(labels)
    if len(whole) <= room:
        return whole
    count = f"等{len(labels)}项"
    shorter = ("、".join(labels[:n]) + count for n in range(len(labels) - 1, 0, -1))
    return next((said for said in shorter if len(said) <= room), f"{len(labels)}项")


def _fitting(value: str) -> str:
    return value if len(value) <= LONGEST_VALUE else f"…{value[1 - LONGEST_VALUE :]}"
