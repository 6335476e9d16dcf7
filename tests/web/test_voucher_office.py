"""The office's pages of vouchers: figures, search, history, workbook; nothing to change, owners masked."""

from __future__ import annotations

import io

from python_calamine import CalamineWorkbook
from sqlalchemy.orm import Session

from reviewapp.models import Actor
from tests import factories
from tests.factories import vouchers as made
from tests.web.conftest import Visit
from tests.web.visitors import words

PATH = "/office/vouchers"


def test_figures_search_and_workbook(rows: Session, visit: Visit) -> None:
    person = factories.user(rows, "dealer")
    factories.list_dealer(rows, person.organisation.name)
    used = made.redeemed(rows, Actor.of(person)).voucher
    unused, finance = made.voucher(rows, index=1), factories.user(rows, "finance_maker")
    rows.commit()
    visitor = visit(finance)
    page = visitor.get(PATH)
    assert [said for said in ("50.0%", "¥4,000.00", "已核销", "未使用", "共 2 张") if said not in words(page)] == []
    assert [row.owner["name"] for row in (used, unused) if row.owner["name"] in page.text] == []
    one = words(visitor.get(PATH, query_string={"number": unused.number}))
    assert ("共 1 张" in one, "已核销" in words(visitor.get(f"{PATH}?state=voided&page=9"))) == (True, True)
    assert "没有符合条件" in words(visitor.get(f"{PATH}?state=voided"))
    assert "共 2 张" in words(visitor.get(f"{PATH}?state=nonsense&scheme=x&page=x"))
    shown = words(visitor.get(f"{PATH}/{used.public_id}"))
    assert [said for said in ("核销消费券", person.organisation.name, "¥4,000.00") if said not in shown] == []
    book = CalamineWorkbook.from_filelike(io.BytesIO(visitor.get(f"{PATH}/file.xlsx?state=redeemed").data))
    figures, listed = (book.get_sheet_by_name(name).to_python() for name in ("统计", "消费券"))
    assert (figures[1][2], figures[1][5], len(listed), listed[1][2]) == (2.0, "50.0%", 2, used.number)
    assert "还没有结算申请" in words(visitor.get(f"{PATH}/settlements"))


def test_before_anything_was_handed_out(rows: Session, visit: Visit) -> None:
    admin = factories.user(rows, "admin")
    rows.commit()
    assert "还没有发放消费券" in words(visit(admin).get(PATH))
    assert visit(admin).get(f"{PATH}/file.xlsx").status_code == 200
