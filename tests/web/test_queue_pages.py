"""The public queue: nobody is named, states are no finer than needed; anybody can have a receipt checked."""

from __future__ import annotations

import io
import json
import re

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from reviewapp.models import Actor, Claim, User
from reviewapp.policy.workflow import STATES
from reviewapp.queries.public_queue import PAGE_SIZE
from reviewapp.services import heads, queue
from tests import factories
from tests.factories import NOW
from tests.factories.trails import AWARD
from tests.web.conftest import Visit
from tests.web.visitors import words

QUEUE = "/schemes/xiangning-2023/queue"


@pytest.fixture
def claim(app: Flask, rows: Session) -> Claim:
    """The second of two claims, whose chain has a head of the day."""
    for _ in range(2):
        draft = factories.claim(rows)
        queue.enter(rows, Actor.of(draft.entered_by), NOW, draft, wanted_fen=AWARD)
    heads.keep(rows, NOW, app.extensions["signer"])
    rows.commit()
    return draft


def _owner(rows: Session, claim: Claim) -> User:
    return rows.get_one(User, claim.entered_by_id)


def test_before_a_scheme_is_open_there_is_nothing_to_see(app: Flask, visit: Visit) -> None:
    assert "还没有开始排队" in words(visit().get(QUEUE))
    assert visit().get("/schemes/nowhere/queue").status_code == 404


def test_states_are_told_no_finer_than_needed(app: Flask, rows: Session, visit: Visit) -> None:
    for state in factories.CLAIM_STATES:
        factories.claim(rows, state)
    rows.commit()
    shown = re.findall(r'badge-state tone-\w+">([^<]+)<', visit().get(QUEUE).text)
    assert set(shown) == {
        *("已提交", "候补中", "审核中", "待补正", "审核通过", "已发放", "追回中", "已追回"),
        *("未通过", "已撤回", "逾期失效"),
    }
    assert not {STATES[state] for state in ("failed", "unknown", "special_review", "publication")} & set(shown)


def test_the_pool_with_most_tickets_is_shown_first(app: Flask, rows: Session, visit: Visit) -> None:
    factories.claim(rows, "submitted")
    busy = factories.pool(rows, code="motorcycle")
    for _ in range(2):
        factories.claim(rows, "paid", pool=busy)
    rows.commit()
    assert _tickets(visit, QUEUE) == _tickets(visit, f"{QUEUE}?pool={busy.code}") == [1, 2]
    assert _tickets(visit, f"{QUEUE}?pool=car") == [1]


def test_a_page_is_a_range_of_tickets(app: Flask, rows: Session, visit: Visit) -> None:
    for _ in range(PAGE_SIZE + 3):
        factories.claim(rows, "rejected")
    rows.commit()
    assert _tickets(visit, QUEUE) == list(range(1, PAGE_SIZE + 1))
    assert _tickets(visit, f"{QUEUE}?page=2") == [101, 102, 103]
    assert _tickets(visit, f"{QUEUE}?ticket=102") == [101, 102, 103]
    for odd in ("page=0", "page=-7", "page=x", "ticket=0", "ticket=x", "ticket=" + "9" * 40, "pool=nothing"):
        assert _tickets(visit, f"{QUEUE}?{odd}")[0] == 1
    assert _tickets(visit, f"{QUEUE}?page=999999999999999999999")[0] == 101
    assert "目前最后一号是 103" in words(visit().get(f"{QUEUE}?ticket=104"))


def _tickets(visit: Visit, address: str) -> list[int]:
    return [int(ticket) for ticket in re.findall(r'<tr id="t(\d+)"', visit().get(address).text)]


def test_it_names_nobody_and_shows_the_heads(app: Flask, rows: Session, visit: Visit, claim: Claim) -> None:
    page = visit().get(QUEUE).text
    for secret in (claim.public_id, claim.number, _owner(rows, claim).name):
        assert secret not in page
    assert app.extensions["signer"].public_key in page
    answer = visit().get("/schemes/xiangning-2023/heads.json")
    (head,) = json.loads(answer.text)
    assert (head["link"], head["day"]) == (2, "2024-01-10")
    assert head["digest"] in page


def test_a_receipt_is_printed_downloaded_and_checked(app: Flask, rows: Session, visit: Visit, claim: Claim) -> None:
    owner = visit(_owner(rows, claim))
    page = owner.get(f"/claims/{claim.public_id}/receipt")
    assert "记录链第 2 环" in words(page)
    assert "data:image/svg+xml" in page.text
    file = owner.get(f"/claims/{claim.public_id}/receipt.json")
    assert "%E5%8F%97%E7%90%86%E5%9B%9E%E6%89%A7_000002_2024-01-10.json" in file.headers["Content-Disposition"]
    for form in ({"text": file.text}, {"file": (io.BytesIO(file.data), "回执.json")}):
        checked = visit().post(f"{QUEUE}/check", form)
        assert checked.status_code == 200
        assert "回执成立" in words(checked)
        assert words(checked).count("✓ 成立") == 4


def test_the_address_in_its_square_code_checks_it(app: Flask, rows: Session, visit: Visit, claim: Claim) -> None:
    said = json.loads(visit(_owner(rows, claim)).get(f"/claims/{claim.public_id}/receipt.json").text)
    given = {name: value for name, value in said.items() if name not in ("kind", "scheme")}
    assert "回执成立" in words(visit().get(f"{QUEUE}/check", query_string=given))
    assert "回执不成立" in words(visit().get(f"{QUEUE}/check", query_string=given | {"ticket": 1}))
    odd = visit().get(f"{QUEUE}/check", query_string=given | {"ticket": "x", "more": "1"})
    assert (odd.status_code, "这不是受理回执" in words(odd)) == (422, True)


@pytest.mark.parametrize("given", ["", "{}", "[" * 5000, "受理回执" * 3000])
def test_what_is_no_receipt_is_told_so(app: Flask, visit: Visit, given: str) -> None:
    answer = visit().post(f"{QUEUE}/check", {"text": given})
    assert answer.status_code == 422
    assert ("这不是受理回执" if given else "还没有选择回执文件") in words(answer)


def test_a_receipt_of_another_scheme_is_checked_all_the_same(
    app: Flask, rows: Session, visit: Visit, claim: Claim
) -> None:
    file = visit(_owner(rows, claim)).get(f"/claims/{claim.public_id}/receipt.json")
    assert "回执成立" in words(visit().post("/schemes/yangcheng-2023/queue/check", {"text": file.text}))


def test_nobody_gets_another_persons_receipt(app: Flask, rows: Session, visit: Visit, claim: Claim) -> None:
    stranger = factories.user(rows)
    rows.commit()
    assert visit(stranger).get(f"/claims/{claim.public_id}/receipt.json").status_code == 404
