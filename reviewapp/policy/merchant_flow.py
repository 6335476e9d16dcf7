"""How a firm's application to take part (商户报名) runs: the only place that knows which action leads where.

Pure data and small functions, as `workflow` is for claims; database CHECK constraints mirror the tables. Who looks at
it in which order is the scheme's (`schemes.merchants`); the last of them admits.
"""

from __future__ import annotations

from collections.abc import Sequence

from reviewapp.policy.workflow import Move, UnknownMove

#: Every state with its Chinese word.
STATES: dict[str, str] = {
    "draft": "草稿",
    "submitted": "已提交",
    "checked": "街道初审通过",
    "returned": "退回补正",
    "admitted": "已入围",
    "refused": "未通过",
    "withdrawn": "已撤回",
}
#: Who applies: somebody signed in by telephone, or a firm that has an account already.
APPLICANTS = ("claimant", "dealer", "shop")
#: Who may look at applications, in this order.
REVIEWERS = ("township", "admin")
#: States in which a firm has an application under way.
OPEN = ("submitted", "checked", "returned")
EDITABLE = ("draft", "returned")

#: What kind of firm applies → the kind of its organisation, and the scheme's list that it comes onto.
KINDS: dict[str, tuple[str, str, str]] = {
    "dealer": ("汽车、摩托车销售企业", "dealer", "listed_sellers"),
    "shop": ("商家（门店）", "shop", "listed_sellers"),
    "used_firm": ("二手车企业", "dealer", "listed_used_firms"),
}

TABLE: tuple[Move, ...] = (
    Move("draft", "submit", ("submitted",), APPLICANTS),
    Move("returned", "submit", ("submitted",), APPLICANTS),
    Move("submitted", "check", ("checked",), ("township",)),
    Move("submitted", "return", ("returned",), REVIEWERS),
    Move("submitted", "admit", ("admitted",), ("admin",)),
    Move("submitted", "refuse", ("refused",), ("admin",)),
    Move("checked", "return", ("returned",), ("admin",)),
    Move("checked", "admit", ("admitted",), ("admin",)),
    Move("checked", "refuse", ("refused",), ("admin",)),
    *(Move(state, "withdraw", ("withdrawn",), APPLICANTS) for state in ("draft", *OPEN)),
)
#: Every action with its Chinese word.
ACTIONS: dict[str, str] = {
    "submit": "提交",
    "check": "初审通过",
    "return": "退回补正",
    "admit": "入围",
    "refuse": "不予入围",
    "withdraw": "撤回",
}
_BY_KEY = {(row.state, row.action): row for row in TABLE}


def turn(state: str, reviewers: Sequence[str]) -> str | None:
    """Whose turn it is to look, of the scheme's reviewers in their order; None when nobody's."""
    waiting = {"submitted": reviewers[0], "checked": reviewers[-1]}
    return waiting.get(state)


def allowed(state: str, role: str, reviewers: Sequence[str]) -> tuple[str, ...]:
    """The actions open to `role` in `state`; a reviewer has them only while it is their turn."""
    if role in REVIEWERS and turn(state, reviewers) != role:
        return ()
    return tuple(row.action for row in TABLE if row.state == state and role in row.roles)


def move(state: str, action: str, role: str, reviewers: Sequence[str]) -> str:
    """The state that `action` leads to; UnknownMove when it is not open to this role now."""
    if action not in allowed(state, role, reviewers):
        raise UnknownMove(state, action, role)
    return _BY_KEY[state, action].to[0]
