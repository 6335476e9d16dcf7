"""Every (state, action, role): what the table does not list is refused, by the mover and by the services alike."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reviewapp.errors import IllegalMove, ReviewError
from reviewapp.models import Actor, Claim, Event
from reviewapp.policy import workflow
from reviewapp.policy.workflow import ACTIONS, ROLES, STATES, TABLE
from reviewapp.services import decisions, objections, queue, trail
from tests import factories
from tests.factories import NOW
from tests.support.both import both_databases

LISTED = {(row.state, row.action, role): row.to for row in TABLE for role in row.roles}


@pytest.mark.parametrize("state", STATES)
def test_the_mover_lets_only_listed_moves_pass(session: Session, state: str) -> None:
    claim = factories.claim(session, "draft")  # without a ticket nothing is written before the test is over
    for action, role in product(ACTIONS, ROLES):
        claim.state, claim.revision = state, 0
        actor = Actor(role)
        if (state, action, role) in LISTED:
            trail.move(session, claim, actor, NOW, action)
            assert (claim.state, claim.revision) == (LISTED[state, action, role][0], 1)
        else:
            with pytest.raises(IllegalMove):
                trail.move(session, claim, actor, NOW, action)
            assert (claim.state, claim.revision) == (state, 0)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.state}-{row.action}")
def test_a_move_leads_only_where_its_row_says(row: workflow.Move) -> None:
    for role, target in product(row.roles, STATES):
        if target in row.to:
            assert workflow.move(row.state, row.action, role, target) == target
        else:
            with pytest.raises(workflow.UnknownMove):
                workflow.move(row.state, row.action, role, target)


SAID = objections.Received(NOW.date(), "letter", "样例异议")
VERBS: dict[str, Callable[[Session, Actor, Claim], Any]] = {
    "submit": lambda session, actor, claim: queue.submit(session, actor, NOW, claim.id, claim.revision),
    "resubmit": lambda session, actor, claim: queue.resubmit(session, actor, NOW, claim.id, claim.revision),
    "withdraw": lambda session, actor, claim: queue.withdraw(session, actor, NOW, claim.id, claim.revision),
    "object": lambda session, actor, claim: objections.record(session, actor, NOW, claim.id, SAID, form_key="a"),
    "put_back": lambda session, actor, claim: decisions.put_back(session, actor, NOW, claim.id, claim.fence),
    "approve": lambda session, actor, claim: decisions.approve(
        session, actor, NOW, claim.id, claim.fence, award_fen=1_000, reason="样例原因"
    ),
    "return": lambda session, actor, claim: decisions.return_for_correction(
        session, actor, NOW, claim.id, claim.fence, items={"applicant.phone": ""}, reason="样例原因"
    ),
    "reject": lambda session, actor, claim: decisions.reject(
        session, actor, NOW, claim.id, claim.fence, clause="三(四)5", reason="样例原因"
    ),
}


@both_databases
@pytest.mark.parametrize("state", STATES)
def test_the_services_change_nothing_that_the_table_does_not_list(session: Session, state: str) -> None:
    """Each verb as the owner or the holder would call it, in each role: refused and unwritten unless listed."""
    by = factories.user(session)
    claim = factories.claim(session, state, by=by)
    session.commit()
    claim_id = claim.id
    for (verb, act), role in product(VERBS.items(), ROLES):
        if (state, verb, role) in LISTED:
            continue
        claim = session.get_one(Claim, claim_id)
        person = by.id if verb in ("submit", "resubmit", "withdraw", "object") else claim.reviewer_id
        with pytest.raises(ReviewError):
            act(session, Actor(role, person), claim)
        session.rollback()
    assert session.get_one(Claim, claim_id).state == state
    assert session.scalar(select(func.count()).select_from(Event)) == 0
