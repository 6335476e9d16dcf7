"""`reviewapp audit`: is the trail whole, and what does a receipt prove."""

from __future__ import annotations

import sys
from typing import BinaryIO

import click
from flask import current_app

from reviewapp import clock, create_app, schemes
from reviewapp.errors import InvalidValue
from reviewapp.extensions import db
from reviewapp.policy.statements import MOST_BYTES, NoStatement, Receipt, parse
from reviewapp.services import audit as service
from reviewapp.services import funds, receipts
from reviewapp.services.receipts import Point


@click.group(help="核验办理记录链：记录是否完整，回执能证明什么。")
def audit() -> None:
    """The group itself; does nothing."""


@audit.command(help="逐环核验每个资金池的记录链；不完整时说明最早出错的一处，退出码 1。")
@click.option("--scheme", metavar="CODE", help="只核验一个活动方案。")
def verify(scheme: str | None) -> None:
    """Print the first broken place of every chain that has one; exit 1 when there is one."""
    with create_app().app_context():
        if scheme is not None and scheme not in schemes.codes():
            raise InvalidValue(f"没有活动方案 {scheme}。现有：{'、'.join(schemes.codes())}。")
        chains = service.verify(db.session, clock.now(), _office(), scheme)
    wrong = [chain for chain in chains if chain.wrong]
    for chain in wrong:
        click.echo(f"{chain.pool}\t第 {chain.number} 环\t{chain.wrong}")
    if wrong:
        click.echo(f"{len(chains)} 条记录链中有 {len(wrong)} 条不完整。", err=True)
        sys.exit(1)
    links, tickets = sum(chain.links for chain in chains), sum(chain.tickets for chain in chains)
    click.echo(f"记录链完整：{len(chains)} 个资金池，{tickets} 个排队号，{links} 环。")


@audit.command(help="核验一份受理回执（文件，或 - 读标准输入）：逐条说明，有一条不成立则退出码 1。")
@click.argument("receipt", type=click.File("rb"))
def prove(receipt: BinaryIO) -> None:
    """Print what holds for the receipt, the whole chain of its pool included."""
    try:
        given = parse(Receipt, receipt.read(MOST_BYTES + 1))
    except NoStatement:
        raise InvalidValue("这不是受理回执。请使用回执页面下载的 JSON 文件，不要改动内容。") from None
    with create_app().app_context():
        points = receipts.prove(db.session, current_app.extensions["signer"], given)
        if all(point.holds for point in points):
            points.append(_whole(given))
    for point in points:
        click.echo(f"{'✓' if point.holds else '✗'} {point.text}")
    if not all(point.holds for point in points):
        sys.exit(1)


def _office() -> service.Office:
    return service.Office(current_app.extensions["signer"], current_app.extensions["settings"].heads)


def _whole(receipt: Receipt) -> Point:
    pool = funds.pool_named(db.session, receipt.scheme, receipt.pool)
    chain = service.verify_pool(db.session, clock.now(), _office(), pool.id)
    if chain.wrong:
        return Point(False, f"整条记录链不完整：第 {chain.number} 环，{chain.wrong}。")
    return Point(True, f"整条记录链完整：{chain.tickets} 个排队号，{chain.links} 环，与每日链头一致。")
