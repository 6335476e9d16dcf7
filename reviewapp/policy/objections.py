"""Objections (异议) to a claim that is published: how one came in, and what became of it. Pure data."""

from __future__ import annotations

#: How it reached the office.
CHANNELS: dict[str, str] = {
    "letter": "来信",
    "visit": "来访",
    "phone": "来电",
    "message": "短信或邮件",
    "other": "其他",
}
#: `joined`: settled with another one that was upheld, for the approval that both spoke against is undone.
STATES: dict[str, str] = {
    "open": "待处理",
    "dismissed": "不成立",
    "upheld": "成立",
    "joined": "并入重新审核",
}
#: The longest texts that are kept.
TEXT_LENGTH, REASON_LENGTH, NAME_LENGTH, CONTACT_LENGTH = 2000, 1000, 60, 120
