"""The interface for dealers' own systems: a claim from draft to receipt, and what it refuses."""

from __future__ import annotations

import io
import time

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from reviewapp import clock
from reviewapp.models import Claim, Event, User
from reviewapp.policy import statements
from reviewapp.policy.statements import Receipt
from reviewapp.services import decisions
from tests import factories
from tests.factories.api import Program, token
from tests.factories.papers import paper
from tests.support.both import both_databases
from tests.web.conftest import Visit
from tests.web.pages import claims_in_every_state

CAR = {"scheme": "yangcheng-2023", "programme": "car"}
#: What is no request, with its kind and the answer's status.
NO_BODIES = (
    (b"{", "application/json", 400),
    (b"\xff\xfe", "application/json", 400),
    (b'{"scheme": "\\ud800", "programme": "car"}', "application/json", 400),
    (b"[" * 100_000, "application/json", 400),
    (b"[]", "application/json", 422),
    (b"null", "application/json", 422),
    (b'{"scheme": "yangcheng-2023"}', "application/json", 422),
    (b'{"scheme": 1, "programme": "car"}', "application/json", 422),
    (b'{"scheme": "a", "programme": "car", "more": 1}', "application/json", 422),
    (b'{"scheme": "\\u0000", "programme": "car"}', "application/json", 422),
    (b"scheme=yangcheng-2023&programme=car", "application/x-www-form-urlencoded", 415),
    (b"<claim/>", "text/xml", 415),
    (b"", "application/json", 400),
    (b'"' + b"x" * 1_100_000 + b'"', "application/json", 413),
)
#: What is no question, and where the answer says so.
NO_QUESTIONS = (
    ({"size": "0"}, "size"), ({"size": "many"}, "size"), ({"state": "gone"}, "state"), ({"cursor": "x"}, "cursor"),
    ({"cursor": "测试"}, "cursor"), ({"updated_since": "yesterday"}, "updated_since"), ({"page": "1"}, "body"),
    ({"updated_since": "2024-01-10T00:00:00"}, "updated_since"), ({"size": ["1", "2"]}, "size"),
    ({"cursor": "MS4xLjE", "updated_since": "2024-01-10T00:00:00Z"}, "updated_since"),
)  # fmt: skip


@pytest.fixture
def dealer(rows: Session) -> User:
    factories.pool(rows, scheme_code="yangcheng-2023")
    return factories.user(rows, "dealer")


@pytest.fixture
def program(app: Flask, rows: Session, dealer: User) -> Program:
    _, text = token(rows, dealer)
    rows.commit()
    return Program(app, text)


def problem(answer: TestResponse, status: int, code: str) -> dict:
    """The problem that the answer must be."""
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/problem+json"
    said = answer.json
    assert (said["status"], said["code"], said["type"]) == (status, code, f"urn:reviewapp:problem:{code}")
    assert said["detail"].endswith("。")
    return said


def complete(rows: Session, dealer: User) -> Claim:
    """A draft of the dealer's with everything in it."""
    claim = factories.complete_draft(rows, by=dealer)
    rows.commit()
    return claim


@both_databases
def test_a_claim_from_nothing_to_its_receipt(app: Flask, rows: Session, dealer: User, program: Program) -> None:
    offered = program.get("/programmes").json["programmes"]
    assert {(one["scheme"], one["programme"]) for one in offered} >= {("yangcheng-2023", "car")}
    made = program.post("/claims", CAR)
    assert made.status_code == 201, made.text
    assert made.headers["Location"] == f"/api/v1/claims/{made.json['id']}"
    path = f"/claims/{made.json['id']}"
    filled = program.post(f"{path}/facts", {"changes": [{"section": "applicant", "field": "name", "value": "测试甲"}]})
    assert filled.json["revision"] > made.json["revision"]
    seen = program.get(path).json
    assert {field["field"]: field["value"] for field in seen["fields"]}["name"] == "测试甲"
    assert "add_paper" in {one["kind"] for one in seen["to_do"]}
    refused = program.post(f"{path}/submit", {"revision": seen["revision"]})
    assert "身份证" in "".join(problem(refused, 422, "incomplete")["missing"])

    whole = complete(rows, dealer)
    path = f"/claims/{whole.public_id}"
    seen = program.get(path).json
    assert [one["kind"] for one in seen["to_do"]] == ["submit"]
    assert seen["expected_award"] == "4000.00"
    receipt = program.post(f"{path}/submit", {"revision": seen["revision"]})
    assert receipt.status_code == 200, receipt.text
    seen = program.get(path).json
    assert (seen["state"], seen["state_label"], seen["ticket"]) == ("submitted", "已提交", 1)
    assert seen["receipt"] == receipt.json == program.get(f"{path}/receipt").json
    assert seen["to_do"] == []
    signed = statements.parse(Receipt, receipt.data)
    assert app.extensions["signer"].signed(signed.content(), signed.signature)
    taken_back = program.post(f"{path}/withdraw", {"revision": seen["revision"]})
    assert taken_back.json["state"] == "withdrawn"


