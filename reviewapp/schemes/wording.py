"""A scheme file's keys and values in the words of an office: for pages and for differences between versions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from reviewapp.policy.facts import SECTIONS, find_ref
from reviewapp.policy.kinds import KINDS
from reviewapp.policy.traits import TRAITS

#: What came of a check, as everybody reads it.
OUTCOMES = {"pass": "符合", "unsure": "需核实", "fail": "不符合", "not_applicable": "不适用"}


def _pairs(spec: str) -> dict[str, str]:
    """`key 中文` entries, one a line or separated by `·`."""
    return dict(entry.split() for line in spec.splitlines() for entry in line.split("·") if entry.strip())


_LABELS = _pairs("""
title 名称 · document_number 文号 · issued_on 印发日期 · county 县名 · plate_prefix 号牌前缀 · clause 依据条款
from 开始 · until 截止 · every_days 每轮间隔天数 · lasts_hours 每轮开放小时数 · amount 金额 · ceiling 最高可增至
first_tranche 首拨 · pool 资金池 · submitters 提交人 · submission 受理时间 · review_from 开始审核日 · payee 收款人
correction_unit 补正天数按
correction_days 补正天数 · publication_days 公示天数 · late 逾期提交的 · hint 提示 · when 适用条件 · choices 选项
field 核对的内容 · window 时间窗口 · fields 核对的内容 · also 有则一并核对 · optional 没有时 · allowed 允许
list 名单 · check 核验方法 · text 问题 · reading 采用的读法 · pays 补贴 · percent 比例 · least 最低 · most 最高
line_over 单笔超过 · total_over 合计超过
round_to 取整到 · rounding 取整方式 · form 计算方式 · by 分档依据 · over 大于 · at_least 不低于 · up_to 不超过
below 低于 · cards 绑定的卡 · vin 车架号 · code 发票代码 · number 号码 · numbers 身份证号 · name 姓名 · begins 起始
statement 特殊情况的说明材料 · unusual 需人工核实的提交人 · trait 特征 · green_plate 按号牌核对能源类型
exempt 不核的类型 · kind 材料 · kinds 材料种类 · plates 号牌 · places 地点 · words 大写 · figures 小写 · part 部分
whole 全部 · groups 商品类别 · group 商品类别 · products 商品 · total 合计 · less_award 扣除补贴后比较
add_up 合并计算 · each 逐份核对 · vehicle 车辆 · registered 登记情况 · pages 页数 · names 商品名称 · handed_out 发放方式
refund 退款时 · good_until 有效期至 · position 领取地点 · rounds 轮次 · off 面额 · spend 最低消费 · stock 数量
times 倍数 · per_user 每人 · per_day 每人每天 · per_face 每人每种面额 · per_grab 每次 · count 轮数 · weekday 星期
where 区分方法 · main 规则所指的一份 · paper 材料 · made_on 出厂日期 · registered_on 登记日期 · handed_in_on 交车日期
otherwise 不符合时 · one_agrees 有一份相符即可 · endings 可略去的字尾 · keeping 略去后的结尾 · programmes 一并查重的项目
two_wheels 两轮车年限 · three_wheels 三轮车年限 · late_registration 登记晚于出厂的年限 · at_most 可以少给
value 类型
""")
_ROLES = {
    "claimant": "申领人",
    "dealer": "经销商",
    "shop": "商户",
    "point": "便民回收点",
    "voucher": "以消费券发给申领人",
}
_WORDS: Mapping[str, Mapping[str, str]] = {
    "submitters": _ROLES,
    "payee": _ROLES,
    "unusual": _ROLES,
    "correction_unit": {"days": "自然日", "workdays": "工作日"},
    "late": {"refuse": "不受理", "special_review": "转专项审核"},
    "form": {
        "tiers": "按金额分档", "percent": "按比例", "flat": "定额", "face": "按券面金额", "age": "按车龄",
    },
    "rounding": {"half_up": "四舍五入", "down": "舍去零头", "up": "进位"},
    "handed_out": {"grab": "限时领取", "shop": "商户发放", "point": "便民回收点发放", "programme": "审核通过后发放"},
    "otherwise": {"fail": "不符合", "unsure": "需核实"},
    "refund": {"in_proportion": "按比例退回", "whole": "整张退回"},
    "list": {"listed_sellers": "参与销售企业名单", "listed_used_firms": "参与二手车企业名单"},
    "trait": {name: trait.ref.label for name, trait in TRAITS.items()},
    "by": {name: trait.ref.label for name, trait in TRAITS.items()},
    "vehicle": {"car": "汽车", "motorcycle": "摩托车"},
    "weekday": dict(
        zip(
            ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
            (f"星期{day}" for day in "一二三四五六日"),
            strict=True,
        )
    ),
}  # fmt: skip
#: Words that mean the same wherever they stand.
_EVERYWHERE = {value: title for trait in TRAITS.values() for value, title in trait.titles.items()} | {
    "debit": "借记卡", "credit": "信用卡", "due": "应缴", "not_due": "不征",
}  # fmt: skip
_YUAN = frozenset((
    "pays", "over", "at_least", "up_to", "below", "from", "ceiling", "first_tranche", "most", "off", "spend",
    "round_to", "amount", "line_over", "total_over",
))  # fmt: skip
_UNITS = {
    "percent": "%", "correction_days": " 天", "publication_days": " 天", "every_days": " 天", "lasts_hours": " 小时",
    "stock": " 张", "times": " 倍", "per_user": " 张", "per_day": " 张", "per_face": " 张", "per_grab": " 张",
    "two_wheels": " 年", "three_wheels": " 年", "late_registration": " 年", "pages": " 页", "count": " 轮",
}  # fmt: skip


def label(key: str) -> str:
    """The key in Chinese; as it is, in brackets, where it has no name."""
    return _LABELS.get(key, f"「{key}」")


class Wording:
    """Values in words; `names` holds what a scheme calls its windows, pools, rounds and groups of goods."""

    def __init__(self, *schemes: Mapping[str, Any]) -> None:
        self._names: dict[str, dict[str, str]] = {}
        for data in schemes:
            for key, part in (("window", "windows"), ("submission", "windows"), ("rounds", "rounds")):
                self._name(key, data.get(part))
            self._name("pool", data.get("pools"))
            self._name("groups", data.get("goods"))
            self._name("group", data.get("goods"))

    def _name(self, key: str, part: Any) -> None:
        entries: list[tuple[Any, Any]] = list(part.items()) if isinstance(part, Mapping) else []
        if isinstance(part, list):
            entries = [(entry.get("code"), entry) for entry in part if isinstance(entry, Mapping)]
        titles = {name: entry["title"] for name, entry in entries if isinstance(entry, Mapping) and "title" in entry}
        self._names.setdefault(key, {}).update(titles)

    def value(self, key: str, value: Any) -> str:
        """The value under that key: `listed_sellers` is 参与销售企业名单, 60000 under `pays` 60,000 元."""
        if isinstance(value, bool):
            return ("不核" if value else "需核实") if key == "optional" else ("是" if value else "否")
        if isinstance(value, datetime):
            return value.strftime("%Y-%m-%d %H:%M:%S")
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, list | tuple):
            return "、".join(self.value(key, entry) for entry in value) or "无"
        if isinstance(value, Mapping):
            return "；".join(f"{_subject(name)}：{self.value(name, entry)}" for name, entry in value.items()) or "无"
        return self._word(key, value)

    def _word(self, key: str, value: Any) -> str:
        named = {**_WORDS.get(key, {}), **self._names.get(key, {})}
        if isinstance(value, str) and (known := named.get(value) or _EVERYWHERE.get(value) or _path(value)):
            return known
        if key in _YUAN and (yuan := _yuan(value)):
            return yuan
        return f"{value}{_UNITS.get(key, '')}" if str(value) else "空"


def _subject(name: str) -> str:
    """The left side of a `when` or of choices: a declared field by its label, a value by its title."""
    known = SECTIONS["declared"].get(name)
    return known.label if known else _EVERYWHERE.get(name) or _LABELS.get(name, name)


def _path(text: str) -> str | None:
    """A field by the paper it stands on, kinds of papers by their titles."""
    ref = find_ref(text)
    if ref is not None:
        return " 或 ".join(each.title for each in (ref, *ref.others))
    ways = [[_kind(kind) for kind in way.split("+")] for way in text.split("|")]
    if all(kind for way in ways for kind in way):
        return " 或 ".join("和".join(str(kind) for kind in way) for way in ways)
    return None


def _kind(name: str) -> str | None:
    kind, _, role = name.strip().partition("@")
    return f"{role}{KINDS[kind].title}" if kind in KINDS else None


def _yuan(value: Any) -> str | None:
    try:
        amount = Decimal(value)
    except (InvalidOperation, TypeError, ValueError):
        return None
    return f"{amount:,} 元"
