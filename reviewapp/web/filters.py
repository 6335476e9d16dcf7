"""How values look on pages: money, dates, states, masks. One place, so that the same thing looks the same
everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from flask import Flask

from reviewapp import clock
from reviewapp.policy import Programme, masks, workflow
from reviewapp.policy.kinds import KINDS
from reviewapp.policy.voucher_flow import STATES as VOUCHER_STATES
from reviewapp.queries.claim_history import EventView
from reviewapp.queries.display import yuan as yuan_text
from reviewapp.queries.finance import PAYOUT_STATES
from reviewapp.schemes.reading import voucher_lines
from reviewapp.schemes.wording import OUTCOMES, Wording

_ZONE = ZoneInfo("Asia/Shanghai")
_LONGEST_TITLE = 14
_POSTINGS = {
    "open": "下达资金",
    "submit": "提交预留",
    "raise": "追加预留",
    "promote": "候补预留",
    "approve": "审核通过",
    "uphold_objection": "异议成立，撤销审核通过",
    "reject": "不予通过释放",
    "withdraw": "撤回释放",
    "lapse": "逾期释放",
    "pay": "发放",
    "return_payment": "银行退汇",
    "top_up": "追加资金",
    "move": "资金调剂",
    "reduce": "收回资金",
    "give_back": "退款",
    "return_goods": "退货退回",
    "expire_voucher": "消费券过期释放",
    "hand_out": "当面发券占用",
    "redeem_voucher": "结算多占释放",
    "cancel_sale": "取消购买释放",
}
_ASKED_FOR = {"dealer": "购车人", "shop": "消费者", "point": "车主"}
_SHORT_KINDS = {
    KINDS[kind].title: short
    for kind, short in (
        ("id_card", "身份证"),
        ("vehicle_invoice", "购车发票"),
        ("vehicle_licence", "行驶证"),
        ("vehicle_certificate", "合格证"),
        ("tax_payment_proof", "完税证明"),
        ("bank_card", "银行卡"),
        ("pos_slip", "POS 小票"),
        ("voucher_slip", "核销小票"),
        ("registration_form", "登记表"),
        ("car_photo", "车辆照片"),
        ("dealer_statement", "情况说明"),
    )
}
#: state -> the colour's meaning: done, wait, act, bad, off
_TONES = {
    "draft": "off",
    "submitted": "wait",
    "waitlist": "act",
    "special_review": "act",
    "in_review": "wait",
    "returned": "act",
    "approved": "done",
    "publication": "wait",
    "payable": "wait",
    "sending": "wait",
    "paid": "done",
    "clawback": "act",
    "refunded": "off",
    "failed": "bad",
    "unknown": "act",
    "rejected": "bad",
    "withdrawn": "off",
    "lapsed": "off",
}


def yuan(fen: int | None) -> str:
    """¥3,000.00 from 300000; a dash for nothing."""
    return "—" if fen is None else f"¥{fen // 100:,}.{fen % 100:02d}"


def signed_yuan(fen: int) -> str:
    """¥3,000.00, and −¥3,000.00 for what is taken away."""
    return yuan(fen) if fen >= 0 else f"−{yuan(-fen)}"


def day(instant: datetime | None) -> str:
    """2024-01-15, in Shanghai."""
    return "—" if instant is None else instant.astimezone(_ZONE).strftime("%Y-%m-%d")


def moment(instant: datetime | None) -> str:
    """2024-01-15 14:05, in Shanghai."""
    return "—" if instant is None else instant.astimezone(_ZONE).strftime("%Y-%m-%d %H:%M")


def clock_time(instant: datetime) -> str:
    """14:05, in Shanghai."""
    return instant.astimezone(_ZONE).strftime("%H:%M")


def second(instant: datetime | None) -> str:
    """2024-01-15 14:05:09, where the order of submissions is shown."""
    return "—" if instant is None else instant.astimezone(_ZONE).strftime("%Y-%m-%d %H:%M:%S")


def long_day(instant: datetime | None) -> str:
    """2024年1月15日, for prose."""
    if instant is None:
        return "—"
    local = instant.astimezone(_ZONE)
    return f"{local.year}年{local.month}月{local.day}日"


def days_left(until: datetime) -> str:
    """还剩 3 天, by calendar days in Shanghai; on the last one 今天截止."""
    days = (until.astimezone(_ZONE).date() - clock.now().astimezone(_ZONE).date()).days
    return f"还剩 {days} 天" if days > 0 else "已过期限" if days < 0 else "今天截止"


def state_word(state: str) -> str:
    """The one Chinese word of a claim's state."""
    return workflow.STATES[state]


def kind_title(kind: str) -> str:
    """The Chinese name of a paper kind."""
    return KINDS[kind].title


def most(programme: Programme) -> str:
    """The most a claim of the programme can be worth."""
    return "按比例，不封顶" if programme.most_fen is None else f"最高 {yuan(programme.most_fen)}"


def asked_for(role: str) -> str:
    """For whom people of a firm put claims in; "" for who asks for themselves."""
    return _ASKED_FOR.get(role, "")


def short_kind(title: str) -> str:
    """A paper's name as it fits a tab."""
    return _SHORT_KINDS.get(title, title)


def short_title(title: str) -> str:
    """A scheme's title without what stands around its name."""
    return title if len(title) <= _LONGEST_TITLE else f"{title[:_LONGEST_TITLE]}…"


def in_runs(events: Iterable[EventView]) -> list[list[EventView]]:
    """The events of a history, those of one action that follow each other together."""
    return [list(run) for _action, run in groupby(events, key=lambda event: event.action)]


def register(app: Flask) -> None:
    """Make the filters known to the templates."""
    app.jinja_env.globals.update(asked_for=asked_for, voucher_word=VOUCHER_STATES.__getitem__)
    app.jinja_env.filters.update(
        yuan=yuan,
        signed_yuan=signed_yuan,
        most=most,
        payout_word=PAYOUT_STATES.__getitem__,
        posting_word=lambda reason: _POSTINGS.get(reason, reason),
        yuan_text=yuan_text,
        in_runs=in_runs,
        short_kind=short_kind,
        short_title=short_title,
        second=second,
        clock_time=clock_time,
        day=day,
        moment=moment,
        long_day=long_day,
        days_left=days_left,
        state_word=state_word,
        state_tone=_TONES.__getitem__,
        role_word=workflow.ROLES.__getitem__,
        submitter_word=lambda role: Wording().value("submitters", role),
        outcome_word=OUTCOMES.__getitem__,
        voucher_lines=voucher_lines,
        kind_title=kind_title,
        mask_name=masks.mask_name,
        mask_phone=masks.mask_phone,
        mask_id=masks.mask_id_number,
        mask_card=masks.mask_card,
    )
