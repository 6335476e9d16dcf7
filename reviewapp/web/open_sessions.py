"""Who is signed in how many times at this moment. Sessions lie in Redis, each with the name that its account has for
them.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from flask import current_app

_AT_ONCE = 500


def by_account() -> Counter[str]:
    """How many sessions are open, by the account's `fs_uniquifier`; one that was ended counts for nobody."""
    sessions: Any = current_app.session_interface
    keys = list(sessions.client.scan_iter(match=f"{sessions.key_prefix}*", count=_AT_ONCE))
    found: Counter[str] = Counter()
    for start in range(0, len(keys), _AT_ONCE):
        kept = (value for value in sessions.client.mget(keys[start : start + _AT_ONCE]) if value)
        found.update(name for value in kept if (name := sessions.serializer.decode(value).get("_user_id")))
    return found
