"""The office in which the demonstration plays: its application, people and clock, and patience with the workers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from flask import Flask
from flask_security import hash_password
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reviewapp import clock, create_app, schemes
from reviewapp.config import Settings
from reviewapp.db import transaction
from reviewapp.demo.scenario_papers import county_of
from reviewapp.errors import Unavailable
from reviewapp.extensions import db
from reviewapp.models import Actor, Message, Organisation, Outbox, Upload, User
from reviewapp.schemes import collection, merchants
from reviewapp.services import funds, sign_in
from reviewapp.services import people as accounts
from reviewapp.specimens import people
from reviewapp.specimens.home_goods import home_purchase
from reviewapp.specimens.purchases import COUNTIES

PASSWORD = "yanshi-2023"
SCHEMES = ("xiangning-2023", "yangcheng-2023")  # played; the others are open to be tried
HOME_GOODS = "xiangning-2024-home"
_LISTED_DEALERS = 2
_POINT = "凤城镇便民服务中心"
_RECYCLER = ("样例报废机动车回收拆解有限公司", "91140500MA0H5A01AJ")
_POLL_SECONDS = 0.15
_PAYOUT = ("payout.order", "payout.send", "payout.ask")


@dataclass(frozen=True)
class Account:
    """A sign-in of the demonstration."""

    username: str
    name: str
    role: str
    scheme: str = ""
    """The scheme for whose county's first dealer, shop, collection point or township this clerk works."""


ACCOUNTS = (
    Account("demo-reviewer", "演示审核员", "reviewer"),
    Account("demo-lead", "演示复核", "lead"),
    Account("demo-maker", "演示财务制单", "finance_maker"),
    Account("demo-checker", "演示财务复核", "finance_checker"),
    Account("demo-auditor", "演示审计", "auditor"),
    Account("demo-admin", "演示管理员", "admin"),
    Account("demo-admin-2", "演示管理员乙", "admin"),
    Account("demo-dealer-xiangning", "乡宁演示经销商", "dealer", "xiangning-2023"),
    Account("demo-dealer-yangcheng", "阳城演示经销商", "dealer", "yangcheng-2023"),
    Account("demo-point", "演示回收点经办", "point", "yangcheng-2023"),
    Account("demo-shop", "演示发券员", "shop", HOME_GOODS),
    Account("demo-recycler", "演示回收企业", "recycler"),
    Account("demo-township", "演示街道初审", "township", "jincheng-chengqu-2026"),
)


