"""What a provider says is kept, whatever it says."""

from __future__ import annotations

from sqlalchemy.orm import Session

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
    messages.settle(session, NOW, {row.id: answer})
    session.commit()
    assert (row.state, row.reference, len(row.reason or "")) == ("undelivered", "r" * 64, 200)
    assert row.reason.startswith("138****1234?不")
