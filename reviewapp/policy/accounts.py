"""Accounts of the office's own people: whose they are, what can be done to one, and what takes two administrators."""

from __future__ import annotations

from reviewapp.policy.workflow import OUTSIDE, ROLES

#: Whose accounts the office's administrators see to here; a firm's people are seen to with their firm.
MANAGED = (*(role for role in ROLES if role not in (*OUTSIDE, "system")), "township")
#: Who makes, releases and decides about money or lets people in: nobody opens such an account alone.
GUARDED = ("lead", "finance_maker", "finance_checker", "admin")
#: What can be done to an account.
ACTIONS: dict[str, str] = {
    "make": "开通账号",
    "rename": "更改姓名",
    "disable": "停用",
    "enable": "启用",
    "reset_password": "重置密码",
    "reset_second_factor": "移除动态口令",
}
#: What would give one administrator the way in to an account.
WAYS_IN = ("make", "reset_password", "reset_second_factor")


def needs_two(role: str, action: str) -> bool:
    """Whether another administrator has to confirm before this is done to an account of that role."""
    return role in GUARDED and action in WAYS_IN
