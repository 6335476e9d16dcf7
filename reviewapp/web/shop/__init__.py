"""Pages of a shop's counter: a sale from the registration of the consumer to the claim that is put in for it."""

from __future__ import annotations

from reviewapp.web.shop import confirmation, counter, listing, products, returns
from reviewapp.web.shop.room import blueprint

__all__ = ["blueprint", "confirmation", "counter", "listing", "products", "returns"]
