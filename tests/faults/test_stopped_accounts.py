"""An account stopped while its owner decides: neither waits for the other for ever, on PostgreSQL."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from reviewapp.db import transaction
from reviewapp.models import SYSTEM, Actor, Claim
from reviewapp.services import decisions, leases, queue, rechecks, staff_accounts
from tests import factories
from tests.factories import NOW
from tests.faults.races import engine_for_many

pytestmark = pytest.mark.usefixtures("_sealer")


def _taken(many: Engine) -> tuple[Actor, int, int]:
    """A reviewer, the claim they hold and its fence."""
    with Session(many) as session, transaction(session):
        reviewer = factories.actor(session, "reviewer")
        draft = factories.complete_draft(session)
        queue.submit(session, Actor.of(draft.entered_by), NOW, draft.id, draft.revision)
        taken = decisions.take_next(session, reviewer, NOW)
        assert taken is not None
        return reviewer, taken.id, taken.fence


def test_a_decision_and_the_end_of_its_reviewers_account_both_come_through(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    confirm = rechecks.confirm

    def slowly(*args: Any, **named: Any) -> Any:
        time.sleep(0.5)
        return confirm(*args, **named)

    monkeypatch.setattr(rechecks, "confirm", slowly)
    with engine_for_many(postgres_url) as many:
        reviewer, claim_id, fence = _taken(many)

        def approve() -> None:
            with Session(many) as session, transaction(session):
                decisions.approve(session, reviewer, NOW, claim_id, fence)

        def stop() -> None:
            time.sleep(0.15)
            with Session(many) as session, transaction(session):
                staff_accounts.disable(session, SYSTEM, NOW, reviewer.id or 0)
            with Session(many) as session, transaction(session):
                leases.release_held_by(session, NOW, reviewer.id or 0)

        with ThreadPoolExecutor(2) as both:
            done = [both.submit(approve), both.submit(stop)]
            assert [one.exception() for one in done] == [None, None]
        with Session(many) as session:
            assert session.get_one(Claim, claim_id).state == "approved"
