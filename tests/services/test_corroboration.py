"""Doubtful readings that another paper bears out, and those that none does."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from reviewapp.services import facts
from tests.services.paperwork import Desk, desk

CARD = {"name": "测试甲", "id_number": "11010519491231002X"}


@pytest.fixture
def at(session: Session, tmp_path: Path) -> Desk:
    return desk(session, tmp_path)


def doubts(at: Desk) -> set[str]:
    present = facts.current(at.session, at.claim)
    return {f"{p.paper.kind}.{name}" for p in present.papers for name, fact in p.facts.items() if fact.row.doubtful}


def test_a_doubtful_name_is_settled_by_another_paper_whichever_comes_first(at: Desk) -> None:
    at.photograph(300, "vehicle_licence", {"owner": "测试甲", "use": "非营运"}, unsure=("owner", "use"))
    assert doubts(at) == {"vehicle_licence.owner", "vehicle_licence.use"}
    at.photograph(301, "id_card", CARD)
    at.photograph(
        302,
        "vehicle_invoice",
        {"buyer_name": "测试 甲", "buyer_id": CARD["id_number"]},
        unsure=("buyer_name", "buyer_id"),
    )
    assert doubts(at) == {"vehicle_licence.use"}


def test_another_name_or_another_doubt_settles_nothing(at: Desk) -> None:
    at.photograph(300, "vehicle_licence", {"owner": "测试甲"}, unsure=("owner",))
    at.photograph(301, "id_card", CARD | {"name": "测试乙"})
    at.photograph(302, "vehicle_invoice", {"buyer_name": "测试甲"}, unsure=("buyer_name",))
    assert doubts(at) == {"vehicle_licence.owner", "vehicle_invoice.buyer_name"}


def test_a_paper_does_not_bear_itself_out_and_short_words_bear_nothing_out(at: Desk) -> None:
    at.photograph(
        300, "used_vehicle_invoice", {"buyer_name": "测试甲", "seller_name": "测试甲"}, unsure=("buyer_name",)
    )
    at.photograph(301, "pos_slip", {"batch_number": "00012"}, unsure=("batch_number",))
    at.photograph(302, "pos_slip", {"trace_number": "00012", "reference_number": "123456789012"})
    assert doubts(at) == {"used_vehicle_invoice.buyer_name", "pos_slip.batch_number"}


def test_where_it_was_read_stays_known(at: Desk) -> None:
    at.photograph(300, "vehicle_licence", {"owner": "测试甲"}, unsure=("owner",))
    at.photograph(301, "id_card", CARD)
    owner = facts.current(at.session, at.claim).papers[0].facts["owner"]
    assert (owner.row.source, owner.row.box, owner.row.alternatives) == ("reading", [10, 20, 200, 35], None)
