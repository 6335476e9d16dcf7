"""Every role against every kind of claim: what is not listed is not there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from reviewapp.errors import NotFound
from reviewapp.models import SYSTEM, Actor, Claim
from reviewapp.models.people import USER_ROLES
from reviewapp.policy.workflow import STATES
from reviewapp.queries import scope
from tests import factories
from tests.factories.papers import paper

PAYING = {"approved", "publication", "payable", "sending", "paid", "clawback", "refunded", "failed", "unknown"}
OPENERS: dict[str, Callable[[Session, Actor, Any], Any]] = {
    "claim": lambda session, actor, own: scope.claim(session, actor, own.claim.public_id),
    "paper": lambda session, actor, own: scope.paper(session, actor, own.public_id),
    "page": lambda session, actor, own: scope.page(session, actor, own.pages[0].public_id),
    "upload": lambda session, actor, own: scope.upload(session, actor, own.pages[0].upload.public_id),
}


def opens(session: Session, actor: Actor, what: str, own: Any) -> bool:
    try:
        OPENERS[what](session, actor, own)
    except NotFound:
        return False
    return True


def expected(role: str, state: str, what: str) -> bool:
    """What a stranger of that role may open of a claimant's claim."""
    if role in ("reviewer", "lead", "auditor"):
        return state != "draft"
    return role in ("finance_maker", "finance_checker") and state in PAYING and what == "claim"


@pytest.mark.parametrize("state", STATES)
def test_strangers_by_role_and_state(session: Session, state: str) -> None:
    own = paper(session, factories.claim(session, state), "bank_card")
    seen = {
        (role, what): opens(session, factories.actor(session, role), what, own)
        for role in USER_ROLES
        for what in OPENERS
    }

    assert seen == {(role, what): expected(role, state, what) for role in USER_ROLES for what in OPENERS}


@pytest.mark.parametrize("what", OPENERS)
@pytest.mark.parametrize("role", ["claimant", "dealer"])
def test_owners_open_everything_in_every_state(session: Session, role: str, what: str) -> None:
    by = factories.user(session, role)
    for state in STATES:
        own = paper(session, factories.claim(session, state, by=by), "bank_card")
        assert opens(session, Actor.of(by), what, own), state


def test_colleagues_of_a_dealer_share_their_claims_other_dealers_do_not(session: Session) -> None:
    firm = factories.organisation(session)
    by, colleague = (factories.user(session, "dealer", organisation_id=firm.id) for _ in range(2))
    own = paper(session, factories.claim(session, "submitted", by=by), "bank_card")

    assert all(opens(session, Actor.of(colleague), what, own) for what in OPENERS)
    assert not any(opens(session, factories.actor(session, "dealer"), what, own) for what in OPENERS)


def test_a_claimant_in_a_dealers_firm_sees_the_firms_claims_only_as_dealer(session: Session) -> None:
    firm = factories.organisation(session)
    own = paper(
        session, factories.claim(session, by=factories.user(session, "dealer", organisation_id=firm.id)), "other"
    )

    assert not opens(session, factories.actor(session, "claimant", organisation_id=firm.id), "claim", own)


def test_a_draft_withdrawn_before_submission_stays_private(session: Session) -> None:
    claim = factories.claim(session, "draft")
    claim.state = "withdrawn"
    session.flush()

    assert not opens(session, factories.actor(session, "reviewer"), "claim", paper(session, claim, "other"))


@pytest.mark.parametrize("actor", [SYSTEM, Actor("claimant"), Actor("dealer", 1), Actor("no such role", 1)])
def test_half_an_actor_sees_nothing(session: Session, actor: Actor) -> None:
    factories.claim(session, "submitted")

    assert session.scalars(scope.claims_visible_to(actor)).all() == []


def test_lists_and_single_rows_agree(session: Session) -> None:
    claims = [factories.claim(session, state) for state in STATES]
    for role in USER_ROLES:
        actor = factories.actor(session, role)
        listed = {claim.id for claim in session.scalars(scope.claims_visible_to(actor))}
        assert listed == {claim.id for claim in claims if _finds(session, actor, claim)}


def _finds(session: Session, actor: Actor, claim: Claim) -> bool:
    try:
        return scope.claim(session, actor, claim.public_id) is claim
    except NotFound:
        return False


@pytest.mark.parametrize("role", USER_ROLES)
def test_batches_are_for_finance_and_auditors(session: Session, role: str) -> None:
    with pytest.raises(NotFound):
        scope.batch(session, factories.actor(session, role), "nothing")
    where = scope.batches_visible_to(factories.actor(session, role)).whereclause

    assert (where is None) == (role in ("finance_maker", "finance_checker", "auditor"))
