"""结算申请 in the browser: chosen, accounted, printed; read by the office; closed to others."""

from __future__ import annotations

import io

import pypdfium2
import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp import clock
from reviewapp.models import Actor, Batch, BatchFile, Redemption, User
from tests import factories
from tests.factories import vouchers as made
from tests.web.conftest import Visit
from tests.web.visitors import is_clear, words

PATH = "/vouchers/settlements"


@pytest.fixture
def dealer(rows: Session) -> User:
    person = factories.user(rows, "shop")
    factories.list_dealer(rows, person.organisation.name)
    return person


@pytest.fixture
def redeemed(rows: Session, dealer: User) -> list[Redemption]:
    actor = Actor.of(dealer)
    found = [made.redeemed(rows, actor, made.voucher(rows, index=index % 5)) for index in range(21)]
    rows.commit()
    clock.stand_on(made.AFTERWARDS)
    return found


def _opened(rows: Session, visit: Visit, dealer: User, redeemed: list[Redemption]) -> str:
    chosen = {"redemption": [row.public_id for row in redeemed], "form_key": "a"}
    made_at = visit(dealer).post(PATH, chosen).location
    assert visit(dealer).post(PATH, chosen).location == made_at, "sent twice, made once"
    return str(made_at)


def test_a_shop_makes_one_application_of_many(
    rows: Session, visit: Visit, dealer: User, redeemed: list[Redemption]
) -> None:
    asked = words(visit(dealer).get(PATH))
    assert ("还没有申请结算的 21 张" in asked, "已勾选 21 张，合计 ¥10,500.00" in asked) == (True, True)
    none = visit(dealer).post(PATH, {"form_key": "a"})
    assert (none.status_code, "请至少勾选一张" in words(none)) == (422, True)
    address = _opened(rows, visit, dealer, redeemed)
    rows.rollback()
    batch = rows.scalars(select(Batch)).one()
    files = rows.scalars(select(BatchFile.name).order_by(BatchFile.id)).all()
    assert files == ["消费券核销小票_1-20.pdf", "消费券核销小票_21-21.pdf"], "the slips are in the pile"
    page = visit(dealer).get(address)
    assert [said for said in (batch.number, "21 张 ¥10,500.00", "先填写收款账户") if said not in words(page)] == []
    wrong = visit(dealer).post(f"{address}/account", {"card_number": "62220000", "bank": ""})
    assert (wrong.status_code, "请填写开户银行" in words(wrong), "62220000" in wrong.text) == (422, True, True)
    short = visit(dealer).post(f"{address}/account", {"card_number": "6222", "bank": "样例银行"})
    assert (short.status_code, "8 至 30 位" in words(short), is_clear(short)) == (422, True, True)
    account = {"card_number": made.FIRM_ACCOUNT, "bank": "样例银行阳城支行"}
    assert visit(dealer).post(f"{address}/account", account).location == address
    assert "先填写收款账户" not in words(visit(dealer).get(address))
    assert "已核销的消费券都在上面的申请里了" in words(visit(dealer).get(PATH))


def test_its_form_and_list(rows: Session, visit: Visit, dealer: User, redeemed: list[Redemption]) -> None:
    address = _opened(rows, visit, dealer, redeemed)
    account = {"card_number": made.FIRM_ACCOUNT, "bank": "样例银行阳城支行"}
    visit(dealer).post(f"{address}/account", account)
    pdf = pypdfium2.PdfDocument(visit(dealer).get(f"{address}/file.pdf").data)
    text = "".join(pdf[at].get_textpage().get_text_range() for at in range(len(pdf)))
    said = ("¥10,500.00", "壹万零伍佰元整", made.FIRM_ACCOUNT, "样例银行阳城支行", redeemed[20].invoice, "本页小计")
    assert [word for word in said if word not in text] == []
    assert redeemed[0].voucher.owner["name"] not in text
    book = visit(dealer).get(f"{address}/file.xlsx")
    lines = CalamineWorkbook.from_filelike(io.BytesIO(book.data)).get_sheet_by_index(0).to_python()
    assert (len(lines), lines[1][8], lines[1][9]) == (22, 500.0, "准备材料")
    assert visit(dealer).get(f"{address}/file.txt").status_code == 404


def test_the_office_reads_it_and_strangers_do_not(
    rows: Session, visit: Visit, dealer: User, redeemed: list[Redemption]
) -> None:
    lead, stranger = factories.user(rows, "lead"), factories.user(rows, "dealer")
    rows.commit()
    address = _opened(rows, visit, dealer, redeemed[:2])
    rows.rollback()
    number = rows.scalars(select(Batch.number)).one()
    listed = visit(lead).get("/office/vouchers/settlements")
    assert (number in words(listed), dealer.organisation.name in words(listed)) == (True, True)
    shown = visit(lead).get(address.replace("/vouchers/settlements", "/office/vouchers/settlements"))
    assert "2 张 ¥1,000.00" in words(shown)
    assert visit(lead).get(f"{address}/file.pdf").status_code == 200
    for path in (address, f"{address}/file.pdf"):
        assert visit(stranger).get(path).status_code == 404
