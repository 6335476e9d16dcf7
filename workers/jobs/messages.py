"""Short messages handed to the provider, whatever they tell."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from flask import Flask
from sqlalchemy.orm import Session

from reviewapp import clock
from reviewapp.db import transaction
from reviewapp.services import messages, outbox
from reviewapp.services.messages import Outgoing
from reviewapp.sms import AT_ONCE, Answer, Sms
from workers.jobs.task import Task

#: Seconds after which no further wave is begun: the job must end before the queue's own limit.
_LONGEST_ROUND = 30.0
_LEFT_OVER = "短信平台没有应答，等下一次再发"


def deliver(session: Session, app: Flask, due: Mapping[Task, Sequence[Outgoing]]) -> None:
    """Hand over the rows' messages; a row is done once its own have gone or never will, else due after a pause."""
    if not due:
        return
    answers = _hand_over(app.extensions["sms"], [one for every in due.values() for one in every])
    with transaction(session):
        messages.settle(session, clock.now(), answers, max(task.attempts for task in due))
        for task, every in due.items():
            if messages.waiting(session, task.outbox_id):
                said = [answers[one.id] for one in every if one.id in answers]
                reasons = "；".join(dict.fromkeys(answer.reason for answer in said if answer.reason)) or _LEFT_OVER
                retry_at = clock.machine() + messages.pause(said, task.attempts)
                outbox.fail(session, task.outbox_id, reasons, retry_at)
            else:
                outbox.finish(session, clock.now(), task.outbox_id)


def _hand_over(sms: Sms, every: Sequence[Outgoing]) -> dict[int, Answer]:
    """The answers, a few asked for side by side. One that does not come ends the round: the others would wait, too."""
    answers: dict[int, Answer] = {}
    until = time.monotonic() + _LONGEST_ROUND
    with ThreadPoolExecutor(AT_ONCE) as threads:
        for start in range(0, len(every), AT_ONCE):
            wave = every[start : start + AT_ONCE]
            got = list(threads.map(partial(messages.hand_over, sms), wave))
            answers.update(zip((one.id for one in wave), got, strict=True))
            if time.monotonic() > until or {"unavailable", "unknown"} & {answer.status for answer in got}:
                break
    return answers
