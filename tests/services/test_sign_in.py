"""Sign-in by one-time code: shape, limits, tries, life, and the account that the first right code makes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from reviewapp.db import transaction
from reviewapp.errors import InvalidValue, TooMany, Unavailable
from reviewapp.models import Message, OneTimeCode, User
from reviewapp.policy.notices import ShortMessage
from reviewapp.services import sign_in
from reviewapp.sms import Answer, LocalOutbox
from tests.factories import NOW
from tests.support.both import both_databases

PHONE = "13800001234"
MINUTE = timedelta(minutes=1)


def send(session: Session, now=NOW, phone: str = PHONE) -> str:
    """Send a code and read it in the outbox."""
    sign_in.send_code(session, LocalOutbox(), now, phone)
    return session.scalars(select(Message).order_by(Message.id.desc()).limit(1)).one().parameters["code"]


def check(session: Session, code: str, now=NOW, phone: str = PHONE) -> User | None:
    with transaction(session):
        return sign_in.check_code(session, now, phone, code)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_first_right_code_makes_the_account_and_the_next_finds_it(session: Session) -> None:
    first = check(session, send(session))
    again = check(session, send(session, NOW + 2 * MINUTE), NOW + 2 * MINUTE)

    assert first is not None
    assert again is not None
    assert first.id == again.id
    assert (again.role, again.phone) == ("claimant", PHONE)


def test_spaces_hyphens_and_country_code_are_the_same_number(session: Session) -> None:
    code = send(session, phone="+86 138-0000-1234")

    assert check(session, f" {code} ", phone="138 0000 1234") is not None


@pytest.mark.parametrize("phone", ["", "1380000123", "23800001234", "138000012345", "1380000123x"])
def test_what_is_no_mobile_number_is_refused(session: Session, phone: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        sign_in.send_code(session, LocalOutbox(), NOW, phone)

    assert "11 位数字" in refused.value.fields["phone"]


def test_a_code_works_once(session: Session) -> None:
    code = send(session)

    assert check(session, code) is not None
    assert check(session, code) is None


def test_a_code_dies_with_its_time(session: Session) -> None:
    code = send(session)

    assert check(session, code, NOW + sign_in.LIFE) is None
    assert timedelta(minutes=10) >= sign_in.LIFE


def test_five_wrong_tries_use_a_code_up(session: Session) -> None:
    code = send(session)
    for _ in range(sign_in.TRIES):
        assert check(session, wrong(code)) is None

    assert check(session, code) is None


def test_four_wrong_tries_leave_the_fifth(session: Session) -> None:
    code = send(session)
    for _ in range(sign_in.TRIES - 1):
        check(session, wrong(code))

    assert check(session, code) is not None


def test_only_the_newest_code_counts(session: Session) -> None:
    old = send(session)
    new = send(session, NOW + MINUTE)

    assert new == old or check(session, old, NOW + MINUTE) is None
    assert check(session, new, NOW + MINUTE) is not None


def test_anothers_code_does_not_sign_in(session: Session) -> None:
    code = send(session)
    send(session, phone="13800005678")

    assert wrong(code) == code or check(session, code, phone="13800005678") is None


@pytest.mark.parametrize(("sent_at", "next_at"), [
    ([0], 0.99),
    ([0, 1, 2, 3, 4], 59),
    ([0, 1, 2, 3, 60, 61, 62, 63, 120, 121], 1439),
])  # fmt: skip
def test_limits_by_minute_hour_and_day(session: Session, sent_at: list[float], next_at: float) -> None:
    for minutes in sent_at:
        send(session, NOW + minutes * MINUTE)

    with pytest.raises(TooMany):
        sign_in.send_code(session, LocalOutbox(), NOW + next_at * MINUTE, PHONE)
    send(session, NOW + (sent_at[0] + 1440) * MINUTE)


def test_limits_are_of_one_number(session: Session) -> None:
    send(session)

    send(session, phone="13800005678")


def test_known_and_unknown_numbers_get_the_same_answer(session: Session) -> None:
    check(session, send(session))
    for phone in (PHONE, "13800009999"):
        assert sign_in.send_code(session, LocalOutbox(), NOW + MINUTE, phone)
    sent = session.scalars(select(Message).where(Message.created_at == NOW + MINUTE)).all()

    assert {message.phone for message in sent} == {PHONE, "13800009999"}


@pytest.mark.parametrize("columns", [{"active": False}, {"role": "reviewer", "username": "r"}])
def test_no_code_signs_in_who_may_not(session: Session, columns: dict[str, object]) -> None:
    account = check(session, send(session))
    assert account is not None
    with transaction(session):
        for name, value in columns.items():
            setattr(session.get_one(User, account.id), name, value)

    assert check(session, send(session, NOW + MINUTE), NOW + MINUTE) is None


def test_neither_number_nor_code_stands_in_the_database(session: Session) -> None:
    code = send(session)
    check(session, code)
    tables = ("users", "one_time_codes", "messages")
    rows = [row for table in tables for row in session.execute(text(f"SELECT * FROM {table}"))]
    kept = [value if isinstance(value, bytes) else str(value).encode() for row in rows for value in row]

    assert len(rows) == 3
    assert not [value for value in kept if PHONE.encode() in value or value == code.encode()]


@both_databases
@pytest.mark.parametrize("act", ["send", "check"])
def test_side_by_side_nobody_gets_more_than_the_limit(engine: Engine, act: str) -> None:
    with Session(engine) as session:
        code = send(session, NOW - 2 * MINUTE) if act == "check" else ""

    def once(_: int) -> bool:
        with Session(engine) as session:
            try:
                if act == "check":
                    return check(session, code, NOW) is not None
                send(session)
            except TooMany:
                return False
            return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(once, range(8))) == 1


def test_tries_are_counted_on_the_row(session: Session) -> None:
    check(session, wrong(send(session)))

    assert session.scalars(select(OneTimeCode.tries)).one() == 1
    assert session.scalar(select(func.count()).select_from(User)) == 0


class Busy:
    """A provider that turns everything down after a while, in which somebody tries codes."""

    reaches = True
    local = False

    def __init__(self, session: Session) -> None:
        self.session = session
        self.opened = 0

    def send(self, key: str, phone: str, message: ShortMessage) -> Answer:
        """Try the very code before it is turned down."""
        with transaction(self.session):
            self.opened += sign_in.check_code(self.session, NOW, phone, message.parameters["code"]) is not None
        return Answer("unavailable", "忙")


def test_a_code_opens_nothing_before_it_has_gone(session: Session) -> None:
    busy = Busy(session)
    with pytest.raises(Unavailable):
        sign_in.send_code(session, busy, NOW, "13800001234")
    assert busy.opened == 0
