"""The pages: one blueprint an audience. `register` puts all of it on an application."""

from __future__ import annotations

from flask import Flask

from reviewapp.web import (
    batches,
    claims,
    demo,
    desk,
    errors,
    filters,
    finance,
    guard,
    headers,
    health,
    held,
    images,
    navigation,
    public,
    queue,
    returns,
    scheme_replay,
    schemes,
    sign_in,
    staff,
    trail,
)


def register(app: Flask) -> None:
    """Blueprints, access rules, error pages, headers and template filters."""
    staff.register(app)
    for room in (public, queue, health, sign_in, held, demo, claims, images, desk, trail, schemes, scheme_replay):
        app.register_blueprint(room.blueprint)
    for room in (finance, batches, returns):
        app.register_blueprint(room.blueprint)
    guard.register(app)
    errors.register(app)
    headers.register(app)
    navigation.register(app)
    filters.register(app)
