"""Orders, sends and asks for payouts: transaction, bank, transaction. The bank is never called inside a transaction.

What is committed before the bank is called is on the disk by then. What is committed after it need not be: a database
that forgets an answer has the instruction in flight, and it is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial

from flask import Flask
from sqlalchemy.orm import Session

from reviewapp import clock
from reviewapp.bank import Answer, Bank, BankUnavailable, Instruction
from reviewapp.db import transaction
from reviewapp.services import outbox, payouts
from workers.jobs.task import Task

_INTERRUPTED = Answer("unknown", reason="上一次发放在得到银行答复前中断，正在向银行查询。")
_NO_CONNECTION = Answer("unknown", reason="没有连上银行，稍后自动查询并重试。")


def order(session: Session, _app: Flask, task: Task) -> None:
    """payout.order: an approved claim's way on (subject: claim)."""
    with transaction(session):
        now = clock.now()
        payouts.order(session, now, task.subject_id)
        outbox.finish(session, now, task.outbox_id)


def send(session: Session, app: Flask, *tasks: Task) -> None:
    """payout.send: send released instructions side by side; one begun before is asked for instead (subject: payout)."""
    subjects = [task.subject_id for task in tasks]
    with transaction(session):
        instructions = payouts.begin_sending(session, clock.now(), *subjects)
    answers = dict.fromkeys(subjects, _INTERRUPTED) | _send_all(app.extensions["bank"], instructions)
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
    if answer.status != "not_found" or asked_at < question.sent_at + bank.not_found_final_after:
        return answer
    with transaction(session):
        instruction = payouts.begin_again(session, clock.now(), payout_id, question)
    return answer if instruction is None else _send(bank, instruction)


def _send_all(bank: Bank, instructions: Mapping[int, Instruction]) -> dict[int, Answer]:
    if len(instructions) <= 1:
        return {payout_id: _send(bank, instruction) for payout_id, instruction in instructions.items()}
    answers = _side_by_side(bank.at_once).map(partial(_send, bank), instructions.values())
    return dict(zip(instructions, answers, strict=True))


@cache
def _side_by_side(threads: int) -> ThreadPoolExecutor:
    """This process's threads, kept for the next handful; the parent of a forked child has none."""
    return ThreadPoolExecutor(threads)


def _send(bank: Bank, instruction: Instruction) -> Answer:
    try:
        return bank.send(instruction)
    except BankUnavailable:
        return _NO_CONNECTION
