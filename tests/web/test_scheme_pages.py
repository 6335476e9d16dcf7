"""The scheme pages: a scheme is read, tried, written by one administrator and published by another."""

from __future__ import annotations

import io
import json
import re

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp import schemes
from reviewapp.models import Pool, PublishedScheme, SchemeDraft, User
from reviewapp.schemes.examination import digest_of
from tests import factories
from tests.factories.schemes import CASES, SCHEME
from tests.web.conftest import Visit
from tests.web.visitors import Visitor, is_clear, words


@pytest.fixture
def writer(rows: Session) -> User:
    return _admin(rows, "测试起草")


@pytest.fixture
def second(rows: Session) -> User:
    return _admin(rows, "测试发布")


def _admin(rows: Session, name: str) -> User:
    person = factories.user(rows, "admin", name=name)
    rows.commit()
    return person


@pytest.fixture
def draft(rows: Session, writer: User) -> SchemeDraft:
    row = factories.scheme_draft(rows, writer)
    rows.commit()
    return row


@pytest.fixture
def published(rows: Session) -> PublishedScheme:
    row = factories.published_scheme(rows)
    rows.commit()
    schemes.look_again()
    return row


def drafts(rows: Session) -> list[SchemeDraft]:
    """The drafts as they are now, what others have committed included, newest last."""
    rows.rollback()
    return list(rows.scalars(select(SchemeDraft).order_by(SchemeDraft.id)))


def test_from_nothing_to_a_published_scheme_by_two_people(
    app: Flask, rows: Session, visit: Visit, writer: User, second: User
) -> None:
    one, other = visit(writer), visit(second)
    answer = one.post("/office/drafts/new", {"code": "sample-2030", "title": "样例县购车补贴", "beginning": "skeleton"})
    address = answer.location
    assert (answer.status_code, "没有错误" in words(one.get(address))) == (302, True)
    for part, text in (("scheme", SCHEME), ("cases", CASES)):
        (row,) = drafts(rows)
        answer = one.post(f"{address}/save", {"revision": row.revision, "part": part, "text": text})
        assert answer.status_code == 302
    assert one.post(f"{address}/propose", {"revision": drafts(rows)[0].revision}).status_code == 302
    page = one.get(f"{address}/publication")
    assert "须由 另一位管理员 登录后" in words(page)
    page = other.get(f"{address}/publication")
    assert digest_of(SCHEME) in page.text
    form = {"revision": drafts(rows)[0].revision, "digest": digest_of(SCHEME)}
    assert "请先核对" in words(other.post(f"{address}/publish", form))
    answer = other.post(f"{address}/publish", {**form, "looked": "y"})
    assert answer.status_code == 302
    shown = words(other.get(answer.location))
    assert "测试起草 起草，测试发布 于" in shown
    assert "名单.txt --list listed_sellers" in shown
    rows.rollback()
    assert rows.scalars(select(Pool.title).where(Pool.scheme_code == "sample-2030")).all() == ["购车补贴"]
    assert "样例县购车补贴" in words(visit().get("/"))
    assert visit().get("/schemes/sample-2030/car").status_code == 200
    trail = words(one.get(f"{address}/publication"))
    assert [word for word in ("开始起草", "保存修改", "提请发布", "发布") if word not in trail] == []


def test_the_writer_cannot_publish(rows: Session, visit: Visit, writer: User, draft: SchemeDraft) -> None:
    one = visit(writer)
    one.post(f"/office/drafts/{draft.public_id}/propose", {"revision": 1})
    form = {"revision": 2, "digest": digest_of(SCHEME), "looked": "y"}
    answer = one.post(f"/office/drafts/{draft.public_id}/publish", form)
    assert (answer.status_code, "另一位管理员" in words(answer)) == (403, True)
    assert rows.scalars(select(PublishedScheme)).all() == []


