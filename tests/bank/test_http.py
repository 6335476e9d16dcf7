"""The HTTP adapter against the sandbox bank, over real connections, with everything that goes wrong."""

from __future__ import annotations

import socket
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import httpx
import pytest

from reviewapp.bank import Bank, BankUnavailable, Instruction, StatementLine, bank_from_url
from reviewapp.scratch.bank import SandboxBank

PAYMENT = Instruction("测-000001-1", 300_000, "测试甲", "6222020000000000018")


def _bank(sandbox: SandboxBank, timeout: float = 5) -> Bank:
    return bank_from_url(f"{sandbox.url}?timeout={timeout}")


def test_paid_once_however_often_it_is_sent(sandbox: SandboxBank) -> None:
    bank = _bank(sandbox)
    first, second = bank.send(PAYMENT), bank.send(PAYMENT)
    assert first.status == "paid"
    assert first == second == bank.ask(PAYMENT.number)
    assert first.amount_fen == 300_000
    assert sandbox.credits() == [(PAYMENT.number, 300_000)]


def test_twenty_at_once_pay_once(sandbox: SandboxBank) -> None:
    bank = _bank(sandbox, timeout=20)
    with ThreadPoolExecutor(20) as threads:
        answers = list(threads.map(lambda _: bank.send(PAYMENT), range(20)))
    assert {answer.status for answer in answers} == {"paid"}
    assert sandbox.credits() == [(PAYMENT.number, 300_000)]


def test_the_same_number_with_another_amount_is_refused(sandbox: SandboxBank) -> None:
    bank = _bank(sandbox)
    bank.send(PAYMENT)
    other = bank.send(Instruction(PAYMENT.number, 1, PAYMENT.payee_name, PAYMENT.card_number))
    assert other.status == "unknown"
    assert "人工核对" in (other.reason or "")
    assert sandbox.credits() == [(PAYMENT.number, 300_000)]


def test_a_number_never_sent_is_not_found(sandbox: SandboxBank) -> None:
    assert _bank(sandbox).ask("没有-1").status == "not_found"


def test_a_404_of_somebody_else_is_not_not_found(sandbox: SandboxBank) -> None:
    assert bank_from_url(f"{sandbox.url}/elsewhere").ask("x").status == "unknown"


def test_lost_answer_is_unknown_and_found_when_asked(sandbox: SandboxBank) -> None:
    sandbox.switch(lost_answer=1)
    bank = _bank(sandbox)
    assert bank.send(PAYMENT).status == "unknown"
    assert bank.ask(PAYMENT.number).status == "paid"


def test_late_answer_is_unknown_and_found_when_asked(sandbox: SandboxBank) -> None:
    sandbox.switch(late_answer=1, late_answer_seconds=3)
    bank = _bank(sandbox, timeout=0.5)
    assert bank.send(PAYMENT).status == "unknown"
    assert bank.ask(PAYMENT.number).status == "paid"


def test_one_that_takes_a_number_twice_is_found_out(sandbox: SandboxBank) -> None:
    sandbox.switch(late_record=1, late_record_seconds=0.3, taken_twice=1)
    bank = _bank(sandbox)
    for _ in range(2):
        assert bank.send(PAYMENT).status == "unknown"
    time.sleep(0.3)
    assert [number for number, _ in sandbox.credits()] == [PAYMENT.number] * 2


def test_late_record_cannot_be_found_at_first(sandbox: SandboxBank) -> None:
    sandbox.switch(late_record=1, late_record_seconds=3600)
    bank = _bank(sandbox)
    assert bank.send(PAYMENT).status == "unknown"
    assert bank.ask(PAYMENT.number).status == "not_found"
    sandbox.switch(late_record=0)
    assert bank.send(PAYMENT).status == "accepted"
    assert sandbox.credits() == []


def test_late_apply_is_accepted_then_paid(sandbox: SandboxBank) -> None:
    sandbox.switch(late_apply=1, late_apply_seconds=0.3)
    bank = _bank(sandbox)
    assert bank.send(PAYMENT).status == "accepted"
    answer = bank.ask(PAYMENT.number)
    while answer.status == "accepted":
        answer = bank.ask(PAYMENT.number)
    assert answer.status == "paid"
    assert sandbox.credits() == [(PAYMENT.number, 300_000)]


def test_refused_before_applying_is_unknown_to_us(sandbox: SandboxBank) -> None:
    sandbox.switch(refuse=1)
    bank = _bank(sandbox)
    assert bank.send(PAYMENT).status == "unknown"
    assert bank.ask(PAYMENT.number).status == "not_found"


@pytest.mark.parametrize(("ending", "reason"), [("4004", "账户已销户"), ("4005", "户名与卡号不符")])
def test_planted_cards_fail_for_good(sandbox: SandboxBank, ending: str, reason: str) -> None:
    bank = _bank(sandbox)
    answer = bank.send(Instruction("测-000002-1", 1, "测试甲", f"622202{ending}"))
    assert (answer.status, answer.reason) == ("failed", reason)
    assert bank.ask("测-000002-1").status == "failed"
    assert sandbox.credits() == []


def test_failing_switch_gives_its_reason(sandbox: SandboxBank) -> None:
    sandbox.switch(failing=1, failing_reason="账户冻结")
    answer = _bank(sandbox).send(PAYMENT)
    assert (answer.status, answer.reason) == ("failed", "账户冻结")


def test_no_connection_is_bank_unavailable() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, not listening: refused for certain
        bank = bank_from_url(f"http://127.0.0.1:{taken.getsockname()[1]}")
        with pytest.raises(BankUnavailable):
            bank.send(PAYMENT)
        with pytest.raises(BankUnavailable):
            bank.ask(PAYMENT.number)
        with pytest.raises(BankUnavailable):
            bank.statement()


def test_statement_of_a_day(sandbox: SandboxBank) -> None:
    bank = _bank(sandbox)
    bank.send(PAYMENT)
    assert bank.statement() == [StatementLine(PAYMENT.number, 300_000, "paid")]
    assert bank.statement(date(2000, 1, 1)) == []


def test_books_survive_a_restart(sandbox: SandboxBank) -> None:
    bank = _bank(sandbox)
    bank.send(PAYMENT)
    sandbox.stop()
    sandbox.start()
    assert bank.ask(PAYMENT.number).status == "paid"


@pytest.mark.parametrize(
    "body", [{}, {"number": "a", "payee_name": "b", "card_number": "c", "amount_fen": 0}, {"amount_fen": "1"}]
)
def test_incomplete_orders_are_invalid(sandbox: SandboxBank, body: dict[str, object]) -> None:
    response = httpx.post(f"{sandbox.url}/payments", json=body, trust_env=False)
    assert (response.status_code, response.json()["status"]) == (422, "invalid")


def test_unknown_switches_are_refused(sandbox: SandboxBank) -> None:
    for body in ({"explode": 1}, {"refuse": 2}):
        assert httpx.post(f"{sandbox.url}/faults", json=body, trust_env=False).status_code == 400
    assert httpx.get(f"{sandbox.url}/faults", trust_env=False).json()["refuse"] == 0


def test_addresses() -> None:
    bank = bank_from_url("https://bank.example/pay?timeout=3&not_found_final_after=7200")
    assert bank.not_found_final_after == timedelta(hours=2)
    assert bank.answers_within == timedelta(seconds=3)
    for wrong in (
        "ftp://bank.example",
        "bank.example",
        "http://bank.example?retries=3",
        "http://bank.example?timeout=30",
    ):
        with pytest.raises(ValueError, match="BANK_URL"):
            bank_from_url(wrong)
