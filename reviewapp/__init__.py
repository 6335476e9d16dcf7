"""reviewapp: purchase subsidies of Chinese counties, from papers to payment."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from reviewapp.config import Settings


def create_app(settings: Settings | None = None) -> Flask:
    """The web application for `settings` (default: the environment's); imported here so that leaf rooms stay light."""
    from reviewapp.application import build

    return build(settings)
