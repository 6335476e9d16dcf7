"""What the office has agreed with its provider."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Account:
    """`signature` without its brackets; `key` names the account, `secret` signs requests and appears nowhere else.

    `codes` are the provider's codes of the approved templates, by our keys.
    """

    signature: str
    key: str
    secret: str = field(repr=False)
    codes: Mapping[str, str] = field(default_factory=dict)
