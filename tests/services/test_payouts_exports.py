"""A released batch as a bank file: sent by being exported, the same bytes each time, never by the interface too."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.errors import IllegalMove, InvalidValue, NotAllowed, NotFound, Stale
from reviewapp.models import Actor, BatchExport, Outbox, Payout, PayoutBatch
from reviewapp.services import funds, payouts
from tests.factories.bank_files import CSV, SCHEME, TEMPLATES, XLSX, digest
from tests.factories.payouts import PAYEE, ready, release, released
from tests.factories.people import NOW, actor
from tests.support.both import both_databases


@pytest.fixture
def maker(session: Session) -> Actor:
    return actor(session, "finance_maker")


@pytest.fixture
def batch(session: Session, maker: Actor) -> PayoutBatch:
    """Three instructions in a batch for a CSV file, released."""
    for _ in range(3):
        ready(session)
    made = payouts.make_batch(session, maker, NOW, SCHEME, template="daifa-csv")
    return release(session, made)


@both_databases
def test_exporting_is_sending(session: Session, batch: PayoutBatch, maker: Actor) -> None:
    payouts.export_batch(session, maker, NOW, batch.id, TEMPLATES)
    session.flush()
    rows = session.scalars(select(Payout)).all()
    assert {(row.state, row.claim.state, row.sent_at) for row in rows} == {("exported", "sending", NOW)}
    assert (batch.exported_at, len(batch.export_digest or "")) == (NOW, 64)
    assert funds.verify(session) == []
    with pytest.raises(IllegalMove, match="已经生成"):
        payouts.export_batch(session, maker, NOW, batch.id, TEMPLATES)


def test_nothing_of_it_goes_through_the_interface(session: Session, batch: PayoutBatch, maker: Actor) -> None:
    assert session.scalars(select(Outbox.id).where(Outbox.topic == "payout.send")).all() == []
    payout_ids = [payout.id for payout in batch.payouts]
    assert payouts.begin_sending(session, NOW, *payout_ids) == {}
    payouts.export_batch(session, maker, NOW, batch.id, TEMPLATES)
    session.flush()
    assert payouts.begin_sending(session, NOW, *payout_ids) == {}
    assert [payouts.begin_asking(session, payout_id) for payout_id in payout_ids] == [None] * 3
    assert payouts.ask_unknown(session, NOW.replace(year=2025)) == 0


def test_the_file_says_what_was_released(session: Session, batch: PayoutBatch, maker: Actor) -> None:
    payouts.export_batch(session, maker, NOW, batch.id, TEMPLATES)
    first = payouts.bank_file(session, maker, NOW, batch.id, TEMPLATES)
    again = payouts.bank_file(session, actor(session, "finance_checker"), NOW, batch.id, TEMPLATES)
    assert first == again
    assert first.digest == batch.export_digest == digest(first.data)
    assert first.name == "乡宁县2023_待发放_第1批_2024-01-10.csv"
    lines = first.data.decode("gb18030").splitlines()
    assert [line.split(",")[1] for line in lines[1:-1]] == [payout.number for payout in batch.payouts]
    assert all(PAYEE in line for line in lines[1:-1])
    kept = session.execute(select(BatchExport.by_id, BatchExport.digest).order_by(BatchExport.id)).all()
    assert [digest for _, digest in kept] == [first.digest] * 2
    assert kept[0].by_id == maker.id != kept[1].by_id


def test_the_scheme_s_batches_are_counted_in_the_name(session: Session, batch: PayoutBatch, maker: Actor) -> None:
    ready(session)
    second = release(session, payouts.make_batch(session, maker, NOW, SCHEME, template="payroll-xlsx"))
    payouts.export_batch(session, maker, NOW, second.id, TEMPLATES)
    assert payouts.bank_file(session, maker, NOW, second.id, TEMPLATES).name.endswith("_第2批_2024-01-10.xlsx")


def test_a_template_that_changed_gives_no_other_file(session: Session, batch: PayoutBatch, maker: Actor) -> None:
    payouts.export_batch(session, maker, NOW, batch.id, TEMPLATES)
    with pytest.raises(Stale, match="模板"):
        payouts.bank_file(session, maker, NOW, batch.id, {CSV.id: XLSX})
    with pytest.raises(InvalidValue, match="daifa-csv"):
        payouts.bank_file(session, maker, NOW, batch.id, {})


def test_what_is_not_released_is_not_exported(session: Session, maker: Actor) -> None:
    ready(session)
    made = payouts.make_batch(session, maker, NOW, SCHEME, template="daifa-csv")
    with pytest.raises(IllegalMove, match="还没有放行"):
        payouts.export_batch(session, maker, NOW, made.id, TEMPLATES)
    release(session, made)
    with pytest.raises(IllegalMove, match="还没有生成"):
        payouts.bank_file(session, maker, NOW, made.id, TEMPLATES)
    with pytest.raises(NotFound):
        payouts.export_batch(session, maker, NOW, 404, TEMPLATES)


def test_a_batch_of_the_interface_is_not_exported(session: Session, maker: Actor) -> None:
    by_interface = released(session)[0].batch_id
    with pytest.raises(IllegalMove, match="走银行接口"):
        payouts.export_batch(session, maker, NOW, by_interface, TEMPLATES)


@pytest.mark.parametrize("role", ["admin", "auditor", "reviewer", "claimant"])
def test_only_finance_exports(session: Session, batch: PayoutBatch, role: str) -> None:
    for verb in (payouts.export_batch, payouts.bank_file):
        with pytest.raises(NotAllowed):
            verb(session, actor(session, role), NOW, batch.id, TEMPLATES)
