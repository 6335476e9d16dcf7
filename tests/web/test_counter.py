"""The counter's page and the answers to its script: sent twice is once, and every refusal is a sentence."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from reviewapp.models import Claim, SignedStatement, Upload, User
from reviewapp.schemes.statements import statement
from reviewapp.specimens import people
from reviewapp.specimens.purchases import COUNTIES
from tests import factories
from tests.factories import NOW
from tests.factories import vouchers as made
from tests.factories.papers import upload
from tests.factories.signatures import STROKES, drawn
from tests.web.conftest import Visit
from tests.web.visitors import Visitor, words

SCRIPT = {"Accept": "application/json"}
NEW = {"scheme": "yangcheng-2023", "programme": "motorcycle-scrap", "form_key": "of the tablet"}
OWNER = people.person(0, COUNTIES["yangcheng"])
VIN = "LTS5MCYK8PB610080"


@pytest.fixture
def clerk(rows: Session) -> User:
    factories.pool(rows, scheme_code="yangcheng-2023", code="motorcycle-scrap")
    person = factories.user(rows, "point")
    rows.commit()
    return person


def _post(visitor: Visitor, path: str, form: dict[str, Any] | None = None) -> TestResponse:
    return visitor.post(f"/counter/intakes{path}", form, headers=SCRIPT)


def _words(**changed: str) -> str:
    asked = statement("yangcheng-2023", "motorcycle-scrap", "truth")
    assert asked is not None
    return asked.words(**{"name": OWNER.name, "id_number": OWNER.id_number} | changed)


def _signature(**changed: Any) -> dict[str, Any]:
    picture = (io.BytesIO(changed.pop("picture", drawn())), "signature.png")
    return {"signature": picture, "text": _words(), "signed_at": "2024-01-09T23:00:00Z"} | changed


def _complete(rows: Session, clerk: User) -> Claim:
    claim = made.scrapped(rows, by=clerk)
    rows.commit()
    return claim


def test_the_page_is_nobodys_and_its_worker_keeps_only_files(app: Flask, visit: Visit, clerk: User) -> None:
    visitor = visit(clerk)
    page, worker = visitor.get("/counter/"), visitor.get("/counter/worker.js")
    assert page.text == visit(clerk).get("/counter/").text
    assert not any(told in page.text for told in (clerk.name, clerk.organisation.name, visitor.token()))
    assert (worker.status_code, worker.mimetype) == (200, "text/javascript")
    assert "/counter/session" not in worker.text
    kept = next(line for line in worker.text.splitlines() if "KEPT = new Set" in line)
    for path in kept[kept.index("[") + 1 : kept.index("]")].replace('"', "").split(", "):
        assert visitor.get(path).status_code == 200, path
    for headers in (page.headers, worker.headers):
        assert "default-src 'self'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert "blob:" not in headers["Content-Security-Policy"].replace("img-src 'self' data: blob:", "")


def test_what_the_script_is_told_of_the_session(visit: Visit, clerk: User) -> None:
    told = visit(clerk).get("/counter/session", headers=SCRIPT).json
    assert (told["account"], told["point"], told["today"]) == (clerk.public_id, clerk.organisation.name, "2024-01-10")
    (programme,) = told["programmes"]
    assert (programme["scheme"], programme["programme"]) == ("yangcheng-2023", "motorcycle-scrap")
    ways = programme["papers"][1]["ways"]
    assert [way["title"].partition("：")[0] for way in ways] == ["已上户", "未上户", "都没有"]
    assert [kind["kind"] for kind in ways[0]["kinds"]] == ["registration_certificate", "vehicle_licence", "plate_photo"]
    assert "{name}" in programme["statement"]["text"]
    ended = visit().get("/counter/session", headers=SCRIPT)
    assert (ended.status_code, ended.json["code"]) == (401, "session_ended")


def test_an_intake_step_by_step_each_step_twice(rows: Session, visit: Visit, clerk: User) -> None:
    visitor = visit(clerk)
    claim = _post(visitor, "", NEW).json["claim"]
    assert _post(visitor, "", NEW).json["claim"] == claim
    picture = io.BytesIO()
    Image.new("RGB", (800, 500), "white").save(picture, "JPEG")
    uploads = {
        _post(visitor, f"/{claim}/files", {"file": (io.BytesIO(picture.getvalue()), "身份证-1.jpg")}).json["upload"]
        for _ in range(2)
    }
    assert len(uploads) == 1
    facts = {"applicant.name": OWNER.name, "declared.made_on": "2018-01-11", "declared.vehicle_wheels": "2"}
    for _ in range(2):
        told = _post(visitor, f"/{claim}/facts", facts | {"declared.handed_in_on": "2024-01-10"}).json
    assert told["award"]["amount"] == "¥1,000.00"
    assert "满 5 年" in told["award"]["text"]
    assert told["award"]["clause"] == "四(三)"
    assert told["unread"] == 1
    assert "身份证" in told["missing"][0]["title"]
    assert _post(visitor, f"/{claim}/files/{uploads.pop()}/remove").json["files"] == []
    rows.rollback()
    assert rows.scalar(select(func.count()).select_from(Upload)) == 1
    gone = _post(visitor, f"/{claim}/withdraw", {"revision": visitor.get(f"/counter/intakes/{claim}").json["revision"]})
    assert gone.json["state"] == "withdrawn"


def test_signed_and_put_in_once(rows: Session, visit: Visit, clerk: User) -> None:
    claim, visitor = _complete(rows, clerk), visit(clerk)
    path = f"/{claim.public_id}"
    revision = visitor.get(f"/counter/intakes{path}").json["revision"]
    unsigned = _post(visitor, f"{path}/submit", {"revision": revision})
    assert (unsigned.status_code, unsigned.json["code"]) == (422, "incomplete")
    assert "还没有" in unsigned.json["detail"]
    for _ in range(2):
        told = _post(visitor, f"{path}/signature", _signature()).json
    rows.rollback()
    (kept,) = rows.scalars(select(SignedStatement))
    assert (kept.text, kept.signed_at, told["signed"]) == (_words(), NOW - timedelta(hours=2, minutes=30), _words())
    receipts = [_post(visitor, f"{path}/submit", {"revision": told["revision"]}).json["receipt"] for _ in range(2)]
    assert receipts[0] == receipts[1]
    assert receipts[0]["ticket"] == 1
    shown = words(visitor.get(f"/claims{path}"))
    assert "屏幕签名" in shown
    assert visitor.get(f"/signatures/{kept.public_id}.jpg").mimetype == "image/jpeg"


def test_the_signed_words_are_for_this_owner(rows: Session, visit: Visit, clerk: User) -> None:
    claim, visitor = _complete(rows, clerk), visit(clerk)
    path = f"/{claim.public_id}"
    other = _post(visitor, f"{path}/signature", _signature(text=_words(name="样例乙")))
    assert (other.status_code, other.json["code"]) == (422, "invalid_value")
    blank = _post(visitor, f"{path}/signature", _signature(picture=drawn([])))
    assert "还没有签名" in blank.json["detail"]
    assert _post(visitor, f"{path}/signature", {"text": _words()}).status_code == 422
    assert _post(visitor, f"{path}/signature", _signature(picture=drawn(STROKES[1:]))).status_code == 200
    told = _post(visitor, f"{path}/facts", {"applicant.name": "测试甲甲"}).json
    refused = _post(visitor, f"{path}/submit", {"revision": told["revision"]})
    assert (refused.status_code, "重新签名" in refused.json["detail"]) == (422, True)
    rows.rollback()
    assert rows.scalar(select(func.count(Claim.ticket))) == 0


def test_signed_on_paper_instead(rows: Session, visit: Visit, clerk: User) -> None:
    claim, visitor = _complete(rows, clerk), visit(clerk)
    there = upload(rows, claim, state="read")
    rows.commit()
    form = {"revision": claim.revision}
    assert _post(visitor, f"/{claim.public_id}/submit", form | {"on_paper": "0" * 16}).status_code == 422
    assert _post(visitor, f"/{claim.public_id}/submit", form | {"on_paper": there.public_id}).json["receipt"]


def test_taken_in_at_another_point_is_said_without_saying_whose(rows: Session, visit: Visit, clerk: User) -> None:
    first = made.scrapped(rows)
    factories.add_paper(rows, first, "origin_certificate", {"vin": VIN})
    there = first.organisation.name
    rows.commit()
    elsewhere = visit(first.entered_by)
    told = _post(elsewhere, f"/{first.public_id}/signature", _signature()).json
    assert _post(elsewhere, f"/{first.public_id}/submit", {"revision": told["revision"]}).json["receipt"]
    rows.rollback()
    claim = made.scrapped(rows, by=clerk)
    factories.add_paper(rows, claim, "origin_certificate", {"vin": VIN})
    rows.commit()
    answer = visit(clerk).get(f"/counter/intakes/{claim.public_id}")
    assert f"车架号 {VIN} 已申领过（四（三））" in [each["message"] for each in answer.json["failing"]]
    assert there not in answer.text
    assert first.public_id not in answer.text


def test_a_frame_number_that_was_not_read_is_asked_for_and_may_stay_empty(
    rows: Session, visit: Visit, clerk: User
) -> None:
    claim, visitor = made.scrapped(rows, by=clerk), visit(clerk)
    paper = factories.add_paper(rows, claim, "origin_certificate", {"villager_name": OWNER.name})
    rows.commit()
    path = f"/{claim.public_id}"
    told = _post(visitor, f"{path}/signature", _signature()).json
    asked = next(each["ask"] for each in told["papers"] if each["kind"] == "origin_certificate")
    key = f"paper.{paper.public_id}.vin"
    assert key in [field["key"] for field in asked]
    told = _post(visitor, f"{path}/facts", {key: f" {VIN.lower()} "}).json
    assert [field["value"] for each in told["papers"] for field in each["ask"] if field["key"] == key] == [VIN]
    told = _post(visitor, f"{path}/facts", {key: ""}).json
    assert _post(visitor, f"{path}/submit", {"revision": told["revision"]}).json["receipt"]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("declared.handed_in_on", "2017-12-31", "晚于交车日 2017-12-31"),
        ("declared.made_on", "2024-13-01", "没有这一天"),
        ("applicant.id_number", "140522199001019890", "校验位"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_lost(
    rows: Session, visit: Visit, clerk: User, field: str, value: str, said: str
) -> None:
    claim = made.scrapped(rows, by=clerk)
    rows.commit()
    answer = _post(visit(clerk), f"/{claim.public_id}/facts", {field: value})
    text = answer.json["award"]["text"] if answer.status_code == 200 else answer.json["fields"][field]
    assert said in text


def test_a_script_is_answered_in_json_whatever_happens(visit: Visit, clerk: User, rows: Session) -> None:
    claim, visitor = _complete(rows, clerk), visit(clerk)
    stranger = visit(factories.user(rows, "point"))
    rows.commit()
    foreign = stranger.get(f"/counter/intakes/{claim.public_id}", headers=SCRIPT)
    assert (foreign.status_code, foreign.json["code"]) == (404, "not_found")
    old = visitor.post(f"/counter/intakes/{claim.public_id}/facts", {"csrf_token": "old"}, headers=SCRIPT)
    assert (old.status_code, old.json["code"]) == (400, "token_expired")
    visitor.end_session()
    ended = _post(visitor, f"/{claim.public_id}/submit", {"revision": "1"})
    assert (ended.status_code, ended.json["code"]) == (401, "session_ended")
