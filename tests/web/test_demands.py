"""Pages of demands: from a returned purchase to the last receipt, and what the claimant is told meanwhile."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp import schemes
from reviewapp.models import Claim, Decision, Demand, User
from tests import factories
from tests.factories import NOW
from tests.web.conftest import Visit
from tests.web.visitors import is_clear, words

_FORM = {"amount": "3,000.00", "clause": "三(四)5", "reason": "整车退回"}
_PAYMENT = {"amount": "1000", "bank_reference": "流水1", "received_on": "2024-01-10"}


def _people(rows: Session) -> tuple[User, User, User]:
    return tuple(factories.user(rows, role) for role in ("claimant", "finance_maker", "finance_checker"))


def test_from_a_returned_purchase_to_the_last_receipt(rows: Session, visit: Visit) -> None:
    owner, maker, checker = _people(rows)
    claim = factories.claim(rows, "paid", by=owner)
    rows.commit()
    found = visit(maker).get(f"/finance/demands?number={claim.number}")
    assert found.location == f"/finance/demands/claims/{claim.public_id}"
    assert "最多可追回 ¥3,000.00" in words(visit(maker).get(found.location))
    assert visit(maker).post(found.location, _FORM).status_code == 302
    rows.rollback()
    demand = rows.scalars(select(Demand)).one()
    path = f"/finance/demands/{demand.public_id}"
    assert "需要退回补贴" not in words(visit(owner).get(f"/claims/{claim.public_id}"))
    assert visit(checker).post(f"{path}/confirm").status_code == 302
    told = words(visit(owner).get(f"/claims/{claim.public_id}"))
    said = ("追回中", "需要退回补贴", "应退 ¥3,000.00", "还要退 ¥3,000.00", "整车退回", "怎样退款", claim.number)
    assert [text for text in said if text not in told] == []
    assert visit(checker).post(f"{path}/receipts", _PAYMENT).status_code == 302
    told = words(visit(owner).get(f"/claims/{claim.public_id}"))
    assert ("2024-01-10 收到 ¥1,000.00" in told, "还要退 ¥2,000.00" in told) == (True, True)
    last = _PAYMENT | {"amount": "2000", "bank_reference": "流水2"}
    assert visit(checker).post(f"{path}/receipts", last).status_code == 302
    told = words(visit(owner).get(f"/claims/{claim.public_id}"))
    assert ("已追回" in told, "补贴已退回" in told) == (True, True)
    assert "累计已退回 ¥3,000.00" in words(visit(checker).get("/finance/demands"))


def test_what_is_wrong_is_told_where_it_was_typed(rows: Session, visit: Visit) -> None:
    _, maker, checker = _people(rows)
    claim, other = factories.claim(rows, "paid"), factories.claim(rows, "clawback")
    open_one = rows.scalars(select(Demand)).one()
    rows.commit()
    unknown = visit(maker).get("/finance/demands?number=nowhere")
    assert (unknown.status_code, "没有找到编号 nowhere" in words(unknown)) == (404, True)
    new = f"/finance/demands/claims/{claim.public_id}"
    for change, said in (
        ({"amount": "3000.01"}, "不超过 3,000.00 元"),
        ({"amount": "三千"}, "金额应写成"),
        ({"clause": ""}, "请填写依据的条款"),
        ({"reason": "长" * 401}, "最多 400 个字"),
    ):
        answer = visit(maker).post(new, _FORM | change)
        assert (answer.status_code, said in words(answer), is_clear(answer)) == (422, True, True), change
    assert "已有一笔在办的追回" in words(visit(maker).get(f"/finance/demands/claims/{other.public_id}"))
    path = f"/finance/demands/{open_one.public_id}"
    for change, said in (
        ({"amount": "3000.01"}, "尚未退回的 3,000.00 元"),
        ({"received_on": "2024-01-11"}, "不能晚于今天"),
        ({"received_on": "昨天"}, "到账日期"),
        ({"bank_reference": ""}, "请填写银行流水号"),
    ):
        answer = visit(checker).post(f"{path}/receipts", _PAYMENT | change)
        assert (answer.status_code, said in words(answer), is_clear(answer)) == (422, True, True), change
        assert f'id="{next(iter(change))}-error"' in answer.text
    answer = visit(checker).post(f"{path}/cancel", {"reason": ""})
    assert (answer.status_code, "请填写撤销的原因" in words(answer)) == (422, True)
    assert 'id="why-error"' in answer.text


def test_a_part_returned_is_worked_out_by_the_schemes_rule(rows: Session, visit: Visit) -> None:
    """乡政办发〔2024〕42号 八(二): 10%, at most 2000; of 21,999 bought, 9,999 were kept."""
    _, maker, _ = _people(rows)
    claim = _paid_at_home(rows)
    rows.commit()
    new = f"/finance/demands/claims/{claim.public_id}"
    kept = visit(maker).get(f"{new}?kept=9,999")
    assert "按方案规则应追回 ¥1,000.10" in words(kept)
    assert 'value="1000.10"' in kept.text
    assert "应追回 ¥2,000.00" in words(visit(maker).get(f"{new}?kept=0"))
    assert "应追回 ¥0.00" in words(visit(maker).get(f"{new}?kept=21999"))
    for text in ("一半", "-1", "1e9"):
        assert "直接填写金额" in words(visit(maker).get(f"{new}?kept={text}"))


def _paid_at_home(rows: Session) -> Claim:
    facts = schemes.cases("xiangning-2024-home")[0].facts
    pool = factories.pool(rows, scheme_code="xiangning-2024-home", code="home")
    claim = factories.claim(rows, "paid", pool=pool, programme="home", amount_fen=200_000)
    seen = factories.evaluation(rows, claim, award_fen=200_000, facts=dict(facts))
    rows.add(
        Decision(
            claim_id=claim.id, fence=1, action="approve", reviewer_id=factories.user(rows, "reviewer").id,
            evaluation_id=seen.id, award_fen=200_000, at=NOW,
        )
    )  # fmt: skip
    rows.flush()
    return claim
