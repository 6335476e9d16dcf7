"""Requests no page of ours makes: each gets its status, a Chinese sentence, and never a traceback."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from reviewapp.models import Claim, User
from reviewapp.scratch.redis_server import RedisServer
from tests import factories
from tests.support.both import both_databases
from tests.web.conftest import Visit
from tests.web.visitors import is_clear, words

HUGE = "9" * 400
TEXTS = [
    "", "-1", "0", "abc", HUGE, "1.5", "１", "\x00", "\ufffd", "' OR 1=1 --", "%", "_", "\\", "x" * 7000, "\u202e",
    "{{1234*5678}}", "../../etc/passwd",
]  # fmt: skip


@pytest.fixture
def draft(rows: Session) -> Claim:
    claim = factories.complete_draft(rows)
    rows.commit()
    return claim


@pytest.fixture
def auditor(rows: Session, draft: Claim) -> User:
    user = factories.user(rows, "auditor")
    rows.commit()
    return user


@both_databases
def test_lists_take_any_parameters(visit: Visit, rows: Session, draft: Claim, auditor: User) -> None:
    people = {"/claims": visit(draft.entered_by), "/all": visit(auditor)}
    for path, visitor in people.items():
        for text in TEXTS:
            for name in ("page", "state", "scheme", "text"):
                answer = visitor.get(path, query_string={name: text})
                assert answer.status_code == (422 if "\0" in text else 200), (
                    f"{path}?{name}={text[:20]!r} → {answer.status_code}"
                )
                assert "7006652" not in words(answer)


def test_registers_and_figures_take_any_days(visit: Visit, auditor: User) -> None:
    visitor = visit(auditor)
    for path in ("/dealers", "/registers", "/figures"):
        for text in TEXTS:
            asked = dict.fromkeys(("scheme", "state", "from", "until"), text)
            answer = visitor.get(path, query_string=asked)
            assert answer.status_code == (422 if "\0" in text else 200), f"{path} {text[:20]!r}"


@both_databases
def test_names_of_nothing(visit: Visit, draft: Claim, auditor: User) -> None:
    owner, desk = visit(draft.entered_by), visit(auditor)
    for name in ("x", "0", "-1", "%00", "%ff%fe", "..%2f..", "x" * 3000, "%E6%B5%8B", "'--", "null"):
        for path in (f"/claims/{name}", f"/claims/{name}/facts", f"/pages/{name}.jpg", f"/originals/{name}"):
            answer = owner.get(path)
            assert answer.status_code == 404, path
            assert is_clear(answer)
        for path in (f"/all/{name}", f"/finance/batches/{name}", f"/finance/pools/{name}", f"/schemes/{name}/{name}"):
            assert desk.get(path).status_code == 404, path


@both_databases
def test_forms_take_any_text(visit: Visit, rows: Session, draft: Claim) -> None:
    visitor, path = visit(draft.entered_by), f"/claims/{draft.public_id}"
    for text in TEXTS:
        forms = {
            "/claims": {"scheme": text, "programme": text, "form_key": text},
            f"{path}/facts": {"applicant.name": text, f"paper.{text}.vin": text, f".{text}": text, "confirmed": text},
            f"{path}/facts/one": {"key": text, text: text},
            f"{path}/submit": {"revision": text},
            f"{path}/withdraw": {"revision": text or "x"},
        }
        for where, form in forms.items():
            for answer in (visitor.post(where, form), visitor.htmx(where, form)):
                assert answer.status_code in (200, 204, 302, 404, 409, 422), (
                    f"{where} {text[:20]!r} {answer.status_code}"
                )
                assert answer.status_code in (204, 302) or is_clear(answer)


@pytest.mark.parametrize("text", TEXTS)
def test_sign_in_takes_any_text(visit: Visit, text: str) -> None:
    answer = visit().post("/sign-in", {"phone": text, "next": text})
    assert answer.status_code in (200, 422)
    assert is_clear(answer)


@pytest.mark.parametrize("field", ["applicant.name", "applicant.phone", "account.card_number", "declared.energy"])
def test_one_field_takes_any_text(visit: Visit, draft: Claim, field: str) -> None:
    visitor = visit(draft.entered_by)
    for text in TEXTS:
        answer = visitor.htmx(f"/claims/{draft.public_id}/facts/one", {"key": field, field: text})
        assert answer.status_code in (200, 422), repr(text[:20])
        assert is_clear(answer)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"scheme": "xiangning-2023"}', "application/json"),
        (b"scheme=%ff%fe&programme=%00", "application/x-www-form-urlencoded"),
        (b"\xff\xfe\x00", "application/x-www-form-urlencoded"),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
        (b"no boundary", "multipart/form-data"),
        (b"--x\r\nContent-Disposition: form-data\r\n\r\na\r\n--x--\r\n", "multipart/form-data; boundary=x"),
        (b"<xml/>", "text/xml"),
        (b"a=1&" * 3000, "application/x-www-form-urlencoded"),
        (b"a" * 600_000, "application/x-www-form-urlencoded"),
    ],
)
def test_bodies_of_any_kind(visit: Visit, draft: Claim, body: bytes, kind: str) -> None:
    visitor = visit(draft.entered_by)
    headers = {"X-CSRFToken": visitor.token(), "Origin": "http://localhost"}
    for path in ("/claims", f"/claims/{draft.public_id}/facts", f"/claims/{draft.public_id}/files", "/sign-in"):
        answer = visitor.client.post(path, data=body, content_type=kind, headers=headers, buffered=True)
        assert answer.status_code in (302, 400, 404, 413, 422), f"{path}: {answer.status_code}"
        assert answer.status_code == 302 or is_clear(answer)


@pytest.mark.parametrize("accept", ["application/json", "*/*", "text/html"])
def test_sign_in_speaks_chinese_whatever_is_asked_for(visit: Visit, accept: str) -> None:
    visitor = visit()
    answer = visitor.post("/staff/sign-in", {"username": "x", "password": "y"}, headers={"Accept": accept})
    assert answer.status_code in (200, 400, 422)
    assert "账号或密码不对" in answer.get_data(as_text=True).encode().decode("unicode_escape", "ignore") or is_clear(
        answer
    )


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nowhere", 404), ("POST", "/", 405), ("DELETE", "/claims", 405), ("GET", "/desk/next", 405)],
)
def test_addresses_that_are_none(visit: Visit, method: str, path: str, status: int) -> None:
    answer = visit().client.open(path, method=method)
    assert answer.status_code == status
    assert is_clear(answer)
    assert "回到首页" in words(answer)


def test_an_unexpected_failure_tells_nothing_of_itself(
    app: Flask, visit: Visit, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> str:
        secret = "6222020000000000018"
        raise ValueError("inner detail of " + secret[:0])

    broken.roles = frozenset(("anyone",))  # type: ignore[attr-defined]
    app.view_functions["public.home"] = broken
    answer = visit().get("/")
    assert answer.status_code == 500
    assert "已经记录下来" in words(answer)
    assert "inner detail" not in answer.text
    logged = "".join(capsys.readouterr())
    assert "inner detail" in logged
    assert "6222020000000000018" not in logged.replace('secret = "6222020000000000018"', "")


@pytest.fixture
def lonely(app_factory: Callable[..., Flask], database_url: str, tmp_path) -> Flask:
    """An application whose Redis is not there."""
    app = app_factory(database_url, REDIS_URL=f"unix://{tmp_path / 'nobody.sock'}")
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app


@pytest.mark.parametrize("path", ["/", "/sign-in", "/staff/sign-in", "/nowhere"])
def test_without_redis_a_page_says_so(lonely: Flask, path: str) -> None:
    answer = lonely.test_client().get(path)
    assert answer.status_code == 503
    assert "系统正在恢复" in answer.text
    assert is_clear(answer)
    assert answer.headers["Content-Type"].startswith("text/html")


def test_without_redis_health_is_told(lonely: Flask) -> None:
    assert lonely.test_client().get("/readyz").status_code == 503


def test_redis_that_dies_and_comes_back(app_factory, database_url: str, short_folder) -> None:
    server = RedisServer(short_folder / "dying")
    server.start()
    app = app_factory(database_url, REDIS_URL=server.url)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    client = app.test_client()
    assert client.get("/sign-in").status_code == 200
    server.kill()
    answer = client.get("/sign-in")
    assert answer.status_code == 503
    assert "已保存的内容都在" in answer.text
    server.start()
    assert client.get("/sign-in").status_code == 200
    server.kill()


def test_a_silent_database_is_told(app_factory, tmp_path) -> None:
    app = app_factory(f"sqlite:///{tmp_path / 'nowhere' / 'x.sqlite3'}")
    app.config["PROPAGATE_EXCEPTIONS"] = False
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = "somebody", True
    answer = client.get("/claims")
    assert answer.status_code == 503
    assert "系统正在恢复" in answer.text
    assert is_clear(answer)
