"""Drafts, files and kinds: once is once, what is refused leaves nothing, what is removed stays in the record."""

from __future__ import annotations

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from reviewapp.db import transaction
from reviewapp.errors import IllegalMove, InvalidValue, NotAllowed, NotFound, TooMany, Unavailable
from reviewapp.models import Actor, Claim, Event, Paper, Upload, User
from reviewapp.pages import RefusedFile
from reviewapp.services import facts, intake
from reviewapp.storage import storage_from_url
from tests import factories
from tests.factories import NOW
from tests.services.paperwork import Desk, desk, document, picture
from tests.support.both import both_databases

CARD = {"name": "测试甲", "id_number": "11010519491231002X"}


@pytest.fixture
def at(session: Session, tmp_path: Path) -> Desk:
    return desk(session, tmp_path)


def draft(session: Session, actor: Actor, form_key: str = "form", scheme_code: str = "yangcheng-2023", programme="car"):
    with transaction(session):
        return intake.create_draft(
            session, actor, NOW, scheme_code=scheme_code, programme=programme, form_key=form_key
        ).public_id


def test_a_form_sent_twice_makes_one_draft(session: Session) -> None:
    factories.pool(session, scheme_code="yangcheng-2023")
    actor, other = factories.actor(session), factories.actor(session)
    session.commit()

    assert draft(session, actor) == draft(session, actor)
    assert draft(session, actor) != draft(session, actor, "another form")
    assert draft(session, actor) != draft(session, other)


@both_databases
def test_a_form_sent_eight_times_at_once_makes_one_draft(engine: Engine) -> None:
    with Session(engine) as session:
        factories.pool(session, scheme_code="yangcheng-2023")
        actor = factories.actor(session)
        session.commit()

    def once(_: int) -> str:
        with Session(engine) as session:
            return draft(session, actor)

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(once, range(8)))) == 1


def test_a_draft_is_pinned_and_begins_its_history(at: Desk) -> None:
    assert (at.claim.state, at.claim.scheme_version, at.claim.submitter_role) == ("draft", "1", "claimant")
    assert at.session.scalars(select(Event.action).where(Event.claim_id == at.claim.id)).all() == ["create"]
    assert (
        facts.current(at.session, at.claim).value("applicant", "phone") == at.session.get_one(User, at.actor.id).phone
    )


@pytest.mark.parametrize(("scheme_code", "programme", "role", "refusal"), [
    ("nowhere-2023", "car", "claimant", NotFound),
    ("../etc", "car", "claimant", NotFound),
    ("yangcheng-2023", "boat", "claimant", NotFound),
    ("yangcheng-2023", "car", "reviewer", NotAllowed),
    ("yangcheng-2023", "car", "claimant", Unavailable),
])  # fmt: skip
def test_what_cannot_be_claimed(session: Session, scheme_code: str, programme: str, role: str, refusal: type) -> None:
    actor = factories.actor(session, role)
    session.commit()

    with pytest.raises(refusal):
        draft(session, actor, scheme_code=scheme_code, programme=programme)


def test_a_file_is_kept_and_its_reading_ordered(at: Desk) -> None:
    content = picture(300)
    upload = at.upload(content, "C:\\照片\\身份证.jpg")

    assert (upload.state, upload.media_type, upload.size, upload.name) == (
        "waiting",
        "image/jpeg",
        len(content),
        "身份证.jpg",
    )
    assert at.kept(upload.sha256) == content
    assert at.orders() == 1


def test_the_same_file_again_is_the_same_upload(at: Desk) -> None:
    first, again = at.upload(picture(300)), at.upload(picture(300), "另一个名字.jpg")

    assert first.id == again.id
    assert at.orders() == 1


def test_the_same_file_of_somebody_else_is_theirs(at: Desk, session: Session, tmp_path: Path) -> None:
    other = desk(session, tmp_path)

    assert at.upload(picture(300)).id != other.upload(picture(300)).id


