"""Where nothing leaves the machine: the demo's outbox, and no provider at all."""

from __future__ import annotations

from reviewapp.policy.notices import ShortMessage
from reviewapp.sms.protocol import Answer


class LocalOutbox:
    """Takes every message; the rows that the office keeps of them are the outbox, shown on the demo's page."""

    reaches = True
    local = True

    def send(self, key: str, phone: str, message: ShortMessage) -> Answer:
        """Taken."""
        return Answer("sent")


class NoProvider:
    """An office without short messages: what was to be told is recorded as not delivered, and not tried again."""

    reaches = False
    local = False

    def send(self, key: str, phone: str, message: ShortMessage) -> Answer:
        """Refused."""
        return Answer("refused", "没有设置短信服务（SMS_URL）")
