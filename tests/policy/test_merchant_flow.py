"""Every state × action × role of an application, in both orders of review."""

from __future__ import annotations

import pytest

from reviewapp.policy import merchant_flow as flow
from reviewapp.policy.workflow import UnknownMove

ALONE, BOTH = ("admin",), ("township", "admin")
#: (state, action) → (who may with the bureau alone, who may where the township looks first, where it leads).
ROWS = {
    ("draft", "submit"): (flow.APPLICANTS, flow.APPLICANTS, "submitted"),
    ("returned", "submit"): (flow.APPLICANTS, flow.APPLICANTS, "submitted"),
    ("submitted", "check"): ((), ("township",), "checked"),
    ("submitted", "return"): (("admin",), ("township",), "returned"),
    ("submitted", "admit"): (("admin",), (), "admitted"),
    ("submitted", "refuse"): (("admin",), (), "refused"),
    ("checked", "return"): (("admin",), ("admin",), "returned"),
    ("checked", "admit"): (("admin",), ("admin",), "admitted"),
    ("checked", "refuse"): (("admin",), ("admin",), "refused"),
    **{(state, "withdraw"): (flow.APPLICANTS, flow.APPLICANTS, "withdrawn") for state in ("draft", *flow.OPEN)},
}


@pytest.mark.parametrize("order", [ALONE, BOTH])
@pytest.mark.parametrize("state", flow.STATES)
def test_who_may_do_what_and_where_it_leads(state: str, order: tuple[str, ...]) -> None:
    for action in flow.ACTIONS:
        alone, both, to = ROWS.get((state, action), ((), (), ""))
        may = alone if order == ALONE else both
        for role in (*flow.APPLICANTS, *flow.REVIEWERS, "lead", "auditor"):
            assert (action in flow.allowed(state, role, order)) == (role in may), (role, action)
            if role in may:
                assert flow.move(state, action, role, order) == to
            else:
                with pytest.raises(UnknownMove):
                    flow.move(state, action, role, order)