def test_mistakes_are_beside_the_text_with_links_to_their_lines(
    visit: Visit, writer: User, rows: Session, draft: SchemeDraft
) -> None:
    one, address = visit(writer), f"/office/drafts/{draft.public_id}"
    wrong = SCHEME.replace("pays = 1000", "pays = 10.5").replace('window = "activity"', 'window = "nowhere"')
    one.post(f"{address}/save", {"revision": 1, "part": "scheme", "text": wrong})
    page = one.get(address)
    lines = {at for at, row in enumerate(wrong.splitlines(), 1) if "10.5" in row or "nowhere" in row}
    linked = {int(line) for line in re.findall(r'href="#text-(\d+)" data-line', page.text)}
    assert len(linked) == 2
    assert all(f'id="text-{line}"' in page.text for line in lines)
    assert "金额写成了小数" in words(page)
    assert drafts(rows)[0].text == wrong
    for other in ("rules", "try"):
        assert "改正后才能看这一页" in words(one.get(f"{address}/{other}"))
    assert "还不能提请" in words(one.get(f"{address}/publication"))


def test_what_could_not_be_saved_is_shown_again(visit: Visit, writer: User, second: User, draft: SchemeDraft) -> None:
    one, other, address = visit(writer), visit(second), f"/office/drafts/{draft.public_id}"
    other.post(f"{address}/save", {"revision": 1, "part": "scheme", "text": SCHEME + "# 另一人\n"})
    for form in (
        {"revision": 1, "part": "scheme", "text": SCHEME + "# 我写的\n"},
        {"revision": "", "part": "scheme", "text": SCHEME + "# 我写的\n"},
    ):
        answer = one.post(f"{address}/save", form)
        assert answer.status_code in (409, 422)
        assert "# 我写的" in answer.text
        assert "没有保存" in words(answer)


