"""What an office does once: open a scheme, make its first accounts, put firms on its lists; and lost passwords."""

from __future__ import annotations

from datetime import datetime
from typing import TextIO

import click
from flask_security import hash_password

from reviewapp import clock, create_app, schemes
from reviewapp.db import transaction
from reviewapp.errors import InvalidValue
from reviewapp.extensions import db
from reviewapp.models import SYSTEM
from reviewapp.models.people import USER_ROLES
from reviewapp.policy import Scheme
from reviewapp.policy.values import CHINA
from reviewapp.policy.workflow import ROLES, WITH_ORGANISATION
from reviewapp.queries.abandoned import abandoned
from reviewapp.schemes import collection
from reviewapp.services import erasure, funds, leases, people, staff_accounts

_LEAST_PASSWORD = 10


@click.group(help="开办活动、开通账号、登记参与商户。")
def office() -> None:
    """The group itself; does nothing."""


@office.command("open-scheme", help="按方案文件建立资金池。可重复执行。")
@click.argument("code")
def open_scheme(code: str) -> None:
    """Make the pools of a scheme with the amounts of its document."""
    with create_app().app_context(), transaction(db.session):
        for pool in funds.open_pools(db.session, clock.now(), _scheme(code)):
            click.echo(f"{pool.title}\t{pool.appropriated / 100:.2f} 元")


@office.command("add-user", help="开通工作人员、经销商、商家、回收点、乡镇（街道）账号，密码从提示输入。")
@click.argument("username")
@click.option("--name", required=True, help="姓名")
@click.option(
    "--role", required=True, type=click.Choice(USER_ROLES[1:]), help="、".join(ROLES[role] for role in USER_ROLES[1:])
)
@click.option("--firm", help="所属企业、回收点或乡镇（街道）的名称")
@click.option("--uscc", help="企业的统一社会信用代码（回收点、乡镇不用）")
@click.option("--phone", help="接收通知短信的手机号（集中运输等）")
@click.password_option(prompt="密码", confirmation_prompt="再输一次")
def add_user(
    username: str, name: str, role: str, firm: str | None, uscc: str | None, phone: str | None, password: str
) -> None:
    """Make one account."""
    _require_length(password)
    if role in WITH_ORGANISATION and not firm:
        raise InvalidValue(f"{ROLES[role]}账号要写明 --firm 所属单位；企业还要写明 --uscc 统一社会信用代码。")
    with create_app().app_context():
        password_hash = hash_password(password)
        with transaction(db.session):
            organisation = people.firm(db.session, role, firm, uscc) if role in WITH_ORGANISATION and firm else None
            candidate = staff_accounts.Candidate(name, username, role, organisation, phone)
            staff_accounts.make(db.session, SYSTEM, clock.now(), candidate, password_hash, starting=False)
    click.echo(f"已开通账号 {username}（{ROLES[role]}）。")


@office.command("reset-password", help="重置一个账号的密码，已登录的立即退出；本人下次登录必须修改。密码从提示输入。")
@click.argument("username")
@click.option("--generate", is_flag=True, help="生成初始密码并显示，不用输入")
@click.option("--remove-second-factor", is_flag=True, help="同时移除丢失的动态口令")
def reset_password(username: str, generate: bool, remove_second_factor: bool) -> None:
    """Give an account a starting password, for whoever has the command line."""
    password = people.starting_password() if generate else _asked_password()
    with create_app().app_context():
        password_hash = hash_password(password)
        with transaction(db.session):
            user = staff_accounts.named(db.session, username)
            if remove_second_factor:
                staff_accounts.reset_second_factor(db.session, SYSTEM, clock.now(), user.id)
            staff_accounts.reset_password(db.session, SYSTEM, clock.now(), user.id, password_hash)
    click.echo(f"已重置 {username} 的密码，已登录的立即退出，下次登录必须修改。")
    if generate:
        click.echo(f"初始密码：{password}")


@office.command("disable-user", help="停用一个账号：已登录的立即退出，占用的申请放回原来的排队位置。")
@click.argument("username")
def disable_user(username: str) -> None:
    """Stop an account, for whoever has the command line."""
    with create_app().app_context():
        with transaction(db.session):
            user_id = staff_accounts.named(db.session, username).id
            staff_accounts.disable(db.session, SYSTEM, clock.now(), user_id)
        with transaction(db.session):
            leases.release_held_by(db.session, clock.now(), user_id)
    click.echo(f"已停用账号 {username}，已登录的立即退出。")


@office.command("open-points", help="按方案登记便民回收点。可重复执行。")
@click.argument("code")
def open_points(code: str) -> None:
    """Take in the collection points that the scheme's document names."""
    found = collection.load(_scheme(code).code)
    if found is None:
        raise InvalidValue(f"活动方案 {code} 没有回收点名单（{code}/{collection.FILE}）。")
    with create_app().app_context(), transaction(db.session):
        new = people.open_points(db.session, found)
        click.echo(f"名单共 {len(found.points)} 处回收点，新登记 {new} 处。")


@office.command("list-firms", help="登记参与企业或失信名单：文件每行一个名称。")
@click.argument("code")
@click.argument("names", type=click.File(encoding="utf-8"))
@click.option(
    "--list", "kind", default="listed_sellers", type=click.Choice(["listed_sellers", "listed_used_firms", "excluded"])
)
def list_firms(code: str, names: TextIO, kind: str) -> None:
    """Put the firms of a text file on one of the scheme's lists."""
    with create_app().app_context(), transaction(db.session):
        click.echo(f"新登记 {people.list_firms(db.session, clock.now(), _scheme(code).code, kind, names)} 家。")


@office.command("abandoned-drafts", help="列出到期将删除的草稿：受理截止后仍没有提交的。只列出，不删除。")
@click.option("--at", type=click.DateTime(["%Y-%m-%d"]), help="到哪一天为止到期的，默认今天")
def abandoned_drafts(at: datetime | None) -> None:
    """What the clock erases by that day, by programme."""
    app = create_app()
    retention = app.extensions["settings"].retention
    if retention is None:
        raise InvalidValue("演示环境（REVIEWAPP_DEMO=1）不删除草稿：演示的日期可以随意调。")
    with app.app_context():
        until = at.replace(tzinfo=CHINA) if at else clock.now()
        found = list(abandoned(db.session(), until, retention))
        batches = erasure.batches_due(db.session(), until, retention)
    for one in found:
        click.echo(
            f"{one.scheme_title}\t{one.programme_title}\t{one.drafts} 份草稿\t{one.files} 个文件\t{one.since} 起到期"
        )
    drafts, files = sum(one.drafts for one in found), sum(one.files for one in found)
    click.echo(f"共 {drafts} 份草稿、{files} 个文件到期，由定时任务删除。")
    click.echo(f"经销商批次：{len(batches)} 批里没有提交的购车人和没有归类的材料到期。")


def _asked_password() -> str:
    password: str = click.prompt("新的初始密码", hide_input=True, confirmation_prompt="再输一次")
    _require_length(password)
    return password


def _require_length(password: str) -> None:
    if len(password) < _LEAST_PASSWORD:
        raise InvalidValue(f"密码至少 {_LEAST_PASSWORD} 位，请换一个长一些的。")


def _scheme(code: str) -> Scheme:
    """The newest version, published in the browser or in a file; asked for once the database is there."""
    try:
        return schemes.load(code)
    except LookupError as error:
        raise InvalidValue(error.args[0]) from None
