"""Log lines: one a record, with time and level, a plain traceback where there is one, and never the values of
variables.
"""

from __future__ import annotations

import logging

import structlog


def configure() -> None:
    """Set the form of all log lines of this process."""
    logging.getLogger("httpx").setLevel(logging.WARNING)  # its lines have addresses, which may have telephone numbers
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
        cache_logger_on_first_use=False,
    )
