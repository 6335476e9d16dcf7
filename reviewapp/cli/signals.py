"""Signals of claims that were put in before signals were kept."""

from __future__ import annotations

import click
from sqlalchemy import select

from reviewapp import clock, create_app
from reviewapp.db import transaction
from reviewapp.extensions import db
from reviewapp.models import Claim
from reviewapp.services import checking, likeness


@click.group(help="申请之间的相同之处：号码、银行卡、照片。")
def signals() -> None:
    """The group itself; does nothing."""


@signals.command("refresh", help="为以前的申请补算。可重复执行，可随时中断。")
def refresh() -> None:
    """Write the keys of every claim that was put in, and compare its pictures."""
    app = create_app()
    with app.app_context():
        claims = list(db.session.scalars(select(Claim.id).where(Claim.ticket.is_not(None)).order_by(Claim.id)))
        for claim_id in claims:
            with transaction(db.session):
                checking.rewrite_keys(db.session, claim_id)
            likeness.compare(db.session, app.extensions["storage"], claim_id, clock.now())
    click.echo(f"已补算 {len(claims)} 份申请。")
