"""What a provider says is kept, whatever it says."""

from __future__ import annotations

from sqlalchemy.orm import Session

from reviewapp.models import Outbox
from reviewapp.policy.notices import SAMPLES, ShortMessage, short_message
from reviewapp.services import messages
from reviewapp.sms import Answer
from tests.factories import NOW
from tests.support.both import both_databases


class Hostile:
    """A provider that answers in words no database takes, and repeats the number."""

    reaches = True
    local = False

    def send(self, key: str, phone: str, message: ShortMessage) -> Answer:
        """Refuse at length."""
        return Answer("refused", f"\0{phone}\ud800" + "不" * 300, "r" * 300 + "\0")


@both_databases
def test_a_hostile_answer_is_recorded(session: Session) -> None:
    row = messages.write(session, NOW, "13800001234", short_message("reject", **SAMPLES))
    answer = messages.hand_over(Hostile(), messages.outgoing(row))
    messages.settle(session, NOW, {row.id: answer}, 1)
    session.commit()
    assert (row.state, row.reference, len(row.reason or "")) == ("undelivered", "r" * 64, 200)
    assert row.reason.startswith("138****1234?不")


def test_a_message_whose_answers_get_lost_is_not_sent_for_ever(session: Session) -> None:
    row = Outbox(topic="claim.notice", subject_id=1, created_at=NOW, due_at=NOW)
    session.add(row)
    session.flush()
    message = messages.write(session, NOW, "13800001234", short_message("reject", **SAMPLES), row.id)
    for tries in range(1, messages.MOST_DOUBTS + 1):
        assert [one.id for one in messages.waiting(session, row.id)] == [message.id]
        messages.settle(session, NOW, {message.id: Answer("unknown", "没有答复")}, tries)
    assert messages.waiting(session, row.id) == []
    assert (message.state, "可能已经发出" in (message.reason or "")) == ("undelivered", True)


class Repeats:
    """A provider that repeats the number in its own ways."""

    reaches = True
    local = False

    def send(self, key: str, phone: str, message: ShortMessage) -> Answer:
        """Refuse."""
        return Answer("bad_number", f"86{phone} 停机；+86 {phone[:3]}-{phone[3:7]}-{phone[7:]}")


def test_a_number_is_masked_with_its_country_code_too(session: Session) -> None:
    row = messages.write(session, NOW, "13800001234", short_message("reject", **SAMPLES))
    reason = messages.hand_over(Repeats(), messages.outgoing(row)).reason
    assert "1380000" not in reason.replace("-", "")
    assert reason.count("****") == 2