@pytest.mark.parametrize(("content", "code"), [
    (b"", "empty_file"),
    (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not_allowed_type"),
    (b"\xff\xd8\xff" + bytes(50), "damaged_file"),
    (document(*[300] * 21), "too_many_pages"),
])  # fmt: skip
def test_nothing_of_a_refused_file_stays(tmp_path: Path, content: bytes, code: str) -> None:
    storage = storage_from_url(f"file:{tmp_path}")

    with pytest.raises(RefusedFile) as refused:
        intake.receive(storage, io.BytesIO(content), "x")

    assert refused.value.code == code
    assert refused.value.message.endswith("。")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


class Endless(io.RawIOBase):
    """A stream that never ends and counts what was taken of it."""

    taken = 0

    def read(self, size: int = -1) -> bytes:
        self.taken += size
        return b"\xff" * size


def test_an_endless_stream_is_cut_off(tmp_path: Path) -> None:
    stream = Endless()
    with pytest.raises(RefusedFile, match="上限"):
        intake.receive(storage_from_url(f"file:{tmp_path}"), stream, "x")  # type: ignore[arg-type]

    assert stream.taken < 30 * 1024 * 1024


@pytest.mark.parametrize(("name", "shown"), [
    ("../../etc/passwd", "passwd"),
    ("C:\\Users\\测试\\发票.pdf", "发票.pdf"),
    ("照\x00片\u202e\n.jpg", "照片.jpg"),
    ("...", "未命名文件"),
    ("", "未命名文件"),
    ("图" * 500, "图" * 120),
])  # fmt: skip
def test_names_are_for_display_only(name: str, shown: str) -> None:
    assert intake.display_name(name) == shown


def test_quota_by_number_and_by_size(at: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "MOST_FILES", 2)
    first = at.upload(picture(300))
    at.upload(picture(301))
    with pytest.raises(TooMany, match="最多上传 2 个"):
        at.upload(picture(302))
    with transaction(at.session):
        intake.remove_upload(at.session, at.actor, NOW, at.claim.id, first.public_id)
    at.upload(picture(302))

    monkeypatch.setattr(intake, "MOST_FILES", 60)
    monkeypatch.setattr(intake, "MOST_BYTES", 3000)
    with pytest.raises(TooMany, match="合计不超过"):
        at.upload(picture(303, 2000))


def test_removed_papers_and_files_leave_together_and_come_back(at: Desk) -> None:
    upload = at.photograph(300, "id_card", CARD)
    paper = at.session.scalars(select(Paper)).one()
    with transaction(at.session):
        intake.remove_paper(at.session, at.actor, NOW, at.claim.id, paper.public_id)
    gone = facts.current(at.session, at.claim)
    assert (gone.papers, gone.value("applicant", "name")) == ((), None)
    assert at.session.get_one(Upload, upload.id).removed_at is not None

    again = at.upload(picture(300))
    back = facts.current(at.session, at.claim)

    assert again.id == upload.id
    assert (back.papers[0].paper.id, back.value("applicant", "name")) == (paper.id, "测试甲")
    assert at.orders() == 1


def test_a_paper_taken_out_of_a_file_comes_back_with_the_file(at: Desk) -> None:
    at.reader.script = {}
    scan = document(300, 300)  # once: a PDF carries the second it was made in
    at.read(at.upload(scan))
    one, other = at.session.scalars(select(Paper).order_by(Paper.id))
    with transaction(at.session):
        intake.remove_paper(at.session, at.actor, NOW, at.claim.id, one.public_id)
    assert at.session.get_one(Upload, 1).removed_at is None
    assert [paper.paper.id for paper in facts.current(at.session, at.claim).papers] == [other.id]

    at.upload(scan)

    assert len(facts.current(at.session, at.claim).papers) == 2


def test_half_a_card_stays_when_the_other_half_is_removed(at: Desk) -> None:
    front = at.photograph(300, "id_card", CARD)
    at.photograph(301, "id_card", {"valid_until": "长期"})
    with transaction(at.session):
        intake.remove_upload(at.session, at.actor, NOW, at.claim.id, front.public_id)
    (card,) = facts.current(at.session, at.claim).papers

    assert {name: fact.value for name, fact in card.facts.items()} == {"valid_until": "长期"}


def change(at: Desk, paper: str = "x") -> dict[str, Callable[[Session, Actor], object]]:
    claim = at.claim.id
    received = intake.receive(at.storage, io.BytesIO(picture(400)), "x")
    return {
        "add_upload": lambda session, actor: intake.add_upload(session, actor, NOW, claim, received),
        "remove_upload": lambda session, actor: intake.remove_upload(session, actor, NOW, claim, paper),
        "remove_paper": lambda session, actor: intake.remove_paper(session, actor, NOW, claim, paper),
        "set_kind": lambda session, actor: intake.set_kind(session, actor, NOW, claim, paper, "other"),
        "set_facts": lambda session, actor: intake.set_facts(session, actor, NOW, claim, None, []),
    }


@pytest.mark.parametrize("verb", ["add_upload", "remove_upload", "remove_paper", "set_kind", "set_facts"])
def test_nobody_else_changes_a_claim(at: Desk, verb: str) -> None:
    for role in ("claimant", "dealer", "reviewer", "lead", "auditor", "admin", "finance_maker"):
        actor = factories.actor(at.session, role)
        at.session.commit()
        with pytest.raises(NotFound), transaction(at.session):
            change(at)[verb](at.session, actor)


@pytest.mark.parametrize("verb", ["add_upload", "remove_upload", "remove_paper", "set_kind", "set_facts"])
@pytest.mark.parametrize("state", ["submitted", "in_review", "approved", "paid", "withdrawn"])
def test_after_submission_the_content_is_closed(at: Desk, verb: str, state: str) -> None:
    by = at.session.get_one(Claim, at.claim.id).entered_by
    at.claim = factories.claim(at.session, state, by=by)
    at.session.commit()
    with pytest.raises(IllegalMove, match="不能再改"), transaction(at.session):
        change(at)[verb](at.session, at.actor)


@pytest.mark.parametrize("verb", ["remove_paper", "set_kind"])
def test_a_paper_of_another_claim_is_not_found(at: Desk, session: Session, tmp_path: Path, verb: str) -> None:
    other = desk(session, tmp_path)
    other.photograph(300, "id_card", CARD)
    foreign = session.scalars(select(Paper.public_id)).one()

    with pytest.raises(NotFound), transaction(session):
        change(at, foreign)[verb](session, at.actor)


def test_a_kind_named_by_a_person_orders_a_new_reading(at: Desk) -> None:
    upload = at.photograph(300, "other", {})
    paper = at.session.scalars(select(Paper)).one()
    with transaction(at.session):
        intake.set_kind(at.session, at.actor, NOW, at.claim.id, paper.public_id, "id_card")
    assert (paper.kind, paper.kind_by) == ("id_card", "person")
    assert (at.session.get_one(Upload, upload.id).state, at.orders()) == ("waiting", 2)

    at.read(upload)

    assert at.reader.asked == [None, "id_card"]


def test_an_unknown_kind_is_refused(at: Desk) -> None:
    at.photograph(300, "other", {})
    paper = at.session.scalars(select(Paper)).one()
    with pytest.raises(InvalidValue, match="没有这种材料"), transaction(at.session):
        intake.set_kind(at.session, at.actor, NOW, at.claim.id, paper.public_id, "passport")


def test_every_change_is_in_the_history_and_raises_the_revision(at: Desk) -> None:
    at.photograph(300, "id_card", CARD)
    paper = at.session.scalars(select(Paper)).one()
    with transaction(at.session):
        intake.remove_paper(at.session, at.actor, NOW, at.claim.id, paper.public_id)
    rows = at.session.execute(select(Event.action, Event.actor_role, Event.reason).order_by(Event.id)).all()

    assert [tuple(row) for row in rows] == [
        ("create", "claimant", None),
        ("change_paper", "claimant", "上传 照片.jpg"),
        ("change_paper", "system", "识别 照片.jpg：居民身份证"),
        ("change_paper", "claimant", "删除 居民身份证"),
    ]
    assert at.session.get_one(Claim, at.claim.id, populate_existing=True).revision == len(rows)


def test_names_of_files_are_sealed(at: Desk) -> None:
    at.upload(picture(300), "测试甲的身份证.jpg")
    kept = at.session.scalars(select(func.hex(Upload.__table__.c.name))).one()

    assert "测试甲".encode().hex().upper() not in kept
