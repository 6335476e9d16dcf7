"""Pages of the collection points: register, stock, pickups, stamped forms; and of who looks over all of them."""

from __future__ import annotations

from reviewapp.web.collection import pickups, register, scans, stock
from reviewapp.web.collection.room import blueprint

__all__ = ["blueprint", "pickups", "register", "scans", "stock"]
