"""`reviewapp batch`: a dealer's sheet and its pile, checked or put in, with what is wrong by row, file and page."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp import clock, create_app, schemes
from reviewapp.cli.batch_run import Run, template_of
from reviewapp.config import Settings
from reviewapp.db import transaction
from reviewapp.errors import InvalidValue
from reviewapp.extensions import db
from reviewapp.models import Actor, Base, Organisation, User
from reviewapp.ocr import Reader
from reviewapp.ocr.engines import MAKERS
from reviewapp.policy.values import CHINA
from reviewapp.services import batch_submission, funds

_SHEET = click.argument("sheet", metavar="SHEET", type=click.Path(exists=True, dir_okay=False, path_type=Path))
_PAPERS = click.argument("papers", metavar="PAPERS", type=click.Path(exists=True, path_type=Path))
_ENGINE = click.option(
    "--engine", envvar="OCR_ENGINE", default="rapidocr", show_default=True, metavar="NAME",
    help=f"识别引擎：{'、'.join(MAKERS)}",
)  # fmt: skip


@click.group(help="批量申请：一张购车人表（xlsx）和一堆材料（ZIP 或文件夹）。")
def batch() -> None:
    """The group itself; does nothing."""


@batch.command(help="只核对，不提交、不留下任何数据：逐行说明缺什么、错在哪。全部齐全时退出码为 0，否则为 1。")
@_SHEET
@_PAPERS
@click.option("--at", metavar="DATE", type=click.DateTime(["%Y-%m-%d"]), help="当作这一天提交来核对  [默认：今天]")
@_ENGINE
def check(sheet: Path, papers: Path, at: datetime | None, engine: str) -> None:
    """Everything in an office of its own that is gone afterwards; exit 1 when anybody or any page is not settled."""
    template = template_of(sheet)
    with tempfile.TemporaryDirectory(prefix="batch-") as folder:
        app = create_app(Settings.from_environment(_apart(Path(folder))))
        if at is not None:
            clock.stand_on(at.replace(hour=9, tzinfo=CHINA))
        with app.app_context(), _session() as session:
            Base.metadata.create_all(db.engine)
            run = Run(session, app.extensions["storage"], _reader(engine), _stranger(session, template.scheme_code))
            run.take(sheet, papers, template)
            settled = run.report()
    sys.exit(0 if settled else 1)


@batch.command(help="核对后，把齐全的按表中次序提交，其余留作草稿。全部提交时退出码为 0，否则为 1。")
@_SHEET
@_PAPERS
@click.option("--as", "username", required=True, metavar="USERNAME", help="经销商账号")
@_ENGINE
def submit(sheet: Path, papers: Path, username: str, engine: str) -> None:
    """In the office; the same sheet and papers again go on where they were, and nobody is put in twice."""
    template = template_of(sheet)
    app = create_app()
    with app.app_context(), _session() as session:
        run = Run(session, app.extensions["storage"], _reader(engine), _dealer(session, username))
        run.take(sheet, papers, template)
        run.report()
        done = batch_submission.submit_complete(session, run.actor, clock.now(), run.batch_id)
        while done.left:
            done = batch_submission.submit_complete(session, run.actor, clock.now(), run.batch_id)
        tickets = run.tickets()
    for row, ticket in tickets:
        click.echo(f"第 {row} 行：已提交，排队号 {ticket}")
    for row, why in done.kept:
        click.echo(f"第 {row} 行：留作草稿。{why}", err=True)
    sys.exit(1 if done.kept else 0)


@contextmanager
def _session() -> Iterator[Session]:
    """A session of its own: whoever works here rings nobody's doorbell."""
    with Session(db.engine) as session:
        yield session
    db.engine.dispose()


def _apart(folder: Path) -> dict[str, str]:
    """An office in that folder; its clock can be set, as a demonstration's can."""
    return {"REVIEWAPP_DATA": str(folder), "STORAGE_URL": f"file:{folder / 'uploads'}", "REVIEWAPP_DEMO": "1"}


def _stranger(session: Session, scheme_code: str) -> Actor:
    """A dealer for the time of a check, with the scheme's pools open."""
    with transaction(session):
        firm = Organisation(kind="dealer", name="核对")
        session.add(firm)
        session.flush()
        user = User(role="dealer", username="check", organisation_id=firm.id, created_at=clock.now())
        session.add(user)
        session.flush()
        funds.open_pools(session, clock.now(), schemes.load(scheme_code))
        return Actor.of(user)


def _dealer(session: Session, username: str) -> Actor:
    user = session.scalars(select(User).where(User.username == username, User.role == "dealer")).one_or_none()
    if user is None or not user.active:
        raise InvalidValue(f"没有名为“{username}”的经销商账号。请核对 --as。")
    return Actor.of(user)


def _reader(engine: str) -> Reader:
    reader = Reader(engine)
    reader.warm_up()
    return reader
