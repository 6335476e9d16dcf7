"""The links of the top bar for the person who is signed in, and where their work begins."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, request, url_for
from flask_security import current_user

from reviewapp import clock

_FINANCE = (
    *(("finance.home", "发放"), ("returns.listing", "回盘")),
    *(("demands.listing", "追回"), ("pools.listing", "资金池")),
)
_VOUCHERS = ("voucher_office.listing", "消费券")
_STAFF = ("staff_accounts.listing", "工作人员")
_TRAIL = (
    *(("trail.listing", "全部申请"), ("dealers.listing", "经销商"), _VOUCHERS),
    *(("point_register.show", "回收登记"), ("figures.show", "统计")),
)
_DESK = (("desk.home", "审核"), *_TRAIL)
_LINKS: dict[str, tuple[tuple[str, str], ...]] = {
    "claimant": (("claims.listing", "我的申请"),),
    "dealer": (("claims.listing", "购车人申请"), ("dealer.listing", "批量申请"), ("vouchers.listing", "消费券核销")),
    "shop": (("shop.listing", "购买登记"), ("claims.listing", "消费者申请"), ("vouchers.listing", "消费券核销")),
    "point": (
        *(("counter.page", "登记车辆"), ("claims.listing", "回收申请"), ("stamped_forms.show", "盖章证明")),
        *(("collection.stock", "库存与运输"), ("point_register.show", "登记表")),
    ),
    "recycler": (("recycler.listing", "集中运输"),),
    "reviewer": _DESK,
    "lead": (_DESK[0], ("lead.board", "总览"), *_TRAIL, ("firms.listing", "参与商户"), ("schemes.listing", "活动方案")),
    "finance_maker": (*_FINANCE, _VOUCHERS),
    "finance_checker": (*_FINANCE, _VOUCHERS),
    "auditor": (
        *(*_TRAIL, ("samples.listing", "抽查"), ("firms.listing", "参与商户")),
        *(*_FINANCE, ("schemes.listing", "活动方案"), _STAFF),
    ),
    "admin": (
        ("schemes.listing", "活动方案"),
        ("pools.listing", "资金池"),
        ("point_register.show", "回收登记"),
        ("figures.show", "统计"),
        _VOUCHERS,
        ("merchant_review.waiting", "商户审核"),
        ("firms.listing", "参与商户"),
        ("relatives.everybody", "亲属申报"),
        _STAFF,
    ),
    "township": (("merchant_review.waiting", "商户初审"),),
}


#: Blueprints that stand under another's link.
_ROOMS = {
    "batches": "finance",
    "papers_out": "trail",
    "reconciliations": "finance",
    "scheme_replay": "schemes",
    "settlements": "vouchers",
}


@dataclass(frozen=True)
class Link:
    """One link of the top bar."""

    label: str
    href: str
    current: bool


def links() -> list[Link]:
    """The top bar's links for this request."""
    if not current_user.is_authenticated:
        return []
    return [
        Link(label, url_for(endpoint), bool(request.endpoint) and _room(request.endpoint) == _room(endpoint))
        for endpoint, label in _LINKS[current_user.role]
    ]


def work_of(role: str) -> str:
    """The endpoint where this role's work begins."""
    return _LINKS[role][0][0]


def register(app: Flask) -> None:
    """Make `navigation()`, `office_now()` and `demo_mode` known to the templates."""
    demo_mode = app.extensions["settings"].demo_mode
    app.context_processor(lambda: {"navigation": links, "office_now": clock.now, "demo_mode": demo_mode})


def _room(endpoint: str | None) -> str:
    if endpoint is None:
        return ""
    room = endpoint.partition(".")[0]
    return _ROOMS.get(room, room)
