"""Who may open the pages of vouchers: tills, settlements, the office's pages, a shop's sales, a point's counter."""

from __future__ import annotations

from reviewapp.policy.workflow import FINANCE, REVIEWERS
from tests.factories.counter import COUNTER

FIRMS = ("dealer", "shop")
STAFF = (*REVIEWERS, *FINANCE, "auditor", "admin")
OPEN_TO: dict[str, tuple[str, ...]] = {
    "vouchers.show": ("claimant", "point"),
    **dict.fromkeys(("vouchers.listing", "vouchers.till", "vouchers.redeem"), FIRMS),
    **dict.fromkeys(("vouchers.redemption", "vouchers.take_goods_back", "vouchers.undo"), FIRMS),
    **dict.fromkeys(("settlements.listing", "settlements.create", "settlements.show"), FIRMS),
    "settlements.save_account": FIRMS,
    "settlements.file": (*FIRMS, *STAFF),
    "settlements.claim_form": (*FIRMS, *REVIEWERS, "auditor"),
    **dict.fromkeys(("voucher_office.listing", "voucher_office.file", "voucher_office.settlements"), STAFF),
    **dict.fromkeys(("voucher_office.settlement", "voucher_office.show"), STAFF),
    **dict.fromkeys((f"counter.{name}" for name in COUNTER), ("point",)),
    **dict.fromkeys(("shop.listing", "shop.begin", "shop.show", "shop.papers_now", "shop.scanned"), ("shop",)),
    **dict.fromkeys(("shop.register", "shop.hand_out", "shop.set_products", "shop.close"), ("shop",)),
    **dict.fromkeys(("shop.confirmation", "shop.sign", "shop.take_back", "shop.cancel", "shop.again"), ("shop",)),
}
FORMS = {
    "counter.create": {"scheme": "yangcheng-2023", "programme": "motorcycle-scrap", "form_key": "access"},
    "shop.begin": {"scheme": "xiangning-2024-home", "form_key": "access"},
    "settlements.save_account": {"card_number": "14000105001", "bank": "样例银行"},
}
