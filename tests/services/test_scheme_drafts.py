"""A scheme from the first line to publication by a second person, and everything that keeps it from there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from reviewapp import schemes
from reviewapp.errors import IllegalMove, Incomplete, InvalidValue, NotAllowed, NotFound, Stale
from reviewapp.models import Actor, Pool, PublishedScheme, SchemeDraft, SchemeEvent
from reviewapp.policy import SchemeError
from reviewapp.queries.shelf import PublishedShelf
from reviewapp.schemes import Texts
from reviewapp.schemes.examination import digest_of
from reviewapp.services import scheme_drafts
from tests import factories
from tests.factories.people import NOW
from tests.factories.schemes import CASES, SCHEME
from tests.support.both import both_databases

pytestmark = both_databases
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def writer(session: Session) -> Actor:
    return factories.actor(session, "admin")


@pytest.fixture
def second(session: Session) -> Actor:
    return factories.actor(session, "admin")


@pytest.fixture(autouse=True)
def shelf(engine: Engine) -> None:
    schemes.use(PublishedShelf(engine))


def begun(session: Session, writer: Actor, text: str = SCHEME, cases: str = CASES) -> SchemeDraft:
    return scheme_drafts.start_new(session, writer, NOW, "sample-2030", Texts(text, cases))


def proposed(session: Session, writer: Actor) -> SchemeDraft:
    draft = begun(session, writer)
    return scheme_drafts.propose(session, writer, NOW, draft.id, draft.revision)


def published(session: Session, writer: Actor, second: Actor) -> PublishedScheme:
    draft = proposed(session, writer)
    row = scheme_drafts.publish(session, second, LATER, draft.id, draft.revision, digest_of(draft.text))
    session.commit()
    schemes.look_again()
    return row


def test_what_a_second_person_publishes_is_found_and_its_pools_are_open(
    session: Session, writer: Actor, second: Actor
) -> None:
    with pytest.raises(LookupError):
        schemes.load("sample-2030")
    row = published(session, writer, second)
    scheme = schemes.load("sample-2030")
    assert (scheme.title, scheme.version) == ("样例县购车补贴", "1")
    assert schemes.load("sample-2030", "1") is scheme
    assert schemes.versions("sample-2030") == ("1",)
    assert "sample-2030" in schemes.codes()
    assert [case.title for case in schemes.cases("sample-2030")] == ["材料齐全", "开票晚一天"]
    assert (row.author_id, row.publisher_id, row.digest) == (writer.id, second.id, digest_of(SCHEME))
    pool = session.scalars(select(Pool).where(Pool.scheme_code == "sample-2030")).one()
    assert (pool.title, pool.appropriated) == ("购车补贴", 10_000_000)


def test_the_trail_says_who_did_what_when(session: Session, writer: Actor, second: Actor) -> None:
    draft = begun(session, writer)
    scheme_drafts.save(session, writer, NOW, draft.id, 1, scheme=SCHEME + "\n# 一行注释\n")
    scheme_drafts.propose(session, writer, NOW, draft.id, 2)
    scheme_drafts.send_back(session, second, LATER, draft.id, 3, "注释多余")
    scheme_drafts.save(session, writer, LATER, draft.id, 4, scheme=SCHEME)
    scheme_drafts.propose(session, writer, LATER, draft.id, 5)
    scheme_drafts.publish(session, second, LATER, draft.id, 6, digest_of(SCHEME))
    events = session.scalars(select(SchemeEvent).order_by(SchemeEvent.id)).all()
    assert [(event.action, event.actor_id, event.note) for event in events] == [
        ("start", writer.id, ""),
        ("save", writer.id, ""),
        ("propose", writer.id, ""),
        ("send_back", second.id, "注释多余"),
        ("save", writer.id, ""),
        ("propose", writer.id, ""),
        ("publish", second.id, ""),
    ]
    assert events[1].digest != events[0].digest == events[-1].digest == digest_of(SCHEME)


def test_neither_writer_nor_proposer_publishes(session: Session, writer: Actor, second: Actor) -> None:
    draft = begun(session, writer)
    scheme_drafts.propose(session, second, NOW, draft.id, 1)
    for person in (writer, second):
        with pytest.raises(NotAllowed, match="另一位管理员"):
            scheme_drafts.publish(session, person, NOW, draft.id, 2, digest_of(SCHEME))
    third = factories.actor(session, "admin")
    assert scheme_drafts.publish(session, third, NOW, draft.id, 2, digest_of(SCHEME)).publisher_id == third.id


def test_the_database_itself_wants_two_people(session: Session) -> None:
    draft = factories.scheme_draft(session, state="published")
    by = draft.edited_by_id
    session.add(
        PublishedScheme(
            draft_id=draft.id, code=draft.code, version=1, text="", cases="", digest="0" * 64, author_id=by,
            proposer_id=by, publisher_id=by, at=NOW,
        )
    )  # fmt: skip
    with pytest.raises(IntegrityError, match="two_people"):
        session.flush()


@pytest.mark.parametrize("role", ["lead", "auditor", "reviewer", "dealer"])
def test_only_administrators_write(session: Session, writer: Actor, role: str) -> None:
    other, draft = factories.actor(session, role), proposed(session, writer)
    for act in (
        lambda: begun(session, other),
        lambda: scheme_drafts.start_next(session, other, NOW, "yangcheng-2023"),
        lambda: scheme_drafts.save(session, other, NOW, draft.id, 2, scheme=""),
        lambda: scheme_drafts.propose(session, other, NOW, draft.id, 2),
        lambda: scheme_drafts.send_back(session, other, NOW, draft.id, 2, "不行"),
        lambda: scheme_drafts.withdraw(session, other, NOW, draft.id, 2, "不行"),
        lambda: scheme_drafts.publish(session, other, NOW, draft.id, 2, digest_of(SCHEME)),
    ):
        with pytest.raises(NotAllowed, match="只有管理员"):
            act()


@pytest.mark.parametrize(
    ("text", "cases", "said"),
    [
        ("", CASES, "方案有 1 处错误"),
        (SCHEME.replace("pays = 1000", "pays = 10.5"), CASES, "方案有 1 处错误"),
        (SCHEME.replace('"sample-2030"', '"sample-2031"'), CASES, "方案有 1 处错误"),
        (SCHEME.replace("version = 1", "version = 2"), CASES, "方案有 1 处错误"),
        (SCHEME, "cases = []\n[bases]\n", "还没有用例"),
        (SCHEME, "", "用例有 1 处写法错误"),
        (SCHEME, CASES.replace('award = "1000.00"', 'award = "999.00"', 1), "2 个用例中有 1 个结果不符"),
    ],
)
def test_what_does_not_hold_is_kept_but_neither_proposed_nor_published(
    session: Session, writer: Actor, second: Actor, text: str, cases: str, said: str
) -> None:
    draft = begun(session, writer, text, cases)
    with pytest.raises(Incomplete, match=said):
        scheme_drafts.propose(session, writer, NOW, draft.id, 1)
    assert (draft.text, draft.cases, draft.state) == (text, cases, "draft")
    slipped = factories.scheme_draft(session, state="proposed", code="sample-2032", text=text, cases=cases)
    with pytest.raises(Incomplete):
        scheme_drafts.publish(session, second, NOW, slipped.id, 1, digest_of(text))


def test_only_what_was_shown_is_published(session: Session, writer: Actor, second: Actor) -> None:
    draft = proposed(session, writer)
    with pytest.raises(Stale, match="与您看到的不一致"):
        scheme_drafts.publish(session, second, NOW, draft.id, 2, digest_of(SCHEME + "\n"))
    with pytest.raises(Stale, match="有人改过"):
        scheme_drafts.publish(session, second, NOW, draft.id, 1, digest_of(SCHEME))
    assert session.scalars(select(PublishedScheme)).all() == []


def test_nobody_saves_over_anothers_work(session: Session, writer: Actor, second: Actor) -> None:
    draft = begun(session, writer)
    scheme_drafts.save(session, second, LATER, draft.id, 1, cases="# 另一人的")
    with pytest.raises(Stale):
        scheme_drafts.save(session, writer, LATER, draft.id, 1, scheme="# 我的")
    assert (draft.cases, draft.text, draft.edited_by_id) == ("# 另一人的", SCHEME, second.id)


def test_saving_nothing_new_is_no_event(session: Session, writer: Actor) -> None:
    draft = begun(session, writer)
    scheme_drafts.save(session, writer, LATER, draft.id, 1, scheme=SCHEME.replace("\n", "\r\n"), cases=CASES)
    assert (draft.revision, draft.edited_at) == (1, NOW)


@pytest.mark.parametrize("state", ["proposed", "published", "withdrawn"])
def test_what_is_handed_over_is_not_written_any_more(session: Session, writer: Actor, state: str) -> None:
    draft = factories.scheme_draft(session, state=state)
    for act in (scheme_drafts.save, scheme_drafts.propose):
        with pytest.raises(IllegalMove, match=scheme_drafts.STATES[state]):
            act(session, writer, NOW, draft.id, 1)


@pytest.mark.parametrize("act", [scheme_drafts.send_back, scheme_drafts.withdraw])
@pytest.mark.parametrize("note", ["", "  ", "长" * 401])
def test_giving_back_and_giving_up_need_a_reason(
    session: Session, second: Actor, act: Callable[..., SchemeDraft], note: str
) -> None:
    draft = factories.scheme_draft(session, state="proposed")
    with pytest.raises(InvalidValue):
        act(session, second, NOW, draft.id, 1, note)


def test_a_version_is_in_one_hand_at_a_time(session: Session, writer: Actor, second: Actor) -> None:
    draft = begun(session, writer)
    with pytest.raises(InvalidValue, match="已有人在起草"):
        begun(session, second)
    scheme_drafts.withdraw(session, writer, NOW, draft.id, 1, "重来")
    assert begun(session, second).state == "draft"


@pytest.mark.parametrize("code", ["", "Sample", "样例", "a_b", "../x", "x" * 61])
def test_a_code_that_is_none_is_refused(session: Session, writer: Actor, code: str) -> None:
    with pytest.raises(InvalidValue, match="编号"):
        scheme_drafts.start_new(session, writer, NOW, code, Texts("", ""))


def test_a_code_that_is_taken_is_refused(session: Session, writer: Actor) -> None:
    with pytest.raises(InvalidValue, match="起草下一版"):
        scheme_drafts.start_new(session, writer, NOW, "yangcheng-2023", Texts("", ""))


def test_the_next_version_begins_with_the_newest(session: Session, writer: Actor, second: Actor) -> None:
    published(session, writer, second)
    draft = scheme_drafts.start_next(session, writer, LATER, "sample-2030")
    assert draft.version == 2
    assert draft.text == SCHEME.replace("version = 1", "version = 2")
    changed = draft.text.replace("pays = 1000", "pays = 1500")
    scheme_drafts.save(session, writer, LATER, draft.id, 1, scheme=changed, cases=CASES.replace("1000.00", "1500.00"))
    scheme_drafts.propose(session, writer, LATER, draft.id, 2)
    scheme_drafts.publish(session, second, LATER, draft.id, 3, digest_of(changed))
    session.commit()
    schemes.look_again()
    assert schemes.versions("sample-2030") == ("1", "2")
    assert schemes.load("sample-2030").version == "2"
    assert schemes.load("sample-2030", "1").programmes["car"].most_fen == 200_050
    assert [case.award for case in schemes.cases("sample-2030", "1")] == ["1000.00"] * 2
    assert [case.award for case in schemes.cases("sample-2030")] == ["1500.00"] * 2


def test_a_scheme_in_files_goes_on_in_the_browser(session: Session, writer: Actor) -> None:
    draft = scheme_drafts.start_next(session, writer, NOW, "yangcheng-2023")
    assert scheme_drafts.examined(draft).obstacles == ()
    with pytest.raises(NotFound):
        scheme_drafts.start_next(session, writer, NOW, "nowhere-2030")


def test_too_much_is_refused(session: Session, writer: Actor) -> None:
    draft = begun(session, writer)
    with pytest.raises(InvalidValue, match="太长"):
        scheme_drafts.save(session, writer, NOW, draft.id, 1, cases="#" * (scheme_drafts.MOST_CHARACTERS + 1))


def test_a_draft_that_is_not_there_is_said(session: Session, writer: Actor) -> None:
    with pytest.raises(NotFound):
        scheme_drafts.propose(session, writer, NOW, 99, 1)


def test_a_text_that_is_not_the_published_one_is_refused(session: Session) -> None:
    factories.published_scheme(session, digest="f" * 64)
    session.commit()
    with pytest.raises(SchemeError, match="校验码不符"):
        schemes.load("sample-2030")


def test_a_file_beside_another_published_text_is_refused(session: Session) -> None:
    factories.published_scheme(session, code="yangcheng-2023", version=1)
    session.commit()
    with pytest.raises(SchemeError, match="已在网页上发布"):
        schemes.load("yangcheng-2023", "1")


def test_another_process_sees_it_at_the_latest_when_it_asks_for_it(session: Session) -> None:
    assert "sample-2030" not in schemes.codes()
    factories.published_scheme(session)
    session.commit()
    assert schemes.load("sample-2030").version == "1"
