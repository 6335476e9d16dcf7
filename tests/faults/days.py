"""Many days of an office with a bank at its worst and workers that are killed: every evening the books agree."""

from __future__ import annotations

from datetime import timedelta

import httpx

from reviewapp.models import Reconciliation
from tests.factories import NOW
from tests.factories.payouts import CARD
from tests.faults.office import Office

_PAYOUTS_A_DAY = 10
_STRANGE_FEN = 12_345


def live_through(office: Office, days: int) -> list[Reconciliation]:
    """The reconciliation of each day: on odd ones with everything settled, on even ones in the middle of the work."""
    rows = []
    for day in range(days):
        office.keep_up()
        office.release(_PAYOUTS_A_DAY)
        office.kill_one()
        if day % 2:
            office.run_until_done(240)
        rows.append(office.reconcile(NOW + timedelta(days=day)))
    office.run_until_done(480)
    return [*rows, office.reconcile(NOW + timedelta(days=days))]


def strange_payment(office: Office, day: int) -> Reconciliation:
    """The reconciliation of a day on which the bank has paid something that nobody here ordered."""
    body = {"number": "别处-1", "amount_fen": _STRANGE_FEN, "payee_name": "测试乙", "card_number": CARD}
    office.bank.switch(**dict.fromkeys(("refuse", "late_record", "late_apply", "lost_answer", "late_answer"), 0))
    httpx.post(f"{office.bank.url}/payments", json=body, trust_env=False).raise_for_status()
    return office.reconcile(NOW + timedelta(days=day))


def is_told(row: Reconciliation) -> bool:
    """The strange payment, and nothing else, stands in the row with its amount."""
    return row.difference_fen == _STRANGE_FEN and [line["where"] for line in row.rows] == ["别处-1"]
