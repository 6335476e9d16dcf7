"""Return files changed at random: no wrong credit, and a second import changes no row.

What is right is judged without our reader: an instruction may only have got an end that some row of the file's own
text says, with its number, its amount and the visible digits of its account.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable
from decimal import Decimal, InvalidOperation

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from reviewapp.errors import IllegalMove, InvalidValue
from reviewapp.models import Base, Payout
from reviewapp.services import funds
from tests.factories.bank_files import BankLine, apply, csv_bytes, csv_return, csv_rows, exported, stage, take
from tests.factories.payouts import CLOSED_CARD
from tests.support.both import both_databases

Rows = list[list[str]]
ENDS = {"成功": ("paid",), "失败": ("failed",), "退汇": ("failed", "returned")}
_NUMBER, _CARD, _AMOUNT, _WORD = 1, 2, 4, 5


def _digit(rows: Rows, rng: random.Random, column: int) -> None:
    """Another digit somewhere in a cell."""
    row = rng.randrange(1, len(rows))
    places = [at for at, char in enumerate(rows[row][column]) if char.isdigit()]
    if places:
        cell, at = rows[row][column], rng.choice(places)
        rows[row][column] = cell[:at] + rng.choice("0123456789") + cell[at + 1 :]


def _swap(rows: Rows, rng: random.Random, column: int) -> None:
    """Two rows exchange a cell."""
    one, other = rng.choices(range(1, len(rows)), k=2)
    rows[one][column], rows[other][column] = rows[other][column], rows[one][column]


def _word(rows: Rows, rng: random.Random) -> None:
    rows[rng.randrange(1, len(rows))][_WORD] = rng.choice(["成功", "失败", "退汇", "处理中", ""])


def _repeat(rows: Rows, rng: random.Random) -> None:
    rows.insert(rng.randrange(1, len(rows)), list(rng.choice(rows)))


def _drop(rows: Rows, rng: random.Random) -> None:
    if len(rows) > 2:
        rows.pop(rng.randrange(len(rows)))


def _shuffle(rows: Rows, rng: random.Random) -> None:
    body = rows[1:-1]
    rng.shuffle(body)
    rows[1:-1] = body


def _unmask(rows: Rows, rng: random.Random) -> None:
    row = rng.randrange(1, len(rows))
    rows[row][_CARD] = rng.choice(["****0018", "6222****0018", "6222020000000000018", CLOSED_CARD, "*", "6222****"])


def _cell(rows: Rows, rng: random.Random) -> None:
    row = rng.randrange(len(rows))
    if rows[row]:
        rows[row][rng.randrange(len(rows[row]))] = rng.choice(["", "0", "3000.00", "0.01", "=1+1", "合计", "成功"])


CHANGES: tuple[Callable[[Rows, random.Random], None], ...] = (
    *(lambda rows, rng, c=column: _digit(rows, rng, c) for column in (_NUMBER, _CARD, _AMOUNT)),
    *(lambda rows, rng, c=column: _swap(rows, rng, c) for column in (_NUMBER, _CARD, _AMOUNT, _WORD)),
    _word, _repeat, _drop, _shuffle, _unmask, _cell,
)  # fmt: skip


def _mend_total(rows: Rows) -> None:
    """A last line that adds up again, so that the change above it gets past it."""
    body = rows[1:-1]
    try:
        total = sum(Decimal(row[_AMOUNT]) for row in body)
    except (InvalidOperation, IndexError):
        return
    rows[-1] = ["合计", str(len(body)), "", "", f"{total:.2f}", "", "", ""]


def mutated(lines: list[BankLine], seed: int) -> bytes:
    """The file of these lines with one to three changes of its cells, or of its bytes."""
    rng = random.Random(seed)
    rows = csv_rows(lines)
    for change in rng.choices(CHANGES, k=rng.randint(1, 3)):
        if len(rows) > 1 and all(len(row) == 8 for row in rows):
            change(rows, rng)
    if rng.random() < 0.8:
        _mend_total(rows)
    data = bytearray(csv_bytes(rows, rng.choice(["gb18030", "gb18030", "utf-8", "utf-8-sig"])))
    if rng.random() < 0.2:
        at = rng.randrange(len(data))
        data[at : at + rng.randint(0, 3)] = rng.randbytes(rng.randint(0, 3))
    return bytes(data[: rng.randrange(len(data))] if rng.random() < 0.05 else data)


def says(data: bytes, payout: Payout) -> set[str]:
    """The ends that rows of the file's text tell of this instruction, by number, amount and visible digits."""
    ends: set[str] = set()
    for encoding in ("gb18030", "utf-8-sig"):
        try:
            rows = list(csv.reader(io.StringIO(data.decode(encoding), newline="")))
        except (UnicodeDecodeError, csv.Error):
            continue
        for row in rows:
            cells = [cell.strip() for cell in row]
            if len(cells) == 8 and cells[_NUMBER] == payout.number and _same(cells, payout):
                ends.update(ENDS.get(cells[_WORD], ()))
    return ends


