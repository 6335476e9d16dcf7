"""What a claimant is told by short message, and when: what they must act on, and how it ended. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

#: A message of one part.
LONGEST = 70
_SIGN = "【惠民补贴】"
#: What is to be done about a returned claim: these parts; nothing but putting it in again.
_MEND, _HAND_IN = "补正", "重新提交"


class Notice(NamedTuple):
    """The text for what happened, and whether it is for who asks in person alone: a firm mends its own claims."""

    text: str
    in_person: bool = False


#: By the workflow's action, or what else happened to the claim. `number`: the claim's; `day`: the correction deadline;
#: `last`: its day; `amount`: yuan; `card`: last digits; `todo`: what is still to be done, as short as it must be.
NOTICES: dict[str, Notice] = {
    "return": Notice("{number}需补正，{day}前登录修改，逾期失效。", in_person=True),
    "remind_mending": Notice("{number}须{todo}，{last}后失效。", in_person=True),
    "lapse": Notice("{number}逾期未补正，已失效，需要时可重新申请。", in_person=True),
    "promote": Notice("{number}已从候补转为受理，补贴额度已占用。"),
    "reject": Notice("{number}未通过审核，原因和依据请登录查看。"),
    "confirm_paid": Notice("{number}的补贴{amount}元已发放到尾号{card}的卡。"),
    "confirm_failed": Notice("{number}的补贴发放失败，请更换本人的收款银行卡。"),
    "remind_card": Notice("{number}的补贴还没有发放，请登录更换本人的收款银行卡。"),
    "return_payment": Notice("{number}的补贴被银行退回，请更换本人的收款银行卡。"),
    "undo_redemption": Notice("{number}的消费券核销有误，已撤销，券可继续使用。"),
    "demand": Notice("{number}的补贴需要退回，金额和退款方法请登录查看。"),
}


def message(
    action: str,
    number: str,
    *,
    day: str = "",
    last: str = "",
    amount: str = "",
    card: str = "",
    unmended: Sequence[str] = (),
) -> str:
    """The message for an action of NOTICES; KeyError for another one. `unmended`: the names of parts to be mended."""

    def said(todo: str) -> str:
        text = NOTICES[action].text
        return _SIGN + text.format(number=number, day=day, last=last, amount=amount, card=card, todo=todo)

    return said(_MEND + in_short(unmended, LONGEST - len(said(_MEND))) if unmended else _HAND_IN)


def in_short(labels: Sequence[str], room: int) -> str:
    """The labels in at most `room` characters: all of them, the first ones and how many there are, or how many."""
    whole = "、".join(labels)
    if len(whole) <= room:
        return whole
    count = f"等{len(labels)}项"
    shorter = ("、".join(labels[:n]) + count for n in range(len(labels) - 1, 0, -1))
    return next((said for said in shorter if len(said) <= room), f"{len(labels)}项")
