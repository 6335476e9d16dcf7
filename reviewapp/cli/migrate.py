"""`reviewapp migrate`: bring the database up to this version."""

from __future__ import annotations

import click
from flask_migrate import upgrade

from reviewapp.application import build
from reviewapp.db import transaction
from reviewapp.extensions import db
from reviewapp.services import chain


@click.command(help="把数据库升级到当前版本（可以重复执行）。")
def migrate() -> None:
    """Run every Alembic migration that the database has not had yet; link events that are older than the chain."""
    with build().app_context():
        upgrade()
        with transaction(db.session):
            adopted = chain.adopt(db.session)
    if adopted:
        click.echo(f"已把 {adopted} 条以前的办理记录补入记录链。")
