"""Pages of who asks: claimants on the phone, dealers for their buyers; the same steps, papers → facts → check →
submit.
"""

from __future__ import annotations

from reviewapp.web.claims import after, facts, listing, origin, papers, submission
from reviewapp.web.claims.room import blueprint

__all__ = ["after", "blueprint", "facts", "listing", "origin", "papers", "submission"]