def test_files_go_up_and_come_down(
    visit: Visit, writer: User, rows: Session, draft: SchemeDraft, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reviewapp.web.schemes.drafts._MOST_BYTES", 1000)
    one, address = visit(writer), f"/office/drafts/{draft.public_id}"

    def send(raw: bytes, revision: int) -> tuple[int, str]:
        form = {"revision": revision, "part": "cases", "file": (io.BytesIO(raw), "cases.toml")}
        answer = one.post(f"{address}/upload", form, content_type="multipart/form-data")
        return answer.status_code, words(answer)

    assert send("﻿# 新用例\r\ncases = []\n".encode(), 1)[0] == 302
    assert drafts(rows)[0].cases == "# 新用例\ncases = []\n"
    for raw in ("样例".encode("gb18030"), b"\x00\x01", b"#" * 1001):
        status, said = send(raw, 2)
        assert (status, "没有上传" in said) == (422, True)
    answer = one.post(f"{address}/upload", {"revision": 2, "part": "cases"})
    assert "请先选择文件" in words(answer)
    answer = one.get(f"{address}/file?part=cases")
    assert answer.text == "# 新用例\ncases = []\n"
    assert "%E7%94%A8%E4%BE%8B.toml" in answer.headers["Content-Disposition"]


def test_failing_cases_are_explained(visit: Visit, writer: User, rows: Session) -> None:
    cases = CASES.replace('award = "1000.00" }', 'award = "1500.00" }', 1).replace(', fail = ["invoice_in_window"]', "")
    row = factories.scheme_draft(rows, writer, cases=cases.replace(", set", ", special_review = true, set"))
    rows.commit()
    shown = words(visit(writer).get(f"/office/drafts/{row.public_id}/cases"))
    assert "2 个中 2 个不符" in shown
    assert "补贴应为 1500.00，得到 1000.00" in shown
    assert "开票日期在活动期内（三）用例没有写到，得到“不符合”：开票日期 2030-03-01，晚于活动截止日 2030-02-28" in shown
    assert "应转专项审核，没有转" in shown


def test_cases_that_come_out_tell_what_they_leave_open(visit: Visit, writer: User, draft: SchemeDraft) -> None:
    shown = words(visit(writer).get(f"/office/drafts/{draft.public_id}/cases"))
    assert "2 个全部相符" in shown
    assert "条款“四”没有规则引用" in shown


def test_a_scheme_reads_clause_by_clause(visit: Visit, rows: Session, published: PublishedScheme) -> None:
    page = visit(_admin(rows, "测试甲")).get("/office/schemes/sample-2030")
    shown = words(page)
    assert "4 条中，1 条没有对应的规则： 四" in shown
    assert "核验 开票日期在活动期内 核对的内容：机动车销售统一发票的开票日期 时间窗口：活动" in shown
    assert "没有写材料提交的截止日。 与活动同日截止。" in shown
    assert "3 万元（含）至 6 万元（不含） 1,000.00" in shown
    assert 'aria-label="活动：2030-02-01 至 2030-02-28。"' in page.text
    assert "样例县_sample-2030" not in shown
    assert published.digest in page.text


@pytest.mark.parametrize("code", schemes.codes())
def test_every_scheme_can_be_read_and_tried(visit: Visit, rows: Session, code: str) -> None:
    one = visit(factories.user(rows, "auditor"))
    rows.commit()
    page = one.get(f"/office/schemes/{code}")
    assert (page.status_code, is_clear(page)) == (200, True)
    page = one.get(f"/office/schemes/{code}/try")
    assert "还没有结果" not in words(page)
    assert one.get(f"/office/schemes/{code}/difference").status_code == 200
    assert one.get(f"/office/schemes/{code}/file?part=cases").status_code == 200


NOT_THERE = (
    "nowhere",
    "nowhere/difference",
    "sample-2030?version=9",
    "sample-2030/try?version=x",
    "sample-2030/difference?before=7",
    "sample-2030/file?part=keys",
)


@pytest.mark.parametrize("path", NOT_THERE)
def test_what_is_not_there_is_said(visit: Visit, rows: Session, published: PublishedScheme, path: str) -> None:
    answer = visit(_admin(rows, "测试甲")).get(f"/office/schemes/{path}")
    assert (answer.status_code, is_clear(answer)) == (404, True)


def test_the_difference_is_told_before_publishing(
    visit: Visit, writer: User, rows: Session, published: PublishedScheme
) -> None:
    one = visit(writer)
    address = one.post("/office/schemes/sample-2030/next").location
    row = drafts(rows)[-1]
    text = row.text.replace("until = 2030-02-28", "until = 2030-03-15")
    one.post(f"{address}/save", {"revision": 1, "part": "scheme", "text": text})
    shown = words(one.get(f"{address}/publication"))
    assert "与第 1 版的差别 共 1 处。 改 一 活动窗口 截止 2030-02-28 改为 2030-03-15" in shown
    assert "2 个中 1 个不符" in shown
    again = one.post("/office/schemes/sample-2030/next")
    assert (again.status_code, "已有人在起草" in words(again)) == (422, True)


class TestTrying:
    """Facts on a published scheme."""

    PATH = "/office/schemes/sample-2030/try"

    @pytest.fixture
    def one(self, visit: Visit, rows: Session, published: PublishedScheme) -> Visitor:
        return visit(_admin(rows, "测试甲"))

    def test_a_case_is_tried_as_it_stands(self, one: Visitor) -> None:
        shown = words(one.get(f"{self.PATH}?case=1"))
        assert "开票日期 2030-03-01，晚于活动截止日 2030-02-28" in shown
        assert "✕ 不符合" in shown

    def test_a_field_is_changed_and_another_emptied(self, one: Visitor) -> None:
        form = {"case": 0, "form": "fields", "papers.0.fields.total": "70000.00", "papers.0.fields.seller_name": ""}
        answer = one.post(self.PATH, form)
        shown = words(answer)
        assert "¥2,000.50" in shown
        assert "没有机动车销售统一发票的销货单位名称" in shown
        assert 'value="70000.00"' in answer.text

    def test_a_value_that_is_wrong_is_told_by_its_line(self, one: Visitor) -> None:
        form = {"case": 0, "form": "fields", "papers.0.fields.invoice_date": "2030-02-31"}
        answer = one.post(self.PATH, form)
        assert answer.status_code == 422
        assert re.search(r'href="#facts-\d+" data-line', answer.text)
        assert 'value="2030-02-31"' in answer.text

    def test_a_list_that_is_no_json_is_told(self, one: Visitor) -> None:
        answer = one.post(self.PATH, {"case": 0, "form": "fields", "context.excluded": "[样例"})
        assert (answer.status_code, "「失信名单」不是合规的 JSON" in words(answer)) == (422, True)

    def test_facts_of_ones_own(self, one: Visitor) -> None:
        facts = {"programme": "car", "declared": {"energy": "fuel"}}
        assert "缺少材料 机动车销售统一发票" in words(one.post(self.PATH, {"case": "own", "facts": json.dumps(facts)}))
        answer = one.post(self.PATH, {"case": "own", "facts": '{"programme": "car",\n"programme": "car"}'})
        assert "第 2 行 programme 写了两次" in words(answer)
        assert "请填写事实" in words(one.post(self.PATH, {"case": "own", "facts": ""}))
        assert "还没有结果" in words(one.get(f"{self.PATH}?case=own"))


@pytest.mark.parametrize("role", ["lead", "auditor"])
def test_others_read_drafts_and_cannot_write(visit: Visit, rows: Session, draft: SchemeDraft, role: str) -> None:
    reader = visit(factories.user(rows, role))
    rows.commit()
    address = f"/office/drafts/{draft.public_id}"
    for path in ("", "/rules", "/cases", "/try", "/publication"):
        page = reader.get(f"{address}{path}")
        assert page.status_code == 200
        assert "提请发布</button>" not in page.text
    assert "readonly" in reader.get(address).text
    assert reader.post(f"{address}/save", {"revision": 1, "part": "scheme", "text": ""}).status_code == 403


def test_giving_back_and_giving_up(visit: Visit, writer: User, second: User, rows: Session, draft: SchemeDraft) -> None:
    one, other, address = visit(writer), visit(second), f"/office/drafts/{draft.public_id}"
    one.post(f"{address}/propose", {"revision": 1})
    answer = other.post(f"{address}/send-back", {"revision": 2, "note": ""})
    assert (answer.status_code, "请写明退回修改的原因" in words(answer)) == (422, True)
    other.post(f"{address}/send-back", {"revision": 2, "note": "金额不对"})
    assert drafts(rows)[0].state == "draft"
    assert "测试发布 · 金额不对" in words(one.get(f"{address}/publication"))
    one.post(f"{address}/withdraw", {"revision": 3, "note": "不办了"})
    assert drafts(rows)[0].state == "withdrawn"
    assert "已作废" in words(one.get(address))


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"code": "yangcheng-2023", "title": "样例", "beginning": "empty"}, "起草下一版"),
        ({"code": "Sample", "title": "样例", "beginning": "empty"}, "方案编号不能这样写"),
        ({"code": "", "title": "", "beginning": "empty"}, "请填写方案编号"),
        ({"code": "sample-2031", "title": "样例", "beginning": "upload"}, "请选择要上传的方案文件"),
        ({"code": "sample-2031", "title": "样例", "beginning": "guess"}, "请选择从哪里开始"),
    ],
)
def test_beginnings_that_are_refused(visit: Visit, writer: User, form: dict[str, str], said: str) -> None:
    answer = visit(writer).post("/office/drafts/new", form)
    assert (answer.status_code, said in words(answer)) == (422, True)


def test_beginning_with_files(visit: Visit, writer: User, rows: Session) -> None:
    form = {"code": "sample-2030", "title": "样例", "beginning": "upload"}
    files = {
        "scheme_file": (io.BytesIO(SCHEME.encode()), "1.toml"),
        "cases_file": (io.BytesIO(CASES.encode()), "c.toml"),
    }
    answer = visit(writer).post("/office/drafts/new", {**form, **files}, content_type="multipart/form-data")
    assert answer.status_code == 302
    (row,) = drafts(rows)
    assert (row.text, row.cases) == (SCHEME, CASES)


def test_the_list_when_nothing_holds(visit: Visit, rows: Session) -> None:
    factories.published_scheme(rows, digest="f" * 64)
    rows.commit()
    shown = words(visit(_admin(rows, "测试甲")).get("/office/schemes"))
    assert "这份方案不能使用" in shown
    assert "校验码不符" in shown
