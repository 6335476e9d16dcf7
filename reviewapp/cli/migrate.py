"""`reviewapp migrate`: bring the database up to this version."""

from __future__ import annotations

import click
from flask_migrate import upgrade

from reviewapp import create_app


@click.command(help="把数据库升级到当前版本（可以重复执行）。")
def migrate() -> None:
    """Run every Alembic migration that the database has not had yet."""
    with create_app().app_context():
        upgrade()
