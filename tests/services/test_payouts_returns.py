"""Return files: whole or not at all, only what fits, once; and the money where it belongs afterwards."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import Engine, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from reviewapp.bank import Answer, StatementLine
from reviewapp.db import transaction
from reviewapp.errors import IllegalMove, InvalidValue, NotAllowed, NotFound, ReviewError, Stale
from reviewapp.models import Event, Payout, Pool, Posting, ReturnFile, ReturnLine, SuspenseItem
from reviewapp.services import funds, payouts, payouts_returns
from reviewapp.services.payouts_matching import fingerprint, judge
from tests.factories.bank_files import BankLine, apply, csv_return, exported, stage, take, xlsx_return
from tests.factories.demands import demand
from tests.factories.money import pool
from tests.factories.payouts import ready, released
from tests.factories.people import NOW, actor
from tests.support.both import both_databases


def states(session: Session) -> list[tuple[str, str]]:
    """Of instruction and claim, in the order of the instructions."""
    session.expire_all()
    return [(row.state, row.claim.state) for row in session.scalars(select(Payout).order_by(Payout.id))]


def suspense(session: Session) -> list[tuple[str, str]]:
    """Number and problem of what is in suspense."""
    rows = session.scalars(select(SuspenseItem).order_by(SuspenseItem.id))
    return [(row.line.number, row.problem) for row in rows]


@both_databases
def test_paid_failed_and_what_nobody_knows(session: Session) -> None:
    first, second, third = exported(session)
    lines = [BankLine.of(first), BankLine.of(second, "失败", "账户已销户"), BankLine("别处的指令")]
    file = take(session, lines)
    assert states(session) == [("paid", "paid"), ("failed", "failed"), ("exported", "sending")]
    assert (first.bank_reference, first.settled_at, second.failure) == ("流水0001", NOW, "账户已销户")
    assert suspense(session) == [("别处的指令", "unknown_number")]
    assert (file.state, file.applied_at) == ("applied", NOW)
    held = session.scalars(select(Pool)).one()
    assert (held.paid, held.committed) == (300_000, 600_000)
    assert funds.verify(session) == []
    outcomes = session.execute(select(ReturnLine.outcome, ReturnLine.payout_id).order_by(ReturnLine.row)).all()
    assert [tuple(row) for row in outcomes] == [("paid", first.id), ("failed", second.id), ("suspense", None)]
    assert third.state == "exported"


@pytest.mark.parametrize(("back", "state", "problems"), [(0, "failed", []), (100_000, "paid", ["claim_moved"])])
def test_a_payment_of_which_a_part_was_given_back_does_not_come_back_whole(
    session: Session, back: int, state: str, problems: list[str]
) -> None:
    payout = exported(session, 1)[0]
    take(session, [BankLine.of(payout)])
    if back:
        demand(session, payout.claim, amount_fen=back, received_fen=back)
    take(session, [BankLine.of(payout, "退汇", "账户已销户")])
    assert payout.claim.state == state
    assert [problem for _, problem in suspense(session)] == problems
    assert funds.verify(session) == []


@both_databases
def test_postings_say_who_applied_which_line_of_which_file(session: Session) -> None:
    """退汇 has a file and a number of its own; what the bank's interface tells is nobody's, under the bank's number."""
    _, payout = exported(session, 2)
    (flying,) = released(session)
    paid = take(session, [BankLine("别处的指令"), BankLine.of(payout)])
    back = take(session, [BankLine.of(payout, "退汇").but(reference="流水0002")])
    payouts.begin_sending(session, NOW, flying.id)
    payouts.settle(session, NOW, {flying.id: Answer("paid", bank_reference="接口1")})
    rows = session.scalars(select(Posting).where(Posting.reason.in_(("pay", "return_payment"))).order_by(Posting.id))
    told = [
        (row.document, row.actor_id, row.return_line and (row.return_line.file, row.return_line.row)) for row in rows
    ]
    assert told == [
        ("流水0001", paid.applied_by_id, (paid, 3)),
        ("流水0002", back.applied_by_id, (back, 2)),
        ("接口1", None, None),
    ]
    assert funds.verify(session) == []
    last = session.scalars(select(ReturnLine).order_by(ReturnLine.id.desc())).first()
    last.amount_fen += 1
    [found] = funds.verify(session)
    assert (found.where, found.expected, found.found) == (f"回盘 {back.id} 号第 2 行", 300_001, 300_000)
    line = {"pool_id": payout.claim.pool_id, "return_line_id": last.id}
    with pytest.raises(IntegrityError):
        session.execute(insert(Posting).values(
            **line, from_account="committed", to_account="paid", amount=1, reason="pay", at=NOW
        ))  # fmt: skip


