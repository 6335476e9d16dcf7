"""Orders, sends and asks for payouts: transaction, bank, transaction. The bank is never called inside a transaction.

What is committed before the bank is called is on the disk by then. What is committed after it need not be: a database
that forgets an answer has the instruction in flight, and it is asked for.

A handful keeps times, so that what it says of when its instructions left can be relied on. What has not left for the
bank within one answer's time (`Bank.answers_within`) of the handful's begin does not leave at all, and what is not
answered after three such times is left to be asked for.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import timedelta
from functools import cache

import structlog
from flask import Flask
from sqlalchemy.orm import Session

from reviewapp import clock
from reviewapp.bank import Answer, Bank, BankUnavailable, Instruction
from reviewapp.db import transaction
from reviewapp.services import outbox, payouts
from workers.jobs.task import Task

_LOG = structlog.get_logger(__name__)
#: How many times what the bank takes at once is sent before the answers are written down, together.
WAVES = 4
_ANSWERS = 3
_INTERRUPTED = Answer("unknown", reason="上一次发放在得到银行答复前中断，正在向银行查询。")
_NO_CONNECTION = Answer("unknown", reason="没有连上银行，稍后自动查询并重试。")


def longest(bank: Bank) -> timedelta:
    """How long the bank's part of a job may last: a handful sent, or one instruction asked for and sent again."""
    return _ANSWERS * bank.answers_within


def order(session: Session, _app: Flask, task: Task) -> None:
    """payout.order: an approved claim's way on (subject: claim)."""
    with transaction(session):
        now = clock.now()
        payouts.order(session, now, task.subject_id)
        outbox.finish(session, now, task.outbox_id)


def send(session: Session, app: Flask, *tasks: Task) -> None:
    """payout.send: send released instructions side by side; one begun before is asked for instead (subject: payout)."""
    began, bank = time.monotonic(), app.extensions["bank"]
    subjects = [task.subject_id for task in tasks]
    with transaction(session):
        instructions = payouts.begin_sending(session, clock.now(), *subjects)
    answers = dict.fromkeys(subjects, _INTERRUPTED) | _send_all(bank, instructions, began)
    with transaction(session, durable=False):
        now = clock.now()
        outbox.finish(session, now, *(task.outbox_id for task in tasks))
        payouts.settle(session, now, answers)


def ask(session: Session, app: Flask, task: Task) -> None:
    """payout.ask: learn what became of an instruction in flight, again until there is an end (subject: payout)."""
    with transaction(session):
        question = payouts.begin_asking(session, task.subject_id)
    answer = None if question is None else _learn(session, app.extensions["bank"], task.subject_id, question)
    with transaction(session):
        now = clock.now()
        ask_at = now + outbox.wait_after(task.attempts)
        if answer is not None:
            payouts.settle(session, now, {task.subject_id: answer}, ask_at=ask_at)
        if payouts.begin_asking(session, task.subject_id) is None:
            outbox.finish(session, now, task.outbox_id)
        else:
            outbox.postpone(session, task.outbox_id, ask_at)


def _learn(session: Session, bank: Bank, payout_id: int, question: payouts.Question) -> Answer:
    """What the bank says; a number it finally did not take in is sent again under the same number."""
    asked_at = clock.now()
    try:
        answer = bank.ask(question.number)
    except BankUnavailable:
        return _NO_CONNECTION
    if answer.status != "not_found" or asked_at < question.sent_at + payouts.cut_off(bank):
        return answer
    with transaction(session):
        instruction = payouts.begin_again(session, clock.now(), payout_id, question)
    return answer if instruction is None else _send(bank, instruction)


def _send_all(bank: Bank, instructions: Mapping[int, Instruction], began: float) -> dict[int, Answer]:
    """The answers that came in time. An instruction without one may have left, and may still be on its way."""
    each = bank.answers_within.total_seconds()
    threads = _side_by_side(bank.at_once)
    calls = {
        threads.submit(_send_by, began + each, bank, instruction): payout_id
        for payout_id, instruction in instructions.items()
    }
    answered, late = wait(calls, timeout=max(0.0, began + _ANSWERS * each - time.monotonic()))
    for call in late:
        call.cancel()
    return {calls[call]: answer for call in answered if (answer := _said(call)) is not None}


def _said(call: Future[Answer | None]) -> Answer | None:
    """What came back; None, with a line in the log, for what no bank should raise."""
    error = call.exception()
    if error is not None:
        _LOG.error("bank_call_failed", exc_info=error)
        return None
    return call.result()


def _send_by(until: float, bank: Bank, instruction: Instruction) -> Answer | None:
    """Send it, unless it is too late for that."""
    return _send(bank, instruction) if time.monotonic() <= until else None


@cache
def _side_by_side(threads: int) -> ThreadPoolExecutor:
    """This process's threads, kept for the next handful; the parent of a forked child has none."""
    return ThreadPoolExecutor(threads)


def _send(bank: Bank, instruction: Instruction) -> Answer:
    try:
        return bank.send(instruction)
    except BankUnavailable:
        return _NO_CONNECTION
