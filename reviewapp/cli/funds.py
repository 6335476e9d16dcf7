"""`reviewapp funds`: do the books agree, and money proposed for a pool under a document."""

from __future__ import annotations

import secrets
import sys

import click
from flask import current_app

from reviewapp import clock, create_app
from reviewapp.bank import BankUnavailable
from reviewapp.db import transaction
from reviewapp.errors import InvalidValue, Unavailable
from reviewapp.extensions import db
from reviewapp.models import Actor
from reviewapp.policy.money import fen_from_yuan, yuan_from_fen
from reviewapp.services import fund_orders, people
from reviewapp.services import funds as service
from reviewapp.services.funds import Difference


@click.group(help="核对资金：账、申请、指令、银行；提出追加资金的资金单。")
def funds() -> None:
    """The group itself; does nothing."""


@funds.command(help="核对账、申请、发放指令和银行流水；有不一致时逐行列出，退出码 1。")
@click.option("--bank/--no-bank", default=True, help="是否与银行流水核对（默认核对）。")
def verify(bank: bool) -> None:
    """Print every difference, amounts in yuan; exit 1 when there is one."""
    with create_app().app_context():
        differences = _verify(bank)
    for row in differences:
        expected, found = yuan_from_fen(row.expected), yuan_from_fen(row.found)
        click.echo(f"{row.where}\t{row.what}\t应为 {expected} 元\t实为 {found} 元")
    if differences:
        click.echo(f"共 {len(differences)} 处不一致。", err=True)
        sys.exit(1)
    click.echo("账、申请、发放指令与银行流水一致，差额 0.00 元。" if bank else "账、申请与发放指令一致，差额 0.00 元。")


def _verify(bank: bool) -> list[Difference]:
    try:
        lines = current_app.extensions["bank"].statement() if bank else None
    except BankUnavailable:
        raise Unavailable("银行接口没有应答，无法核对流水。请稍后再试，或加 --no-bank 先核对账内。") from None
    with transaction(db.session):
        service.hold_pools(db.session)
        return service.verify(db.session, lines)


@funds.command(help="以一名财务制单人员或管理员的名义提出追加资金的资金单；另一人在网页上确认后入账。金额以元为单位。")
@click.argument("scheme")
@click.argument("pool")
@click.argument("amount")
@click.option("--document", required=True, help="依据的文件文号。")
@click.option("--reason", required=True, help="事由。")
@click.option("--by", required=True, help="提出人的账号。")
@click.option("--source", default="", help="资金来源，分级的资金池必填，例如 省级财政。")
def appropriate(scheme: str, pool: str, amount: str, document: str, reason: str, by: str, source: str) -> None:
    """Propose a top-up in somebody's name; nothing moves before another person confirms it."""
    try:
        amount_fen = fen_from_yuan(amount)
    except ValueError:
        raise InvalidValue(f"金额“{amount}”不正确。请写以元为单位的数字，例如 100000.00。") from None
    key = secrets.token_urlsafe(12)
    proposal = fund_orders.Proposal("top_up", amount_fen, document, reason, key, source)
    with create_app().app_context(), transaction(db.session):
        row = service.pool_named(db.session, scheme, pool)
        maker = Actor.of(people.staff_named(db.session, by))
        fund_orders.propose(db.session, maker, clock.now(), row, proposal)
        click.echo(
            f"{row.title}：已提出追加 {yuan_from_fen(amount_fen)} 元，由另一位财务复核人员在“资金池”页面确认后入账。"
        )
