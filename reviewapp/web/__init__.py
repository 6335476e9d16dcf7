"""The pages: one blueprint an audience. `register` puts all of it on an application."""

from __future__ import annotations

from flask import Flask

from reviewapp.web import (
    api,
    batches,
    claims,
    collection,
    counter,
    dealer,
    dealers,
    demands,
    demo,
    desk,
    errors,
    figures,
    filters,
    finance,
    firm_accounts,
    firms,
    guard,
    headers,
    health,
    held,
    images,
    lead,
    merchant_review,
    merchants,
    navigation,
    objections,
    papers_out,
    pools,
    public,
    publication,
    queue,
    reconciliations,
    recycler,
    relatives,
    retention,
    returns,
    review,
    samples,
    scheme_replay,
    schemes,
    settlements,
    shop,
    sign_in,
    signals,
    staff,
    staff_accounts,
    tokens,
    trail,
    voucher_office,
    vouchers,
)
from reviewapp.web.api import pages as api_pages

ROOMS = (
    *(public, queue, publication, health, sign_in, held, demo, claims, counter, dealer, images, desk, review),
    *(schemes, scheme_replay),
    *(trail, papers_out, dealers, figures),
    *(finance, batches, returns, reconciliations, pools, demands),
    *(tokens, api, api_pages),
    *(lead, objections, relatives, samples),
    *(vouchers, settlements, voucher_office, shop, recycler),
    *(collection, collection.register, collection.scans),
    *(merchants, merchant_review, firms, firm_accounts, staff_accounts),
)


def register(app: Flask) -> None:
    """Blueprints, access rules, error pages, headers and template filters."""
    staff.register(app)
    for room in ROOMS:
        app.register_blueprint(room.blueprint)
    guard.register(app)
    errors.register(app)
    headers.register(app)
    navigation.register(app)
    filters.register(app)
    signals.register(app)
    retention.register(app)
