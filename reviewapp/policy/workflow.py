"""How a claim runs: the only place that knows which action leads from which state to which, and who may do it.

Pure data and two small functions. Database CHECK constraints mirror `STATES`; `services` call `move`; the pages ask
`allowed`.
"""

from __future__ import annotations

from dataclasses import dataclass

#: Every state with the one Chinese word it has everywhere.
STATES: dict[str, str] = {
    "draft": "草稿",
    "submitted": "已提交",
    "waitlist": "候补中",
    "special_review": "专项审核",
    "in_review": "审核中",
    "returned": "待补正",
    "approved": "审核通过",
    "publication": "公示中",
    "payable": "待发放",
    "sending": "发放中",
    "paid": "已发放",
    "clawback": "追回中",
    "refunded": "已追回",
    "failed": "发放失败",
    "unknown": "结果待查",
    "rejected": "未通过",
    "withdrawn": "已撤回",
    "lapsed": "逾期失效",
}

#: Submitters, other firms' people, the office's staff; `system` is the machine acting for nobody (workers, clocks).
ROLES: dict[str, str] = {
    "claimant": "申领人",
    "dealer": "经销商",
    "shop": "商家店员",
    "point": "便民回收点",
    "recycler": "回收企业",
    "reviewer": "审核员",
    "lead": "复核",
    "finance_maker": "财务（制单）",
    "finance_checker": "财务（复核）",
    "auditor": "审计",
    "admin": "管理员",
    "township": "乡镇（街道）",
    "system": "系统",
}

SUBMITTERS = ("claimant", "dealer", "shop", "point")
#: Who acts for a firm or a collection point: its people see and mend each other's claims.
COMPANIES = ("dealer", "shop", "point", "recycler")
#: Who acts for an organisation of their own: the firms', and the township's people, who look at firms first.
WITH_ORGANISATION = (*COMPANIES, "township")
#: Who is not the office.
OUTSIDE = (*SUBMITTERS, "recycler", "township")
REVIEWERS = ("reviewer", "lead")
FINANCE = ("finance_maker", "finance_checker")

#: States of a claim that was put in and is alive or paid: it counts against the same person, vehicle and invoice.
LIVE = tuple(state for state in STATES if state not in ("draft", "rejected", "withdrawn", "lapsed"))
#: States of a claim whose award the bank has paid, whatever has come back of it since.
PAID_OUT = ("paid", "clawback", "refunded")
#: States from which the claim's papers and facts can still be changed by its submitter.
EDITABLE = ("draft", "returned")


class UnknownMove(Exception):
    """The table has no such (state, action) for this role, or not that result."""

    def __init__(self, state: str, action: str, role: str) -> None:
        super().__init__(f"{role} cannot {action} in {state}")
        self.state, self.action, self.role = state, action, role


@dataclass(frozen=True)
class Move:
    """One row: in `state`, `roles` may do `action`, which leads to one of `to` (the service's guard picks which)."""

    state: str
    action: str
    to: tuple[str, ...]
    roles: tuple[str, ...]


def _moves(states: tuple[str, ...], action: str, to: tuple[str, ...], roles: tuple[str, ...]) -> tuple[Move, ...]:
    return tuple(Move(state, action, to, roles) for state in states)


TABLE: tuple[Move, ...] = (
    *_moves(("draft",), "submit", ("submitted", "waitlist", "special_review"), SUBMITTERS),
    *_moves(("waitlist",), "promote", ("submitted", "special_review"), ("system",)),
    *_moves(("submitted",), "take", ("in_review",), REVIEWERS),
    *_moves(("special_review",), "take", ("in_review",), ("lead",)),
    *_moves(("in_review",), "put_back", ("submitted", "special_review"), (*REVIEWERS, "system")),
    *_moves(("in_review",), "take_back", ("submitted", "special_review"), ("lead",)),
    *_moves(("in_review",), "first_look", ("submitted",), REVIEWERS),
    *_moves(("in_review",), "dispute", ("special_review",), REVIEWERS),
    *_moves(("in_review",), "approve", ("approved",), REVIEWERS),
    *_moves(("in_review",), "return", ("returned",), REVIEWERS),
    *_moves(("in_review",), "reject", ("rejected",), REVIEWERS),
    *_moves(("in_review",), "await_funds", ("waitlist",), REVIEWERS),
    *_moves(("returned",), "resubmit", ("submitted", "special_review", "waitlist"), SUBMITTERS),
    *_moves(("returned",), "cancel_return", ("submitted", "special_review"), REVIEWERS),
    *_moves(("returned",), "lapse", ("lapsed",), ("system",)),
    *_moves(("draft", "submitted", "waitlist", "special_review", "returned"), "withdraw", ("withdrawn",), SUBMITTERS),
    *_moves(("approved",), "publish", ("publication",), ("system",)),
    *_moves(("publication",), "object", ("publication",), REVIEWERS),
    *_moves(("publication",), "dismiss_objection", ("publication",), ("lead",)),
    *_moves(("publication",), "uphold_objection", ("special_review",), ("lead",)),
    *_moves(("approved", "publication"), "make_payable", ("payable",), ("system",)),
    *_moves(("payable",), "send", ("sending",), ("system",)),
    *_moves(("sending",), "lose_answer", ("unknown",), ("system",)),
    *_moves(("sending", "unknown"), "confirm_paid", ("paid",), ("system",)),
    *_moves(("sending", "unknown"), "confirm_failed", ("failed",), ("system",)),
    *_moves(("paid",), "return_payment", ("failed",), ("system",)),
    *_moves(("failed",), "give_new_card", ("payable",), SUBMITTERS),
    *_moves(("paid",), "demand", ("clawback",), ("finance_checker",)),
    *_moves(("clawback",), "settle_demand", ("paid", "refunded"), FINANCE),
    *_moves(("clawback",), "drop_demand", ("paid",), ("finance_checker",)),
)

ACTIONS: tuple[str, ...] = tuple(dict.fromkeys(row.action for row in TABLE))
_BY_KEY = {(row.state, row.action): row for row in TABLE}


def move(state: str, action: str, role: str, to: str | None = None) -> str:
    """The state that `action` leads to; `to` picks one where the row allows several.

    Raises UnknownMove when the table has no such row, the role is not listed, or `to` is not among its results.
    """
    row = _BY_KEY.get((state, action))
    if row is None or role not in row.roles:
        raise UnknownMove(state, action, role)
    target = row.to[0] if to is None else to
    if target not in row.to:
        raise UnknownMove(state, action, role)
    return target


def allowed(state: str, role: str) -> tuple[str, ...]:
    """The actions open to `role` in `state`, in the table's order."""
    return tuple(row.action for row in TABLE if row.state == state and role in row.roles)
