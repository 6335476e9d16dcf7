"""The published lists as anybody reads them, and the sheet for the notice board: nobody is named in clear."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from urllib.parse import unquote

import pypdfium2
import pytest
from flask import Flask
from sqlalchemy.orm import Session

from reviewapp import clock
from reviewapp.models import Claim, User
from reviewapp.services import payouts
from reviewapp.web import papers_out
from tests import factories
from tests.factories import NOW
from tests.factories import vouchers as made
from tests.factories.payouts import approved
from tests.queries.test_signals import decide, put_in
from tests.services.filled import YANGCHENG, buy, filled
from tests.web.conftest import Visit
from tests.web.visitors import words

LIST = "/schemes/yangcheng-2023/publication"
OF_CARS = "/schemes/xiangning-2023/publication"
SHEET = "/schemes/yangcheng-2023/publication.pdf"


def _lead(rows: Session) -> User:
    lead = factories.user(rows, "lead")
    rows.commit()
    return lead


def _text(content: bytes) -> str:
    document = pypdfium2.PdfDocument(content)
    return "".join(page.get_textpage().get_text_range() for page in document).replace("\r\n", "")


@pytest.fixture
def bought(app: Flask, rows: Session) -> Claim:
    """A claim with all its papers, approved upon what they say."""
    claim = filled(rows, buy(), state="approved")
    decide(rows, put_in(rows, claim), NOW)
    rows.commit()
    return claim


def test_nothing_of_a_person_is_published_in_clear(rows: Session, bought: Claim, visit: Visit) -> None:
    """Of all that the papers say and that identifies the claim only goods and seller are on the lists."""
    of, person = buy(), buy().buyer
    model, seller, name = of.paper_values("vehicle_invoice")["brand_model"], of.dealer.name, person.name
    printed = {str(value) for kind in YANGCHENG for value in of.paper_values(kind).values()}
    longer = {value for value in printed | {bought.number or "", bought.public_id, person.address} if len(value) > 3}
    ends = {name, name[1:], person.phone, person.phone[-4:], person.id_number[-4:], of.card.number[-4:], of.vehicle.vin}
    secret = {value for value in longer | ends if value not in f"{model}{seller}"} - {NOW.date().isoformat()}
    pages = [visit().get(path).text for path in (LIST, f"{LIST}?ticket=1", f"{LIST}/vouchers")]
    sheet = _text(visit(_lead(rows)).get(SHEET).data)

    assert {person.id_number, of.card.number, of.vehicle.plate, person.address} < secret
    for page in (*pages, sheet):
        body = re.sub(r"<head>.*?</head>|csrf_token[^>]*|hx-headers='[^']*'", "", page, flags=re.DOTALL)
        assert {value for value in secret if value in body} == set()
    for page in (*pages[:2], sheet):
        assert [said for said in (f"{name[0]}*{name[-1]}", model, seller) if said not in page] == []
    assert 'content="noindex' in pages[0]


def test_while_it_is_held_everybody_reads_until_when_and_whom_to_tell(
    app: Flask, rows: Session, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    factories.hold_in_publication(monkeypatch, "xiangning-2023", 5)
    claim = approved(rows)
    payouts.order(rows, NOW, claim.id)
    rows.commit()
    read = words(visit().get(OF_CARS))
    owner = visit(claim.entered_by)

    assert "公示中，至 2024-01-15。" in read
    assert "在 2024-01-15 当天结束前向县工信局提出" in read
    assert "共 1 户，合计 ¥3,000.00。 名单公布至 2024-04-09" in read
    assert f'href="{OF_CARS}?programme=car&amp;ticket=1#t1"' in owner.get(f"/claims/{claim.public_id}").text
    for page in ("/", "/schemes/xiangning-2023/car", "/schemes/xiangning-2023/queue"):
        assert f'href="{OF_CARS}' in visit().get(page).text


def test_a_ticket_is_looked_up_and_odd_addresses_are_answered(app: Flask, rows: Session, visit: Visit) -> None:
    assert "还没有审核通过的申请" in words(visit().get(OF_CARS))
    approved(rows)
    rows.commit()
    assert 'id="t1" class="is-sought"' in visit().get(f"{OF_CARS}?ticket=1").text
    assert "名单里没有排队号 7" in words(visit().get(f"{OF_CARS}?ticket=7"))
    for odd in ("page=0", "page=-7", "page=x", "page=" + "9" * 30, "ticket=0", "ticket=" + "9" * 40, "ticket=x"):
        assert "测*甲" in words(visit().get(f"{OF_CARS}?{odd}"))
    for nowhere in (
        f"{OF_CARS}?programme=nothing",
        "/schemes/nowhere/publication",
        "/schemes/nowhere/publication/vouchers",
    ):
        assert visit().get(nowhere).status_code == 404


def test_when_names_have_gone_totals_stay(app: Flask, rows: Session, visit: Visit) -> None:
    settings = replace(app.extensions["settings"], names_days=30, objections_to="县公示办，0000-0000000")
    app.extensions["settings"] = settings
    approved(rows)
    rows.commit()
    assert "可以向县公示办，0000-0000000反映" in words(visit().get(OF_CARS))
    clock.stand_on(NOW + timedelta(days=31))
    read = words(visit().get(f"{OF_CARS}?ticket=1"))
    assert ("共 1 户，合计 ¥3,000.00" in read, "名单已过公布期" in read, "测*甲" in read) == (True, True, False)
    assert "测*甲" not in _text(visit(_lead(rows)).get(f"{OF_CARS}.pdf").data)


def test_the_sheet_for_the_notice_board(
    app: Flask, rows: Session, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    factories.hold_in_publication(monkeypatch, "xiangning-2023", 5)
    for _ in range(3):
        payouts.order(rows, NOW, approved(rows).id)
    lead = visit(_lead(rows))
    answer = lead.get(f"{OF_CARS}.pdf?from=2024-01-01&until=2024-01-10")
    said = _text(answer.data)

    assert "乡宁县2023_公示名单_汽车消费补贴_2024-01-10.pdf" in unquote(answer.headers["Content-Disposition"])
    for part in (
        "乡政办发〔2023〕62号",
        "2024-01-01 至 2024-01-10",
        "共 3 户",
        "合计 ¥9,000.00",
        "测*甲",
        "公示期至 2024-01-15",
    ):
        assert part in said, part
    assert ("向县工信局提出" in said, "办理单位（盖章）" in said, "测试甲" in said) == (True, True, False)
    assert "共 0 户" in _text(lead.get(f"{OF_CARS}.pdf?until=2024-01-09").data)
    for odd in ("from=9999-12-31", "until=9999-12-31", "from=0001-01-01", "from=x&until="):
        assert lead.get(f"{OF_CARS}.pdf?{odd}").status_code == 200
    monkeypatch.setattr(papers_out, "MOST_POSTED", 2)
    long = lead.get(f"{OF_CARS}.pdf")
    assert (long.status_code, "分期打印" in words(lead.get(long.location))) == (302, True)


def test_of_vouchers_firms_and_sums(app: Flask, rows: Session, visit: Visit) -> None:
    assert "还没有核销" in words(visit().get(f"{LIST}/vouchers"))
    dealer = made.seller(rows)
    used = made.redeemed(rows, dealer)
    rows.commit()
    read = words(visit().get(f"{LIST}/vouchers"))

    assert used.organisation.name in read
    assert "1 ¥500.00 ¥4,000.00 ¥0.00" in read
    assert used.voucher.owner["name"] not in read
    assert visit().get("/schemes/xiangning-2024-home/publication/vouchers").status_code == 200
