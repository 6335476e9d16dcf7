"""What people ought to see beside a claim or on every page: what claims have in common, and firms that are excluded."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Flask
from flask_security import current_user

from reviewapp.extensions import db
from reviewapp.models import EXCLUSION_KINDS, Claim, Exclusion
from reviewapp.policy.workflow import COMPANIES
from reviewapp.queries import signals
from reviewapp.services import standing, struck_claims
from reviewapp.web.access import actor


def register(app: Flask) -> None:
    """Make `signals_of(claim)` known to the templates: within what the person signed in may see."""
    app.context_processor(lambda: {"signals_of": _of, "signal_marks": signals.MARKS})
    app.context_processor(lambda: {"struck_on": _struck_on, "struck_words": EXCLUSION_KINDS, "struck_told": _told})


def _of(claim: Claim) -> signals.Signals:
    return signals.of_claim(db.session, actor(), claim)


def _struck_on(claim: Claim) -> Sequence[Exclusion]:
    """The exclusions that stand against a firm on this claim."""
    return struck_claims.on_claim(db.session, claim)


def _told() -> list[str]:
    """What the signed-in person's own firm has to know."""
    if not current_user.is_authenticated or current_user.role not in COMPANIES or current_user.organisation is None:
        return []
    return standing.told_to_own(db.session, current_user.organisation)
