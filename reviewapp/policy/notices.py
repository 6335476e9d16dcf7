"""What a claimant is told by short message, and when: what they must act on, and how it ended. Pure."""

from __future__ import annotations

from typing import NamedTuple

#: A message of one part.
LONGEST = 70
_SIGN = "【惠民补贴】"


class Notice(NamedTuple):
    """The text for what happened, and whether it is for who asks in person alone: a firm mends its own claims.

    It is told while the claim is in the state that it came to, or in one of `still`.
    """

    text: str
    in_person: bool = False
    still: tuple[str, ...] = ()


#: By the workflow's action, or what else happened to the claim. `number`: the claim's; `day`: the correction deadline;
#: `amount`: yuan; `card`: last digits.
NOTICES: dict[str, Notice] = {
    "return": Notice("{number}需补正，{day}前登录修改，逾期失效。", in_person=True),
    "lapse": Notice("{number}逾期未补正，已失效，需要时可重新申请。", in_person=True),
    "promote": Notice("{number}已从候补转为受理，补贴额度已占用。"),
    "reject": Notice("{number}未通过审核，原因和依据请登录查看。"),
    "uphold_objection": Notice("{number}审核通过后收到异议，已撤销，正重新审核。", still=("in_review",)),
    "confirm_paid": Notice("{number}的补贴{amount}元已发放到尾号{card}的卡。"),
    "confirm_failed": Notice("{number}的补贴发放失败，请更换本人的收款银行卡。"),
    "return_payment": Notice("{number}的补贴被银行退回，请更换本人的收款银行卡。"),
    "undo_redemption": Notice("{number}的消费券核销有误，已撤销，券可继续使用。"),
    "demand": Notice("{number}的补贴需要退回，金额和退款方法请登录查看。"),
}


def message(action: str, number: str, *, day: str = "", amount: str = "", card: str = "") -> str:
    """The message for an action of NOTICES; KeyError for another one."""
    return _SIGN + NOTICES[action].text.format(number=number, day=day, amount=amount, card=card)