def test_an_excluded_firms_program_is_told_so(rows: Session, dealer: User, program: Program) -> None:
    factories.exclude(rows, dealer.organisation.name)
    rows.commit()
    refused = program.post("/claims", CAR)
    assert (refused.status_code, refused.json["code"]) == (403, "excluded")
    assert "被列入失信名单" in refused.json["detail"]


def test_files_papers_and_their_kinds(rows: Session, dealer: User, program: Program) -> None:
    claim = factories.claim(rows, "draft", by=dealer)
    there = paper(rows, claim, "bank_card")
    rows.commit()
    path, picture = f"/claims/{claim.public_id}", _picture()
    first = program.post(f"{path}/files", key="file-1", data={"file": (io.BytesIO(picture), "../身份证.jpg")})
    assert (first.status_code, first.json["name"], first.json["state"]) == (201, "身份证.jpg", "waiting"), first.text
    again = program.post(f"{path}/files", key="file-1", data={"file": (io.BytesIO(picture), "身份证.jpg")})
    assert (again.json, again.headers["Idempotent-Replayed"]) == (first.json, "true")
    other = program.post(f"{path}/files", key="file-1", data={"file": (io.BytesIO(picture), "别的.jpg")})
    problem(other, 422, "idempotency_key_reused")
    assert len(program.get(path).json["files"]) == 2
    bad = program.post(f"{path}/files", data={"file": (io.BytesIO(b"not a picture"), "x.jpg")})
    problem(bad, 422, "not_allowed_type")
    for no_file in ({"json": {"file": "x"}}, {"data": {"file": "text"}}):
        problem(program.post(f"{path}/files", **no_file), 415, "http_415")
    nameless = {"data": {"file": "text"}, "content_type": "multipart/form-data"}
    problem(program.post(f"{path}/files", **nameless), 422, "invalid_value")
    named = program.post(f"{path}/papers/{there.public_id}/kind", {"kind": "id_card"})
    assert named.status_code == 200, named.text
    assert program.get(path).json["papers"][0]["kind"] == "id_card"
    assert program.delete(f"{path}/papers/{there.public_id}").status_code == 204
    assert program.delete(f"{path}/files/{first.json['id']}").status_code == 204
    problem(program.delete(f"{path}/files/{first.json['id']}"), 404, "not_found")
    assert program.get(path).json["files"] == []


def _picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (400, 300), "white").save(out, "JPEG")
    return out.getvalue()


def test_one_key_has_one_effect(rows: Session, dealer: User, program: Program) -> None:
    first = program.post("/claims", CAR, key="one")
    again = program.post("/claims", dict(reversed(CAR.items())), key="one")
    assert (again.status_code, again.json) == (201, first.json)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.headers["Location"] == first.headers["Location"]
    problem(program.post("/claims", {**CAR, "programme": "car-scrap"}, key="one"), 422, "idempotency_key_reused")
    path = f"/claims/{first.json['id']}"
    problem(program.post(f"{path}/withdraw", {"revision": 1}, key="one"), 422, "idempotency_key_reused")
    rows.rollback()
    assert rows.scalar(select(func.count()).select_from(Claim)) == 1
    unknown = {**CAR, "scheme": "nowhere"}
    problem(program.post("/claims", unknown, key="two"), 404, "not_found")
    assert program.post("/claims", CAR, key="two").status_code == 201, "what failed has not used up its key"
    for key in ("", "x" * 101, "a b", "键"):
        said = problem(program.post("/claims", CAR, key=key or " "), 422, "invalid_value")
        assert "Idempotency-Key" in said["fields"]


def test_a_submission_is_answered_once(rows: Session, dealer: User, program: Program) -> None:
    claim = complete(rows, dealer)
    path, body = f"/claims/{claim.public_id}/submit", {"revision": claim.revision}
    receipts = [program.post(path, body, key=key) for key in ("one", "one", "two")]
    assert [answer.status_code for answer in receipts] == [200, 200, 200]
    assert len({answer.text for answer in receipts}) == 1
    rows.rollback()
    assert rows.scalar(select(func.count()).where(Event.claim_id == claim.id, Event.action == "submit")) == 1
    problem(program.post(path, {"revision": 99}), 409, "stale")
    facts = {"changes": [{"section": "applicant", "field": "name", "value": "测试丙"}]}
    problem(program.post(f"/claims/{claim.public_id}/facts", facts), 409, "illegal_move")


