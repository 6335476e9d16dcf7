"""Who may open which route: every view says so with `open_to`, and a view that says nothing is closed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask
from flask_security import current_user

from reviewapp.models import Actor
from reviewapp.policy.workflow import OUTSIDE, ROLES

View = TypeVar("View", bound=Callable[..., Any])

#: Routes of libraries, which guard themselves or serve public files.
LIBRARY = ("static", "bootstrap.static", "security.")
ANYONE = "anyone"
#: Not for people: the interface of dealers' own systems, which asks for a token itself and looks at no session.
TOKEN = "token"
STAFF = tuple(role for role in ROLES if role not in (*OUTSIDE, "system"))
SIGNED_IN = tuple(role for role in ROLES if role != "system")


def open_to(*roles: str) -> Callable[[View], View]:
    """Mark a view as open to these roles (or to `ANYONE`)."""

    def mark(view: View) -> View:
        view.roles = frozenset(roles)  # type: ignore[attr-defined]
        return view

    return mark


def freshly_signed_in(view: View) -> View:
    """Mark a view that only a person opens who signed in a moment ago: it changes where money goes."""
    view.fresh = True  # type: ignore[attr-defined]
    return view


def actor() -> Actor:
    """The signed-in person as services want to know them."""
    return Actor.of(current_user)


def roles_of(app: Flask, endpoint: str) -> frozenset[str] | None:
    """The roles an endpoint is open to; None for a view that does not say."""
    if endpoint.startswith(LIBRARY):
        return frozenset((ANYONE,))
    return getattr(app.view_functions[endpoint], "roles", None)


def wants_fresh(app: Flask, endpoint: str) -> bool:
    """Is the endpoint marked with `freshly_signed_in`?"""
    return getattr(app.view_functions[endpoint], "fresh", False)
