"""Pages of the demo only: the local message outbox and the clock. Outside demo mode they do not exist."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from reviewapp import clock, schemes
from reviewapp.errors import InvalidValue, NotFound
from reviewapp.extensions import db
from reviewapp.models import Message
from reviewapp.policy import Programme
from reviewapp.web.access import ANYONE, open_to

blueprint = Blueprint("demo", __name__, url_prefix="/demo")

_NEWEST = 50
_ZONE = ZoneInfo("Asia/Shanghai")
#: Inside the hours of every scheme, those in which a shop hands vouchers out included.
_MORNING = time(10, 30)


@blueprint.before_request
def only_in_demo() -> None:
    """404 outside demo mode."""
    if not current_app.extensions["settings"].demo_mode:
        raise NotFound()


@blueprint.get("/messages")
@open_to(ANYONE)
def messages() -> ResponseReturnValue:
    """The newest messages, those that were not sent included."""
    newest = db.session.scalars(select(Message).order_by(Message.id.desc()).limit(_NEWEST)).all()
    signature = current_app.extensions["settings"].sms.signature
    return render_template("demo/messages.html", messages=newest, signature=signature)


@blueprint.get("/clock")
@open_to(ANYONE)
def clock_page() -> ResponseReturnValue:
    """The demo's date, with one button a scheme that puts it inside the scheme's window."""
    listed = [schemes.load(code) for code in schemes.codes()]
    return render_template("demo/clock.html", schemes=listed, now=clock.now(), suggested_day=_suggested_day)


@blueprint.post("/clock")
@open_to(ANYONE)
def set_clock() -> ResponseReturnValue:
    """Put the demo's clock on the morning of a day."""
    try:
        day = date.fromisoformat(request.form.get("day", ""))
    except ValueError:
        raise InvalidValue("日期应写成 2024-01-12 这样，请重新填写。") from None
    clock.stand_on(datetime.combine(day, _MORNING, _ZONE))
    flash(f"演示日期已改为 {day.isoformat()}。", "success")
    return redirect(url_for("demo.clock_page"))


def _suggested_day(programme: Programme) -> str:
    """A day inside the programme's window for papers: a week before it closes."""
    return (programme.submission.until.astimezone(_ZONE) - timedelta(days=7)).date().isoformat()
