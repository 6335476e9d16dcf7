"""Intakes of a collection point's counter."""

from __future__ import annotations

from sqlalchemy.orm import Session

from reviewapp.models import User
from tests.factories.claims import claim
from tests.factories.papers import paper, upload

#: The endpoints of its blueprint.
COUNTER = (
    "page", "worker", "session", "create", "told", "add_file", "remove_file", "set_kind", "save_facts", "sign",
    "withdraw", "submit",
)  # fmt: skip


def intake(session: Session, owner: User) -> dict[str, str]:
    """A draft with a paper and a file: their public ids under the names that addresses use."""
    draft = claim(session, "draft", by=owner)
    return {
        "counter": draft.public_id,
        "counter.upload": upload(session, draft).public_id,
        "counter.paper": paper(session, draft, "id_card", {"name": "测试甲"}).public_id,
    }
