"""The part of the authorisation tests that is about accounts of the office's own people."""

from __future__ import annotations

from sqlalchemy.orm import Session

from reviewapp.services import staff_accounts
from tests import factories

_ROOM = "staff_accounts"
OPEN_TO: dict[str, tuple[str, ...]] = {
    **dict.fromkeys((f"{_ROOM}.listing", f"{_ROOM}.show"), ("admin", "auditor")),
    **dict.fromkeys((f"{_ROOM}.new", f"{_ROOM}.make", f"{_ROOM}.rename", f"{_ROOM}.disable"), ("admin",)),
    **dict.fromkeys((f"{_ROOM}.enable", f"{_ROOM}.reset_password", f"{_ROOM}.reset_second_factor"), ("admin",)),
    **dict.fromkeys((f"{_ROOM}.confirm", f"{_ROOM}.cancel"), ("admin",)),
}
FORMS = {f"{_ROOM}.cancel": {"reason": "样例"}, f"{_ROOM}.rename": {"name": "测试改名"}}


def things(rows: Session) -> dict[str, str]:
    """An account, and a new password for it that an administrator proposed."""
    user, admin = factories.user(rows, "finance_checker"), factories.actor(rows, "admin")
    proposal = staff_accounts.reset_password(rows, admin, factories.NOW, user.id, None)
    return {_ROOM: user.public_id, **dict.fromkeys((f"{_ROOM}.confirm", f"{_ROOM}.cancel"), proposal.public_id)}
