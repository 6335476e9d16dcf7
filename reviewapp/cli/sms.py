"""`reviewapp sms`: the texts to be approved, one message to try the provider, and what was not delivered."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta

import click

from reviewapp import clock, create_app
from reviewapp.config import Settings
from reviewapp.db import transaction
from reviewapp.errors import Unavailable
from reviewapp.extensions import db
from reviewapp.models.message import STATES
from reviewapp.policy.notices import SAMPLES, SIGN_IN_CODE, TEMPLATES, parameters_of, short_message
from reviewapp.policy.values import CHINA
from reviewapp.queries import messages as listed
from reviewapp.services import messages
from reviewapp.services.sign_in import NO_PROVIDER, clean_phone


@click.group(help="短信：要报备的模板、试发一条、没有发出的。")
def sms() -> None:
    """The group itself; does nothing."""


@sms.command(help="列出要向短信服务商报备的模板：键、内容、变量、最长字数（含签名）。")
def templates() -> None:
    """One template a line, parameters written as providers want them: ${name}."""
    signature = Settings.from_environment().sms.signature
    click.echo(f"签名\t{signature}")
    for key in TEMPLATES:
        names = parameters_of(key)
        text = TEMPLATES[key].format(**{name: f"${{{name}}}" for name in names})
        longest = len(short_message(key, **SAMPLES).signed(signature))
        click.echo(f"{key}\t{text}\t{'、'.join(names)}\t{longest}")


@sms.command(help="向一个号码试发一条短信。短信平台收下时退出码为 0，否则为 1 并说明原因。")
@click.argument("phone")
@click.option("--template", default=SIGN_IN_CODE, show_default=True, type=click.Choice(list(TEMPLATES)), metavar="键")
def test(phone: str, template: str) -> None:
    """One message with invented values, recorded as every other."""
    app = create_app()
    if not app.extensions["sms"].reaches:
        raise Unavailable(NO_PROVIDER)
    with app.app_context():
        with transaction(db.session):
            content = short_message(template, **SAMPLES)
            message = messages.outgoing(messages.write(db.session, clock.now(), clean_phone(phone), content))
        answer = messages.hand_over(app.extensions["sms"], message)
        with transaction(db.session):
            messages.settle(db.session, clock.now(), {message.id: answer}, tries=1, again=False)
    if answer.status != "sent":
        click.echo(f"没有发出（{answer.status}）：{answer.reason}", err=True)
        sys.exit(1)
    signed = content.signed(app.extensions["settings"].sms.signature)
    click.echo(f"短信平台已收下（回执号 {answer.reference or '无'}）：{signed}")


@sms.command(help="没有发出的短信：按模板和原因计数。有没有发出的时退出码为 1。")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="从这一天起  [默认：最近 7 天]")
def undelivered(since: datetime | None) -> None:
    """Count, newest instant, template, state and reason; no telephone numbers."""
    with create_app().app_context():
        start = since.replace(tzinfo=CHINA) if since else clock.now() - timedelta(days=7)
        rows = listed.undelivered(db.session(), start)
    for row in rows:
        newest = f"{row.newest.astimezone(CHINA):%Y-%m-%d %H:%M}"
        click.echo(f"{row.count}\t{newest}\t{row.template}\t{STATES[row.state]}\t{row.reason}")
    if not rows:
        click.echo("没有未发出的短信。")
    sys.exit(1 if rows else 0)