def test_a_workbook_too(session: Session) -> None:
    payout = exported(session, 1, "payroll-xlsx")[0]
    apply(session, stage(session, xlsx_return([BankLine.of(payout, "已入账")])))
    assert states(session) == [("paid", "paid")]


def test_staging_changes_nothing(session: Session) -> None:
    payout = exported(session, 1)[0]
    stage(session, csv_return([BankLine.of(payout)]))
    assert states(session) == [("exported", "sending")]
    assert suspense(session) == []


@both_databases
def test_what_comes_back_is_owed_again_and_goes_to_another_card(session: Session) -> None:
    payout, _ = exported(session, 2)
    take(session, [BankLine.of(payout)])
    take(session, [BankLine.of(payout, "退汇", "户名不符")])
    assert states(session)[0] == ("returned", "failed")
    assert payout.failure == "户名不符"
    held = session.scalars(select(Pool)).one()
    assert (held.paid, held.committed) == (0, 600_000)
    assert funds.verify(session) == []
    claim = payout.claim
    owner = actor(session, "claimant")
    card = payouts.NewCard(holder="测试甲", card_number="6222020000000084004")
    second = payouts.give_new_card(session, owner, NOW, claim.id, claim.revision, card)
    assert (second.state, second.number.rsplit("-", 1)[1], claim.state) == ("ready", "2", "payable")
    actions = session.scalars(select(Event.action).where(Event.claim_id == claim.id).order_by(Event.id)).all()
    assert list(actions[-3:]) == ["confirm_paid", "return_payment", "give_new_card"]


def test_returned_before_it_was_known_as_paid(session: Session) -> None:
    payout = exported(session, 1)[0]
    take(session, [BankLine.of(payout, "退汇", "户名不符")])
    assert states(session) == [("failed", "failed")]
    assert session.scalars(select(Pool)).one().paid == 0
    assert funds.verify(session) == []


@pytest.mark.parametrize(
    ("first", "then", "known"),
    [("成功", "失败", "paid"), ("失败", "成功", "failed"), ("退汇", "成功", "failed")],
)
def test_a_final_state_stays(session: Session, first: str, then: str, known: str) -> None:
    payout = exported(session, 1)[0]
    take(session, [BankLine.of(payout, first)])
    take(session, [BankLine.of(payout, then)])
    assert states(session) == [(known, known)]
    assert suspense(session) == [(payout.number, "contradicts")]
    assert funds.verify(session) == []


def test_the_same_again_in_another_file_changes_nothing(session: Session) -> None:
    payout = exported(session, 1)[0]
    take(session, [BankLine.of(payout)])
    before = session.scalar(select(func.count()).select_from(Event))
    take(session, [BankLine.of(payout).but(reference="流水0002")])
    assert suspense(session) == []
    assert session.scalar(select(func.count()).select_from(Event)) == before
    assert payout.bank_reference == "流水0001"


@pytest.mark.parametrize(
    ("change", "problem"),
    [({"amount_fen": 300_001}, "amount"), ({"amount_fen": 299_999}, "amount"), ({"card": "6222****0026"}, "card")],
)
def test_one_fen_off_or_another_account(session: Session, change: dict[str, object], problem: str) -> None:
    first, second = exported(session, 2)
    take(session, [BankLine.of(first), BankLine.of(second).but(**change)])
    assert states(session) == [("paid", "paid"), ("exported", "sending")]
    assert suspense(session) == [(second.number, problem)]


def test_the_interface_s_own_are_not_settled_by_file_but_may_come_back(session: Session) -> None:
    flying, paid = released(session, 2)
    for payout in (flying, paid):
        payouts.begin_sending(session, NOW, payout.id)
    session.flush()
    take(session, [BankLine.of(flying)])
    assert suspense(session) == [(flying.number, "elsewhere")]
    payouts.settle(session, NOW, {paid.id: Answer("paid")})
    take(session, [BankLine.of(paid, "退汇")])
    assert states(session) == [("sending", "sending"), ("returned", "failed")]
    assert funds.verify(session, [StatementLine(paid.number, 300_000, "paid")]) == []


def test_not_sent_yet(session: Session) -> None:
    waiting = ready(session)
    take(session, [BankLine.of(waiting)])
    assert suspense(session) == [(waiting.number, "not_sent")]


