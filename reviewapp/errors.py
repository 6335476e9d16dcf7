"""Typed errors of the office.

Services raise these; `reviewapp.web.errors` alone turns them into pages. `code` is stable (tests, logs, JSON),
`message` is a Chinese sentence for the person at the screen: what is wrong, where, and what to do.
"""


class ReviewError(Exception):
    """Base of all expected errors: `code` is stable, `message` is shown to the person."""

    code = "error"
    status = 400

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if code is not None:
            self.code = code


class NotFound(ReviewError):
    """The object does not exist, or not for this viewer; the two look the same from outside."""

    code = "not_found"
    status = 404

    def __init__(self, message: str = "没有找到这项内容。请从列表重新进入。") -> None:
        super().__init__(message)


class NotAllowed(ReviewError):
    """The person may see the object but not do this to it (role, or the rule of two people)."""

    code = "not_allowed"
    status = 403


class IllegalMove(ReviewError):
    """The workflow table has no such action in the state the object is in."""

    code = "illegal_move"
    status = 409


class Stale(ReviewError):
    """The object changed since the person's page was loaded; nothing was written."""

    code = "stale"
    status = 409


class Incomplete(ReviewError):
    """A submission lacks required papers or facts; `missing` names them in Chinese."""

    code = "incomplete"
    status = 422

    def __init__(self, message: str, missing: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.missing = missing


class InvalidValue(ReviewError):
    """Values entered do not hold; `fields` maps a field name to its Chinese message."""

    code = "invalid_value"
    status = 422

    def __init__(self, message: str, fields: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.fields = fields or {}


class TooMany(ReviewError):
    """A quota or rate limit is used up."""

    code = "too_many"
    status = 429


class Unavailable(ReviewError):
    """A part the action needs (queue, bank, storage) does not answer; safe to try again."""

    code = "unavailable"
    status = 503
