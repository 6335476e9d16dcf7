"""Every route of the interface × {no token, a session, a bad one, another scope, another firm, a colleague, one's own}.

The routes come from the map; a new one is looked at without being named here.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask, url_for
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from reviewapp.models import Actor, User
from reviewapp.services import api_tokens, queue
from reviewapp.services.api_tokens import SCOPES
from reviewapp.web.access import TOKEN, roles_of
from tests import factories
from tests.factories.api import expire, token
from tests.factories.papers import paper, upload
from tests.web.conftest import Visit

#: What a POST needs so that it is about something.
BODIES = {
    "api.create_claim": {"scheme": "xiangning-2023", "programme": "car"},
    "api.set_facts": {"changes": [{"section": "applicant", "field": "name", "value": "测试乙"}]},
    "api.set_kind": {"kind": "id_card"},
    "api.submit_claim": {"revision": 0},
    "api.withdraw_claim": {"revision": 0},
}
TICKETED = ("api.read_receipt",)
#: About a file or paper that one of them takes away.
REMOVED = ("api.remove_file", "api.remove_paper", "api.set_kind")


@dataclass(frozen=True)
class Firm:
    """A dealer and what is theirs."""

    user: User
    names: dict[str, str]
    ticketed: str

    def address(self, app: Flask, rule: Rule) -> str:
        """The rule's address, about this firm's things."""
        names = {**self.names, **({"public_id": self.ticketed} if rule.endpoint in TICKETED else {})}
        with app.test_request_context():
            return url_for(rule.endpoint, **{name: names[name] for name in rule.arguments})


def _firm(rows: Session, user: User) -> Firm:
    draft = factories.claim(rows, "draft", by=user)
    names = {
        "public_id": draft.public_id,
        "file_id": upload(rows, draft).public_id,
        "paper_id": paper(rows, draft, "bank_card").public_id,
    }
    ticketed = factories.claim(rows, "draft", by=user)
    queue.enter(rows, Actor.of(user), factories.NOW, ticketed, wanted_fen=300_000)
    return Firm(user, names, ticketed.public_id)


pytestmark = pytest.mark.usefixtures("uncounted")


@pytest.fixture
def own(app: Flask, rows: Session) -> Firm:
    return _firm(rows, factories.user(rows, "dealer"))


def routes(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Every route of the interface with each of its methods."""
    ours = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("api.")]
    assert len(ours) == 12
    for rule in ours:
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            yield rule, method


def send(client, method: str, rule: Rule, address: str, text: str = "") -> TestResponse:
    """One request, with everything that a good one has."""
    headers = {
        "Idempotency-Key": f"{rule.endpoint}-{address}"[:100].replace("/", "."),
        "Authorization": f"Bearer {text}",
    }
    body = {"json": BODIES[rule.endpoint]} if rule.endpoint in BODIES else {}
    if rule.endpoint == "api.add_file":
        body = {"data": {"file": (io.BytesIO(b"x"), "x.jpg")}}
    return client.open(address, method=method, headers=headers, **body)


def _refused(answer: TestResponse, status: int, code: str, who: str) -> None:
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json"), f"{who}: {answer.text}"
    assert answer.json["code"] == code, who


def test_a_token_opens_its_firms_things_and_no_others(app: Flask, rows: Session, own: Firm) -> None:
    stranger = _firm(rows, factories.user(rows, "dealer"))
    colleague = factories.user(rows, "dealer", organisation_id=own.user.organisation_id)
    texts = {"own": token(rows, own.user)[1], "colleague": token(rows, colleague)[1]}
    foreign = token(rows, stranger.user)[1]
    rows.commit()
    client = app.test_client()
    for rule, method in routes(app):
        if rule.arguments:
            answer = send(client, method, rule, own.address(app, rule), foreign)
            _refused(answer, 404, "not_found", f"stranger: {method} {rule.endpoint}")
    for who, text in texts.items():
        for rule, method in routes(app):
            answer = send(client, method, rule, own.address(app, rule), text)
            gone = (404,) if rule.endpoint in REMOVED else ()
            assert answer.status_code in (200, 201, 204, 409, 422, *gone), f"{who}: {method} {rule.endpoint}"
            if method == "GET":
                assert answer.status_code == 200, f"{who}: {rule.endpoint}"


def test_without_a_good_token_nothing_opens(app: Flask, rows: Session, own: Firm) -> None:
    stopped, over = token(rows, own.user), token(rows, own.user)
    api_tokens.revoke(rows, Actor.of(own.user), factories.NOW, stopped[0].public_id)
    expire(over[0])
    dismissed = factories.user(rows, "dealer", organisation_id=own.user.organisation_id)
    orphan = token(rows, dismissed)
    moved = factories.user(rows, "dealer", organisation_id=own.user.organisation_id)
    left = token(rows, moved)
    rows.flush()
    dismissed.active = False
    moved.organisation_id = factories.organisation(rows).id
    rows.commit()
    client = app.test_client()
    bad = {"": "bad_token", "ra_nonsense": "bad_token", "测试": "bad_token", over[1]: "token_expired"}
    bad |= {text: "bad_token" for _, text in (stopped, orphan, left)}
    for rule, method in routes(app):
        for text, code in bad.items():
            answer = send(client, method, rule, own.address(app, rule), text)
            _refused(answer, 401, code, f"{text[:6]} {method} {rule.endpoint}")
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("role", ["claimant", "dealer", "reviewer", "lead", "finance_maker", "auditor", "admin"])
def test_a_session_opens_nothing(app: Flask, rows: Session, own: Firm, visit: Visit, role: str) -> None:
    person = own.user if role == "dealer" else factories.user(rows, role)
    rows.commit()
    visitor = visit(person)
    for rule, method in routes(app):
        answer = send(visitor.client, method, rule, own.address(app, rule))
        _refused(answer, 401, "bad_token", f"{role}: {method} {rule.endpoint}")


def test_a_token_does_only_what_it_was_made_for(app: Flask, rows: Session, own: Firm) -> None:
    texts = {scope: token(rows, own.user, [scope])[1] for scope in SCOPES}
    rows.commit()
    client = app.test_client()
    for rule, method in routes(app):
        needed = app.view_functions[rule.endpoint].scope
        for scope, text in texts.items():
            answer = send(client, method, rule, own.address(app, rule), text)
            if scope == needed:
                assert answer.status_code not in (401, 403), f"{scope}: {rule.endpoint}"
            else:
                _refused(answer, 403, "scope_missing", f"{scope}: {rule.endpoint}")


def test_only_the_interface_asks_for_its_token_itself(app: Flask) -> None:
    """The door lets a route marked TOKEN pass: its blueprint must be the one that asks."""
    marked = {rule.endpoint for rule in app.url_map.iter_rules() if TOKEN in (roles_of(app, rule.endpoint) or ())}
    assert marked == {rule.endpoint for rule, _ in routes(app)}


def test_the_scopes_are_these(app: Flask) -> None:
    """This table is the decision; the code has to agree with it."""
    needed = {rule.endpoint.removeprefix("api."): app.view_functions[rule.endpoint].scope for rule, _ in routes(app)}
    reading = ("list_programmes", "list_claims", "read_claim", "read_receipt")
    writing = ("create_claim", "set_facts", "add_file", "remove_file", "set_kind", "remove_paper")
    assert needed == {
        **dict.fromkeys(reading, "claims:read"),
        **dict.fromkeys(writing, "claims:write"),
        **dict.fromkeys(("submit_claim", "withdraw_claim"), "claims:submit"),
    }
