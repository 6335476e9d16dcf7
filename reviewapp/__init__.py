"""reviewapp: purchase subsidies of Chinese counties, from papers to payment."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from reviewapp.config import Settings

# An office is made of two hundred thousand objects that stay. Looking through them for garbage after every 700 new
# ones, as Python does by itself, takes an eighth of the time in which a process starts.
gc.set_threshold(10_000, 10, 10)


def create_app(settings: Settings | None = None) -> Flask:
    """The web application for `settings` (default: the environment's); imported here so that leaf rooms stay light."""
    from reviewapp import web
    from reviewapp.application import build

    app = build(settings)
    web.register(app)
    return app
