"""Random sequences replayed on PostgreSQL: after every step the database says what the model says."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from reviewapp.services import funds
from tests.services.walking import replay

pytestmark = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)


@pytest.mark.slow
@pytest.mark.parametrize("block", range(4))
def test_model_and_database_agree(session: Session, block: int) -> None:
    for seed in range(block * 10, block * 10 + 10):
        replay(session, seed, 30)
    assert [row for row in funds.verify(session) if "指令" not in row.what] == []


@pytest.mark.long
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("block", range(20))
def test_model_and_database_agree_at_length(session: Session, block: int) -> None:
    """2,000 sequences of 50 operations (figure 2 of the reliability list); run with `-n 2` for two processes."""
    for seed in range(10_000 + block * 100, 10_100 + block * 100):
        replay(session, seed, 50)