def test_a_file_of_another_batch(session: Session) -> None:
    ours, theirs = exported(session, 2), exported(session, 1)
    lines = [BankLine.of(theirs[0])]
    with pytest.raises(InvalidValue, match=f"第 2 行的指令号 {theirs[0].number} 属于批次 {theirs[0].batch.number}"):
        stage(session, csv_return(lines), batch_id=ours[0].batch_id)
    with pytest.raises(InvalidValue, match="不在任何批次里"):
        stage(session, csv_return([BankLine("别处的指令")]), batch_id=ours[0].batch_id)
    file = stage(session, csv_return([BankLine.of(ours[0]), *lines]), batch_id=ours[0].batch_id)
    apply(session, file)
    assert states(session) == [("paid", "paid"), ("exported", "sending"), ("exported", "sending")]
    assert suspense(session) == [(theirs[0].number, "other_batch")]


def test_a_refused_file_leaves_no_trace(session: Session) -> None:
    payout = exported(session, 1)[0]
    data = csv_return([BankLine.of(payout)])
    with pytest.raises(InvalidValue, match=r"文件没有导入：.*可能被截断"):
        stage(session, data[: len(data) // 2])
    assert session.scalars(select(ReturnFile)).all() == []


@both_databases
def test_the_same_bytes_again(session: Session) -> None:
    payout = exported(session, 1)[0]
    data, by = csv_return([BankLine.of(payout)]), actor(session, "finance_maker")
    file = apply(session, stage(session, data))
    again = stage(session, data, by, name="另一个名字.csv")
    assert again.id == file.id
    assert session.scalar(select(func.count()).select_from(ReturnLine)) == 1
    with pytest.raises(IllegalMove, match="已经入账"):
        payouts_returns.apply(session, by, NOW, file.id, fingerprint(judge(session, file)))


def test_what_was_shown_is_applied_or_nothing(session: Session) -> None:
    payout = exported(session, 1)[0]
    file = stage(session, csv_return([BankLine.of(payout)]))
    shown = fingerprint(judge(session, file))
    take(session, [BankLine.of(payout, "失败")])
    with pytest.raises(Stale, match="重新核对预览"):
        payouts_returns.apply(session, actor(session, "finance_maker"), NOW, file.id, shown)
    assert file.state == "staged"
    assert states(session) == [("failed", "failed")]


@both_databases
def test_a_file_put_aside_does_nothing_until_it_is_uploaded_again(session: Session) -> None:
    payout = exported(session, 1)[0]
    data, by = csv_return([BankLine.of(payout)]), actor(session, "finance_maker")
    file = stage(session, data)
    payouts_returns.discard(session, by, NOW, file.id)
    session.flush()
    with pytest.raises(IllegalMove, match="已作废"):
        apply(session, file)
    assert states(session) == [("exported", "sending")]
    assert stage(session, data).id == file.id
    apply(session, file)
    assert (states(session), file.discarded_by_id) == ([("paid", "paid")], None)


def test_only_finance(session: Session) -> None:
    payout = exported(session, 1)[0]
    file = stage(session, csv_return([BankLine.of(payout)]))
    for role in ("admin", "auditor", "reviewer", "claimant"):
        with pytest.raises(NotAllowed):
            stage(session, b"", actor(session, role))
        with pytest.raises(NotAllowed):
            apply(session, file, actor(session, role))
        with pytest.raises(NotAllowed):
            payouts_returns.discard(session, actor(session, role), NOW, file.id)
    with pytest.raises(NotFound):
        payouts_returns.apply(session, actor(session, "finance_maker"), NOW, 404, "")


@both_databases
def test_eight_at_once_apply_once(engine: Engine, session: Session) -> None:
    with transaction(session):
        lines = [BankLine.of(payout) for payout in exported(session, 4)]
        file = stage(session, csv_return(lines))
        people = [actor(session, "finance_checker") for _ in range(8)]
    file_id, shown = file.id, fingerprint(judge(session, file))
    session.rollback()
    barrier = Barrier(8)

    def try_apply(person) -> bool:
        barrier.wait()
        with Session(engine) as own:
            try:
                with transaction(own):
                    payouts_returns.apply(own, person, NOW, file_id, shown)
            except ReviewError:
                return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sorted(threads.map(try_apply, people)) == [False] * 7 + [True]
    assert states(session) == [("paid", "paid")] * 4
    assert session.scalars(select(Pool)).one().paid == 1_200_000
    assert funds.verify(session) == []


@pytest.mark.long
@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_five_thousand_lines(session: Session) -> None:
    pool(session, 2_000_000_000)
    rows = exported(session, 5_000)
    take(session, [BankLine.of(row, "失败" if at % 10 == 0 else "成功") for at, row in enumerate(rows)])
    counted = session.execute(select(Payout.state, func.count()).group_by(Payout.state)).all()
    assert dict(counted) == {"paid": 4_500, "failed": 500}
    assert funds.verify(session) == []