def test_bodies_that_are_none(program: Program) -> None:
    for body, kind, status in NO_BODIES:
        answer = program.post("/claims", data=body, content_type=kind)
        assert (answer.status_code, answer.mimetype) == (status, "application/problem+json"), body[:40]
        assert answer.json["detail"].endswith("。")


def test_questions_that_are_none(program: Program) -> None:
    for query, where in NO_QUESTIONS:
        assert where in problem(program.get("/claims", **query), 422, "invalid_value")["fields"], query


def test_wrong_values_are_told_by_field(rows: Session, dealer: User, program: Program) -> None:
    claim = factories.claim(rows, "draft", by=dealer)
    rows.commit()
    changes = [
        {"section": "applicant", "field": "id_number", "value": "140522199001011235"},
        {"section": "account", "field": "card_number", "value": "6222"},
    ]
    said = problem(program.post(f"/claims/{claim.public_id}/facts", {"changes": changes}), 422, "invalid_value")
    assert set(said["fields"]) == {"applicant.id_number", "account.card_number"}


def test_every_state_is_shown_with_what_is_to_do(rows: Session, dealer: User, program: Program) -> None:
    claims = claims_in_every_state(rows, dealer, factories.user(rows, "reviewer"))
    rows.commit()
    for state, claim in claims.items():
        seen = program.get(f"/claims/{claim.public_id}")
        assert (seen.status_code, seen.json["state"]) == (200, state), seen.text
        kinds = {one["kind"] for one in seen.json["to_do"]}
        asked = {"draft": "wait_for_reading", "returned": "replace_file", "failed": "give_new_card"}.get(state)
        assert asked in kinds if asked else not kinds, state


def test_a_returned_claim_is_mended_where_it_was_asked(rows: Session, dealer: User, program: Program) -> None:
    claim, reviewer = complete(rows, dealer), factories.actor(rows, "reviewer")
    path = f"/claims/{claim.public_id}"
    rows.commit()
    assert program.post(f"{path}/submit", {"revision": claim.revision}).status_code == 200
    rows.rollback()
    taken = decisions.take_next(rows, reviewer, factories.NOW)
    items = {"rule:pos_slip": "看不清金额"}
    decisions.return_for_correction(rows, reviewer, factories.NOW, taken.id, taken.fence, items=items)
    rows.commit()
    seen = program.get(path).json
    assert [(item["part"], item["why"]) for item in seen["returned"]["items"]] == [("rule:pos_slip", "看不清金额")]
    assert seen["returned"]["deadline"] == seen["correction_until"]
    asked = [one for one in seen["to_do"] if one["kind"] == "mend"]
    assert [(one["subject"], "看不清金额" in one["text"]) for one in asked] == [("rule:pos_slip", True)]
    locked = {"changes": [{"section": "applicant", "field": "name", "value": "测试丁"}]}
    answer = program.post(f"{path}/facts", locked)
    assert (answer.status_code in (409, 422), answer.mimetype) == (True, "application/problem+json"), answer.text


def test_a_cookie_is_neither_given_nor_looked_at(rows: Session, dealer: User, program: Program, visit: Visit) -> None:
    claim, other = factories.claim(rows, "draft", by=dealer), factories.user(rows, "dealer")
    rows.commit()
    assert "Set-Cookie" not in program.get("/claims").headers
    both = visit(other).client.get("/api/v1/claims", headers=program.headers)
    assert [one["id"] for one in both.json["claims"]] == [claim.public_id]


def test_too_many_requests_are_told_when_to_come_again(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now)
    answers = [program.get(("/claims", "/claims/x")[number % 2]) for number in range(301)]
    assert {answer.status_code for answer in answers[:300]} == {200, 404}
    problem(answers[300], 429, "http_429")
    assert 1 <= int(answers[300].headers["Retry-After"]) <= 60


def test_guessing_tokens_is_slowed_down(app: Flask, program: Program) -> None:
    def guess(number: int) -> int:
        return Program(app, f"ra_{number}").get(("/claims", "/programmes")[number % 2]).status_code

    assert guess(0) == 401
    assert {program.get("/claims").status_code for _ in range(40)} == {200}
    assert [guess(number) for number in range(30)] == [401] * 29 + [429]
    assert program.get("/claims").status_code == 200, "a good token is not stopped by its neighbours"


def test_the_last_use_is_written_down(rows: Session, dealer: User, app: Flask) -> None:
    row, text = token(rows, dealer)
    rows.commit()
    before = clock.machine()
    for _ in range(2):
        assert Program(app, text).get("/claims").status_code == 200
    rows.rollback()
    assert before <= row.last_used_at <= clock.machine()
