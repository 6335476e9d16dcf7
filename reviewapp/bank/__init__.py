"""Bank interfaces behind one protocol; which one is meant by a URL."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit, urlunsplit

from reviewapp.bank.http import HttpBank
from reviewapp.bank.protocol import Answer, Bank, BankUnavailable, Instruction, StatementLine

#: Seconds that a call of the bank may take at most: payouts are sent in jobs that have to end, too.
LONGEST_TIMEOUT = 20.0

__all__ = ["LONGEST_TIMEOUT", "Answer", "Bank", "BankUnavailable", "Instruction", "StatementLine", "bank_from_url"]


def bank_from_url(url: str) -> Bank:
    """The bank at `http[s]://host[:port][/path][?timeout=SECONDS&not_found_final_after=SECONDS&at_once=NUMBER]`.

    Raises ValueError.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValueError(f"BANK_URL: expected http://host or https://host, got {url!r}")
    options = parse_qs(parts.query)
    unknown = set(options) - {"timeout", "not_found_final_after", "at_once"}
    if unknown:
        raise ValueError(f"BANK_URL: unknown option {', '.join(sorted(unknown))}")
    timeout = float(options.get("timeout", ["10"])[0])
    if not 0 < timeout <= LONGEST_TIMEOUT:
        raise ValueError(
            f"BANK_URL: timeout: expected more than 0 and at most {LONGEST_TIMEOUT:g} seconds, got {timeout:g}"
        )
    return HttpBank(
        urlunsplit((parts.scheme, parts.netloc, parts.path, "", "")),
        timeout=timeout,
        not_found_final_after=timedelta(seconds=float(options.get("not_found_final_after", ["60"])[0])),
        at_once=max(1, int(options.get("at_once", ["16"])[0])),
    )