class Office:
    """The application beside its running stack. Everything happens in its application context (`opened`)."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._staff: dict[str, Actor] = {}

    @property
    def session(self) -> Session:
        """The session whose commits ring the workers' doorbell."""
        return db.session()

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One business transaction."""
        with transaction(self.session) as session:
            yield session

    @contextmanager
    def looking(self) -> Iterator[Session]:
        """A session that only reads, of its own, so that it sees what the workers have written since."""
        with Session(db.engine) as session:
            yield session

    def staff(self, username: str) -> Actor:
        """Who acts under a demonstration account."""
        return self._staff[username]

    def set_up(self) -> None:
        """Open the pools, take in the collection points, list the dealers, make the accounts."""
        password = hash_password(PASSWORD)
        with self.writing() as session:
            for code in schemes.codes():
                funds.open_pools(session, clock.now(), schemes.load(code))
            for code in collection.codes():
                if found := collection.load(code):
                    accounts.open_points(session, found)
            for code in SCHEMES:
                county = COUNTIES[county_of(code)]
                names = [people.dealer(number, county).name for number in range(_LISTED_DEALERS)]
                accounts.list_firms(session, clock.now(), code, "listed_sellers", names)
            accounts.list_firms(session, clock.now(), HOME_GOODS, "listed_sellers", [home_purchase(0).shop.name])
            for account in ACCOUNTS:
                self._staff[account.username] = Actor.of(_add(session, account, password))

    def sign_in_claimant(self, phone: str) -> Actor:
        """A claimant signs in as on the page: the code comes by message."""
        sign_in.send_code(self.session, self.app.extensions["sms"], clock.now(), phone)
        with self.looking() as session:
            newest = session.scalars(select(Message).order_by(Message.id.desc()).limit(1)).one()
            code = newest.parameters["code"]
        with self.writing() as session:
            user = sign_in.check_code(session, clock.now(), phone, code)
            if user is None:
                raise Unavailable(f"演示申领人 {phone} 没有登录成功。")
            return Actor.of(user)

    # --- the workers --------------------------------------------------------------------------------------------------

    def wait_read(self, claim_ids: Sequence[int], seconds: float = 1800.0) -> None:
        """Wait until no file of these claims is still to be read."""
        waiting = select(func.count()).where(
            Upload.claim_id.in_(claim_ids), Upload.removed_at.is_(None), Upload.state.in_(("waiting", "reading"))
        )
        self._wait(lambda session: session.scalar(waiting) == 0, seconds, "识别进程没有读完材料")

    def wait_paid_out(self, seconds: float = 600.0) -> None:
        """Wait until the payout worker has nothing open."""
        busy = select(func.count()).where(Outbox.topic.in_(_PAYOUT), Outbox.done_at.is_(None))
        self._wait(lambda session: session.scalar(busy) == 0, seconds, "发放进程没有做完")

    def wait_quiet(self, seconds: float = 1800.0) -> None:
        """Wait until no work of any kind is open: only then may the clock make a leap."""
        busy = select(func.count()).where(Outbox.done_at.is_(None))
        self._wait(lambda session: session.scalar(busy) == 0, seconds, "工作进程没有做完")

    def files_read(self) -> int:
        """How many files have been read so far."""
        with self.looking() as session:
            return session.scalar(select(func.count()).where(Upload.state.in_(("read", "refused")))) or 0

    def _wait(self, done: Callable[[Session], bool], seconds: float, what: str) -> None:
        deadline = time.monotonic() + seconds
        while True:
            with self.looking() as session:
                if done(session):
                    return
            if time.monotonic() > deadline:
                raise Unavailable(f"{what}（等了 {seconds:.0f} 秒）。原因见数据文件夹里的 stack.log。")
            time.sleep(_POLL_SECONDS)

    # --- the clock ----------------------------------------------------------------------------------------------------

    def leap(self, to: datetime) -> None:
        """Let the office's clock stand on another moment, once all work is done."""
        self.wait_quiet()
        clock.stand_on(to)

    def pass_time(self, by: timedelta) -> None:
        """Some time goes by, less than workers hold their work for, so that it may be in hand meanwhile."""
        clock.stand_on(clock.now() + by)


@contextmanager
def opened(data: Path, environment: Mapping[str, str]) -> Iterator[Office]:
    """The office on a data folder, with the same settings as its stack."""
    app = create_app(Settings.from_environment({**environment, "REVIEWAPP_DATA": str(data)}))
    with app.app_context():
        yield Office(app)


def _add(session: Session, account: Account, password: str) -> User:
    return accounts.add_user(
        session,
        clock.now(),
        username=account.username,
        name=account.name,
        role=account.role,
        password_hash=password,
        organisation=_organisation(session, account),
    )


def _organisation(session: Session, account: Account) -> Organisation | None:
    """Whom somebody works for who is not the office's: a firm, a collection point or a township."""
    if account.role == "point":
        return accounts.firm(session, "point", _POINT, None)
    if account.role == "township":
        return accounts.firm(session, "township", merchants.load(account.scheme).townships[0], None)
    if account.role == "recycler":
        return accounts.firm(session, "recycler", *_RECYCLER)
    if account.role not in ("dealer", "shop"):
        return None
    firm = home_purchase(0).shop if account.role == "shop" else people.dealer(0, COUNTIES[county_of(account.scheme)])
    return accounts.firm(session, account.role, firm.name, firm.tax_id)
