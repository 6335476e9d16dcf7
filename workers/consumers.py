"""The RQ workers, one kind a queue.

One queue a process, because RQ loses a job popped from two when it is killed before the job starts. The kinds differ:

payout: every job in a forked child. A payout is short and its worker may be killed at any instant; the child comes
from a ready application in milliseconds, and whatever goes wrong in it (a hung connection, a leak) ends with it.

messages: as payout, but apart from it: a provider of short messages that hangs must not keep anybody's money waiting.

ocr: every job in this process. Loading the engines takes seconds and hundreds of megabytes, and their thread pools do
not survive a fork; so they are loaded once and stay warm. What forking would give is had otherwise: a job over its time
is interrupted by RQ, one that hangs in native code is ended with the process by a watchdog, and one that has grown too
large ends after its job. Files are decoded in limited children anyway. Whoever ends is started anew by the supervisor;
the work it held is rung for again when its lease runs out.
"""

from __future__ import annotations

import faulthandler

import structlog
from redis import Redis
from rq import Queue, SimpleWorker, Worker
from rq.exceptions import StopRequested
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.worker import BaseWorker

from reviewapp.machine import resident_megabytes
from reviewapp.queueing import TIMEOUTS
from workers import runtime

_LOG = structlog.get_logger(__name__)
#: Tuned: with RQ's own figures a dead worker's job stays "started" for minutes.
_WORKER_TTL, _MAINTENANCE, _MONITORING = 45, 20, 10
_LONGEST_WAIT_FOR_REDIS = 5.0
#: Seconds that RQ's own interruption of a job gets before the watchdog ends the process.
_GRACE = 10


class ForkingWorker(Worker):
    """A child a job, from the parent's ready application."""

    max_connection_wait_time = _LONGEST_WAIT_FOR_REDIS

    def perform_job(self, job: Job, queue: Queue) -> bool:
        """In the child: no database connection is shared with the parent."""
        runtime.after_fork()
        return super().perform_job(job, queue)


class WarmWorker(SimpleWorker):
    """Jobs in this process, under a watchdog that ends it when a job hangs where Python cannot interrupt it."""

    max_connection_wait_time = _LONGEST_WAIT_FOR_REDIS

    def execute_job(self, job: Job, queue: Queue) -> None:
        """One job; the process ends (status 1, stacks on standard error) when it exceeds time limit and grace.

        Raises StopRequested, which ends the worker in order, when the process holds more memory than it may.
        """
        faulthandler.dump_traceback_later(TIMEOUTS[queue.name] + _GRACE, exit=True)
        try:
            super().execute_job(job, queue)
        finally:
            faulthandler.cancel_dump_traceback_later()
        held, limit = resident_megabytes(), runtime.app().extensions["settings"].ocr_memory
        if held > limit:
            _LOG.info("fresh_process_wanted", megabytes=held, limit=limit)
            raise StopRequested


_KINDS: dict[str, type[BaseWorker]] = {"ocr": WarmWorker, "payout": ForkingWorker, "messages": ForkingWorker}


def consumer(queue: str, redis: Redis) -> BaseWorker:
    """The worker of a queue, with the tuned figures and the JSON serializer; it sets `redis`'s time-outs to its own."""
    return _KINDS[queue](
        [Queue(queue, connection=redis, serializer=JSONSerializer)],
        connection=redis,
        serializer=JSONSerializer,
        worker_ttl=_WORKER_TTL,
        maintenance_interval=_MAINTENANCE,
        job_monitoring_interval=_MONITORING,
        log_job_description=False,
    )
