"""How values look on a page: money, yes and no, lists; and masked for viewers who need not see them whole (LOOK.md)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from reviewapp.policy.kinds import KINDS
from reviewapp.policy.masks import mask_card, mask_id_number, mask_name, mask_phone
from reviewapp.policy.workflow import ROLES
from reviewapp.services.fields import Field

_MASKS: Mapping[str, Callable[[str], str]] = {
    "name": mask_name,
    "holder": mask_name,
    "id_number": mask_id_number,
    "phone": mask_phone,
    "card_number": mask_card,
}
_MONEY, _INSTANT = "money", "instant"

#: The fields outside the papers.
SECTIONS: Mapping[str, str] = {"applicant": "申领人", "account": "收款账户", "declared": "申报情况"}
#: What was done to a claim, in the words of the history; the desk's decisions have the same names.
ACTIONS: Mapping[str, str] = {
    "create": "新建申请",
    "change_paper": "材料变动",
    "change_fact": "填写内容",
    "check": "核验",
    "submit": "提交申请",
    "promote": "候补转受理",
    "take": "开始审核",
    "note": "审核备注",
    "waive": "免予核实",
    "put_back": "放回队列",
    "take_back": "复核收回",
    "first_look": "初审完成，待复审",
    "dispute": "两次意见不同，转复核",
    "cancel_return": "撤销退回",
    "await_funds": "转候补等待资金",
    "approve": "审核通过",
    "return": "退回补正",
    "reject": "审核不通过",
    "resubmit": "补正后提交",
    "lapse": "逾期失效",
    "withdraw": "撤回申请",
    "publish": "开始公示",
    "object": "登记异议",
    "dismiss_objection": "异议不成立",
    "uphold_objection": "异议成立，撤销审核通过",
    "make_payable": "转入待发放",
    "send": "发送银行",
    "lose_answer": "银行结果待查",
    "confirm_paid": "银行确认已发放",
    "confirm_failed": "银行退回",
    "return_payment": "银行退汇",
    "give_new_card": "更换银行卡",
    "propose_demand": "提请追回",
    "demand": "开始追回",
    "pay_back": "收到退款",
    "settle_demand": "追回完成",
    "drop_demand": "撤销追回",
    "redeem_voucher": "核销消费券",
    "undo_redemption": "撤销核销",
    "return_goods": "核销后退货",
    "expire_voucher": "消费券过期",
    "hand_out": "当面发券",
    "cancel_sale": "取消购买",
    "sign": "屏幕签名",
    "print_origin_form": "打印合法来源证明",
    "shelve": "原件归档",
    "give_back_vehicle": "车辆退还车主",
    "list_vehicle": "列入集中运输",
    "unlist_vehicle": "移出集中运输",
    "hand_over_vehicle": "车辆交接",
    "confirm_vehicle": "回收企业核对",
    "certify_scrapping": "登记回收证明",
    "remind_mending": "提醒补正",
    "remind_card": "提醒更换银行卡",
    "erase": "删除未提交的草稿",
}


def shown(field: Field, value: Any) -> str:
    """The value as text for a person, "" when there is none."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(_item(item) for item in value)
    if field.form.type == _MONEY:
        return yuan(str(value))
    if field.form.type == _INSTANT:
        return str(value)[: len("2024-01-15T14:05:00")].replace("T", " ")
    return dict(field.options).get(value, str(value))


def masked(field: Field, value: Any) -> Any:
    """The value with its middle hidden when it is a name or number of a person; others as they are."""
    mask = _MASKS.get(field.name)
    return mask(value) if mask is not None and isinstance(value, str) else value


def yuan(amount: str) -> str:
    """¥128,000.00 from "128000.00"; a text that is no amount stays as it is."""
    whole, point, cents = amount.partition(".")
    return f"¥{int(whole):,}{point}{cents}" if whole.isdigit() else amount


def who(role: str, name: str) -> str:
    """审核员 测试甲: the role in Chinese, with the name where there is one."""
    return f"{ROLES[role]} {name}".strip()


def kinds_in_words(entry: str) -> str:
    """An entry of `missing` in Chinese: kinds joined by `+` are needed together, `|` parts alternatives."""
    ways = ["、".join(_title(kind) for kind in way.split("+")) for way in entry.split("|")]
    return " 或 ".join(ways) if len(ways) < 2 else "以下任选一种：" + "；".join(ways)


def _title(name: str) -> str:
    """`vehicle_licence@新车` as 新车行驶证."""
    kind, _, role = name.partition("@")
    return role + KINDS[kind].title if kind in KINDS else name


def _item(item: Any) -> str:
    return " ".join(str(part) for part in item.values()) if isinstance(item, dict) else str(item)
