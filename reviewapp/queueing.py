"""The doorbell: the only module that knows RQ.

The `outbox` table says what is to be done. When a transaction that added rows commits, their ids are rung through on
the topic's queue. A bell that does not ring (Redis away) loses nothing: the reconciler rings again for every open row.

On most queues a bell stands for its own row. On a shared one (`MOST_BELLS`) it says that there is work: whoever hears
it does all that is due, so that a few bells serve for any number of rows.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from flask import current_app
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry as NoRetry
from rq import Queue, Retry, Worker
from rq.exceptions import DuplicateJobError
from rq.serializers import JSONSerializer
from rq.timeouts import JobTimeoutException
from sqlalchemy import event
from sqlalchemy.orm import Session, UOWTransaction, scoped_session

from reviewapp.models.outbox import TOPICS, Outbox

QUEUES = tuple(dict.fromkeys(TOPICS.values()))
#: The one job function; named as text so that nothing here imports the workers.
JOB = "workers.jobs.perform"
#: Raised into a job whose time is over.
OutOfTime = JobTimeoutException
#: Seconds a job of the queue may take: a round of payouts is 20, and what was begun in it may take three of the bank's
#: longest answers more (`bank.LONGEST_TIMEOUT`). A round of messages is 20, too, and the last row's may go to many.
TIMEOUTS = {"ocr": 180, "payout": 90, "messages": 120}
#: Shared queues, and how many bells may hang on each: enough that several workers hear one.
MOST_BELLS = {"payout": 4, "messages": 4}
#: From the bell to the row's lease: a fork on a busy machine.
_MOMENT_TO_BEGIN = timedelta(seconds=10)
_LOG = structlog.get_logger(__name__)


class Doorbell:
    """Rings RQ queues with the ids of outbox rows."""

    def __init__(self, redis: Redis) -> None:
        self.redis = redis

    @classmethod
    def at(cls, url: str) -> Doorbell:
        """On the Redis at `url`, with short time-outs and no retries: a page does not wait for a bell."""
        once = NoRetry(NoBackoff(), 0)
        return cls(Redis.from_url(url, socket_connect_timeout=1, socket_timeout=5, retry=once))

    def queue(self, name: str) -> Queue:
        """The RQ queue of that name, with the JSON serializer."""
        return Queue(name, connection=self.redis, serializer=JSONSerializer, default_timeout=TIMEOUTS[name])

    def ring(self, rows: Sequence[tuple[int, str]]) -> None:
        """Ring for new rows, (id, topic). An absent Redis is logged, not raised: the reconciler rings when it is back.

        A shared queue on which enough bells hang needs no more: whoever hears the last of them finds these rows, too.
        """
        try:
            shared = {TOPICS[topic] for _, topic in rows} & MOST_BELLS.keys()
            hanging = {name: self.queue(name).count for name in shared}
            for outbox_id, topic in _enough(rows, hanging):
                self._enqueue(outbox_id, topic)
        except (RedisError, OSError) as error:
            _LOG.warning("doorbell_silent", rows=len(rows), error=str(error))

    def ring_again(self, rows: Iterable[tuple[int, str]]) -> int:
        """Ring for rows that are overdue in the database, (id, topic); how many were rung. Raises RedisError.

        A bell that waits in its queue is left there, and one that was just taken out gets a moment to begin. What RQ
        still believes after that of a row on which, says the database, nobody works (started, failed, taken out and
        lost) is forgotten.
        """
        waiting = {name: set(self.queue(name).get_job_ids()) for name in QUEUES}
        silent = [row for row in rows if _name(row[0]) not in waiting[TOPICS[row[1]]]]
        hanging = {name: len(bells) for name, bells in waiting.items()}
        return sum(self._ring_anew(outbox_id, topic) for outbox_id, topic in _enough(silent, hanging))

    def _ring_anew(self, outbox_id: int, topic: str) -> bool:
        known = self.queue(TOPICS[topic]).fetch_job(_name(outbox_id))
        if known is not None:
            rung_at = known.enqueued_at
            if rung_at is not None and datetime.now(UTC) - rung_at < _MOMENT_TO_BEGIN:
                return False
            known.delete()
        self._enqueue(outbox_id, topic)
        return True

    def require_worker(self, name: str) -> None:
        """LookupError when no worker listens on the queue."""
        if not Worker.count(queue=self.queue(name)):
            raise LookupError(name)

    def _enqueue(self, outbox_id: int, topic: str) -> None:
        """RQ tries again at once what dies; when to try again later is the database's business (`Outbox.due_at`)."""
        with suppress(DuplicateJobError):
            self.queue(TOPICS[topic]).enqueue(
                JOB,
                outbox_id,
                job_id=_name(outbox_id),
                unique=True,
                retry=Retry(max=3),
                result_ttl=0,
                failure_ttl=3600,
            )


def _enough(rows: Iterable[tuple[int, str]], hanging: Mapping[str, int]) -> Iterator[tuple[int, str]]:
    """The rows to ring for: all, of a shared queue only as many as may hang beside those that do."""
    bells = Counter(hanging)
    for outbox_id, topic in rows:
        queue = TOPICS[topic]
        if bells[queue] < MOST_BELLS.get(queue, math.inf):
            bells[queue] += 1
            yield outbox_id, topic


def _name(outbox_id: int) -> str:
    return f"outbox-{outbox_id}"


def listen(session: scoped_session[Any]) -> None:
    """Ring after every commit of `session` for the due outbox rows that were added in it, on the app's doorbell."""
    event.listen(session, "after_flush", _remember)
    event.listen(session, "after_commit", _ring_remembered)
    event.listen(session, "after_rollback", _forget)


def _remember(session: Session, _context: UOWTransaction) -> None:
    rows = [(row.id, row.topic) for row in session.new if isinstance(row, Outbox) and row.due_at <= row.created_at]
    session.info.setdefault("outbox", []).extend(rows)


def _ring_remembered(session: Session) -> None:
    doorbell: Doorbell = current_app.extensions["doorbell"]
    rows = session.info.pop("outbox", ())
    if rows:
        doorbell.ring(rows)


def _forget(session: Session) -> None:
    session.info.pop("outbox", None)
