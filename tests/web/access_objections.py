"""What `test_access` asks about objections: who may open their routes, and a published claim with one."""

from __future__ import annotations

from sqlalchemy.orm import Session

from tests.factories.objections import objection, published

OPEN_TO = {"objections.record": ("reviewer", "lead"), "objections.settle": ("lead",)}
FORMS = {
    "objections.record": {"form_key": "access", "received_on": "2024-01-10", "channel": "phone", "text": "样例"},
    "objections.settle": {"outcome": "dismiss", "reason": "样例"},
}


def things(rows: Session) -> dict[str, str]:
    """By endpoint, the objects of the office."""
    return {
        "objections.record": published(rows).public_id,
        "objections.settle": objection(rows, published(rows)).public_id,
    }
