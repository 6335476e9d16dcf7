"""结算申请 in the browser: chosen, accounted, printed; read by the office; closed to others."""

from __future__ import annotations

import io
from datetime import datetime

import pypdfium2
import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp import clock
from reviewapp.models import Actor, Batch, BatchFile, Claim, Redemption, User
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
    early = visit(dealer)
    assert early.post(address.replace(PATH, "/dealer/batches") + "/submit").status_code == 302
    assert "还没有填写收款账户。请填写一次" in words(early.get(address))
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


def _slips_of_another_system(rows: Session, shop: User, now: datetime) -> Claim:
    """A shop's draft with two slips of vouchers that the bank handed out (稷山), its account still open."""
    firm = shop.organisation.name
    factories.list_dealer(rows, firm, scheme_code="jishan-2023")
    pool = factories.pool(rows, 1_000_000, scheme_code="jishan-2023", code="specialty")
    draft = factories.claim(rows, pool=pool, by=shop, programme="specialty-settlement", now=now)
    factories.add_facts(rows, draft, "account", {"holder": firm})
    for number in ("2023060400017", "2023060400018"):
        slip = {"face_value": "100.00", "order_amount": "1000.00", "merchant_name": firm, "order_number": number}
        factories.add_paper(rows, draft, "voucher_slip", slip, now=now)
    return draft


def test_slips_of_another_system_are_added_up_on_a_form(rows: Session, visit: Visit) -> None:
    """六(三): 凭用券数量、面额和资料; the account is a firm's, and a claim without it does not go in."""
    shop, now = factories.user(rows, "shop"), datetime(2023, 7, 5, 9, 30, tzinfo=factories.NOW.tzinfo)
    draft = _slips_of_another_system(rows, shop, now)
    rows.commit()
    clock.stand_on(now)
    path, visitor = f"/claims/{draft.public_id}", visit(shop)
    asked = words(visitor.get(f"{path}/facts"))
    assert [said for said in ("户名", "收款账号", "开户银行") if said not in asked] == []
    assert "卡的种类" not in asked
    early = visitor.post(f"{path}/submit", {"revision": str(draft.revision)})
    assert (early.status_code, "还没有填写收款账号" in words(early)) == (422, True)
    saved = visitor.post(f"{path}/facts/one", {"key": "account.card_number", "account.card_number": made.FIRM_ACCOUNT})
    assert saved.status_code in (200, 302)
    rows.rollback()
    assert visitor.post(f"{path}/submit", {"revision": str(draft.revision)}).status_code == 302
    assert "结算申请表（PDF，打印盖章）" in words(visitor.get(path))
    pdf = pypdfium2.PdfDocument(visitor.get(f"{PATH}/claims/{draft.public_id}.pdf").data)
    text = pdf[0].get_textpage().get_text_range()
    said = ("¥200.00", "贰佰元整", made.FIRM_ACCOUNT, "2023060400018", "1,000.00", "六(三)")
    assert [word for word in said if word not in text] == []