def _same(cells: list[str], payout: Payout) -> bool:
    head, _, tail = cells[_CARD].partition("*")
    tail = tail.strip("*") or head
    card = payout.payee["card_number"]
    if not (card.startswith(head) and card.endswith(tail) and tail):
        return False
    try:
        return Decimal(cells[_AMOUNT].replace(",", "")) * 100 == payout.amount_fen
    except InvalidOperation:
        return False


def snapshot(session: Session) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    session.flush()
    return {
        name: [tuple(row) for row in session.execute(text(f"SELECT * FROM {name} ORDER BY 1"))]
        for name in sorted(Base.metadata.tables)
    }


@pytest.fixture
def lines(session: Session) -> list[BankLine]:
    """Six instructions in the bank's hands, one of them known as paid already, and what the bank says of them."""
    rows = exported(session, 6)
    take(session, [BankLine.of(rows[5])])
    told = [BankLine.of(row) for row in rows[:3]] + [BankLine.of(rows[3], "失败", "账户已销户")]
    session.commit()
    return [*told, BankLine.of(rows[4]), BankLine.of(rows[5], "退汇", "户名不符")]


def check(session: Session, lines: list[BankLine], seed: int) -> None:
    """Import a mutated file twice, look at every instruction, and take it all back."""
    data = mutated(lines, seed)
    before = {row.id: row.state for row in session.scalars(select(Payout))}
    with session.begin_nested() as imported:
        try:
            file = apply(session, stage(session, data))
        except InvalidValue:
            file = None
        for row in session.scalars(select(Payout)):
            if row.state != before[row.id]:
                assert row.state in says(data, row), (seed, row.number)
        assert funds.verify(session) == [], seed
        if file is not None:
            again = snapshot(session)
            with pytest.raises(IllegalMove):
                apply(session, stage(session, data, _known(session)), _known(session))
            assert snapshot(session) == again, seed
        imported.rollback()
    session.expire_all()


def _known(session: Session):
    """A finance clerk who is there already: looking for a changed row, none is added."""
    from reviewapp.models import Actor, User

    return Actor.of(session.scalars(select(User).where(User.role == "finance_maker").order_by(User.id)).first())


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_no_wrong_credit(session: Session, lines: list[BankLine], seed: int) -> None:
    check(session, lines, seed)


@pytest.mark.long
@both_databases
def test_a_thousand_files(session: Session, lines: list[BankLine]) -> None:
    for seed in range(1_000):
        check(session, lines, seed)


def test_the_files_are_taken_and_refused_both(session: Session, lines: list[BankLine]) -> None:
    """Or the tests above would prove nothing."""
    taken = credited = 0
    for seed in range(40):
        with session.begin_nested() as imported:
            before = {row.id: row.state for row in session.scalars(select(Payout))}
            try:
                apply(session, stage(session, mutated(lines, seed)))
            except InvalidValue:
                continue
            finally:
                credited += any(row.state != before[row.id] for row in session.scalars(select(Payout)))
                imported.rollback()
                session.expire_all()
            taken += 1
    assert 10 <= taken <= 35
    assert credited >= 10


def test_the_oracle_sees_a_right_file(session: Session, lines: list[BankLine]) -> None:
    paid = session.scalars(select(Payout).order_by(Payout.id)).first()
    assert says(csv_return(lines), paid) == {"paid"}
    assert says(csv_return([lines[0].but(amount_fen=1)]), paid) == set()
