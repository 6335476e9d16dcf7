"""Bank interfaces behind one protocol; which one is meant by a URL."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit, urlunsplit

from reviewapp.bank.http import HttpBank
from reviewapp.bank.protocol import Answer, Bank, BankUnavailable, Instruction, StatementLine

__all__ = ["Answer", "Bank", "BankUnavailable", "Instruction", "StatementLine", "bank_from_url"]


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
    return HttpBank(
        urlunsplit((parts.scheme, parts.netloc, parts.path, "", "")),
        timeout=float(options.get("timeout", ["10"])[0]),
        not_found_final_after=timedelta(seconds=float(options.get("not_found_final_after", ["60"])[0])),
        at_once=max(1, int(options.get("at_once", ["16"])[0])),
    )
