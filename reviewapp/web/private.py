"""What the session keeps about a person is sealed: Redis holds no name, number or card in clear."""

from __future__ import annotations

import json
from typing import Any

from cryptography.exceptions import InvalidTag
from flask import session

from reviewapp import sealing

_PLACE = "session."


def keep(name: str, value: Any) -> None:
    """Keep a JSON value in the session under that name."""
    session[name] = sealing.current().seal(json.dumps(value).encode(), _PLACE + name)


def look(name: str) -> Any:
    """The value kept under that name; None when there is none, or none that this office sealed."""
    sealed = session.get(name)
    try:
        return None if sealed is None else json.loads(sealing.current().open(sealed, _PLACE + name))
    except InvalidTag:
        return None


def take(name: str) -> Any:
    """As `look`; afterwards the session keeps nothing under that name."""
    value = look(name)
    session.pop(name, None)
    return value
