"""What a person typed: whether it can be kept."""

from __future__ import annotations

from reviewapp.errors import InvalidValue


def require_text(text: str, field: str, what: str, longest: int) -> str:
    """The text without blanks around it; InvalidValue naming `what` when it is empty or too long."""
    text = text.strip()
    if not text:
        raise InvalidValue(f"请填写{what}。", {field: "不能为空。"})
    if len(text) > longest:
        raise InvalidValue(f"{what}太长，最多 {longest} 个字。请缩短后再试。", {field: f"最多 {longest} 个字。"})
    return text
