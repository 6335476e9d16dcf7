"""The published lists (公示名单) of a scheme for everybody: a programme's approvals, masked; what firms redeemed."""

from __future__ import annotations

from flask import Blueprint, current_app, render_template, request
from flask.typing import ResponseReturnValue

from reviewapp import clock
from reviewapp.config import Settings
from reviewapp.errors import NotFound
from reviewapp.extensions import db, limiter
from reviewapp.policy import Scheme
from reviewapp.queries import publication as queries
from reviewapp.queries import voucher_office
from reviewapp.queries.publication import Published
from reviewapp.schemes import merchants
from reviewapp.services.days import local_date
from reviewapp.web.access import ANYONE, open_to
from reviewapp.web.public import scheme_named

blueprint = Blueprint("publication", __name__, url_prefix="/schemes/<code>/publication")

_LARGEST_TICKET = 10**15


@blueprint.get("")
@open_to(ANYONE)
@limiter.limit("120 per minute")
def listing(code: str) -> ResponseReturnValue:
    """The lines of one programme, a hundred a page; with `ticket` the page where that one stands."""
    published = published_list(code)
    told = queries.summary(db.session, published)
    sought = request.args.get("ticket", type=int)
    sought = sought if sought and 0 < sought <= _LARGEST_TICKET else None
    found = queries.page_of(db.session, published, sought) if sought else None
    number = found or request.args.get("page", 1, type=int)
    return render_template(
        "public/publication.html",
        scheme=published.scheme,
        published=published,
        told=told,
        page=queries.page(db.session, published, told, number),
        sought=sought,
        found=found,
        objections_to=objections_to(published.scheme),
    )


@blueprint.get("/vouchers")
@open_to(ANYONE)
@limiter.limit("120 per minute")
def vouchers(code: str) -> ResponseReturnValue:
    """What each firm redeemed of each kind of voucher; no persons."""
    scheme = scheme_named(code)
    if not scheme.vouchers:
        raise NotFound("这个活动没有消费券。请从首页选择。")
    rows = voucher_office.by_firm(db.session, code)
    kinds = [(kind.title, [row for row in rows if row.kind == kind.code]) for kind in scheme.vouchers.values()]
    return render_template("public/publication_vouchers.html", scheme=scheme, kinds=kinds)


def published_list(code: str) -> Published:
    """The list of the programme that the address asks for, else of the first, as it is published now. NotFound."""
    scheme, settings = scheme_named(code), _settings()
    programme = scheme.programmes.get(request.args.get("programme") or next(iter(scheme.programmes)))
    if programme is None:
        raise NotFound("这个活动没有这个补贴项目。请从首页选择。")
    return Published(scheme, programme, local_date(clock.now()), settings.names_days)


def objections_to(scheme: Scheme) -> str:
    """Whom objections reach: as the office set it, else the bureau that the scheme's firms ask."""
    return _settings().objections_to or merchants.load(scheme.code).office


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings
