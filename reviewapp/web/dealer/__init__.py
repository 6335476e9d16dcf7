"""Pages of the dealer's batch: a sheet and a pile in, the board, the check, the submission, the receipts."""

from __future__ import annotations

from reviewapp.web.dealer import board, listing, pile, rows, sheet, submission
from reviewapp.web.dealer.room import blueprint

__all__ = ["blueprint", "board", "listing", "pile", "rows", "sheet", "submission"]
