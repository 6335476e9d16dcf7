"""Schemes written in the browser: drafts, and what was published from them."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.orm import Session

from reviewapp import schemes
from reviewapp.models import PublishedScheme, SchemeDraft, SchemeEvent, User
from tests.factories.people import NOW, user

#: A small scheme of an invented county, and cases that hold for it.
SCHEME = """\
code = "sample-2030"
version = 1
title = "样例县购车补贴"
document_number = "样政办发〔2030〕1号"
issued_on = 2030-01-01
county = "样例县"
plate_prefix = "晋X"

[clauses]
"一" = "2030-02-01 至 2030-02-28，共 10 万元"
"二" = "按发票金额分档"
"三" = "材料与条件"
"四" = "本办法由商务局解释"

[windows.activity]
title = "活动"
from = 2030-02-01
until = 2030-02-28
clause = "一"

[[pools]]
code = "car"
title = "购车补贴"
amount = 100_000
clause = "一"

[[interpretations]]
id = "papers_until"
clause = "一"
text = "没有写材料提交的截止日。"
reading = "与活动同日截止。"

[programmes.car]
title = "购车补贴"
pool = "car"
submitters = ["claimant", "dealer"]
submission = "activity"
payee = "claimant"
correction_days = 7
publication_days = 0
late = "refuse"
papers = [{ kinds = "vehicle_invoice", clause = "三", hint = "拍清价税合计" }]

[[programmes.car.declared]]
field = "energy"
clause = "二"
choices = { fuel = "燃油汽车", new_energy = "新能源汽车" }

[programmes.car.award]
form = "tiers"
title = "补贴"
amount = "vehicle_invoice.total"
by = "energy"

[[programmes.car.award.tables]]
value = "fuel"
clause = "二"
tiers = [
  { from = 30000, below = 60000, pays = 1000 },
  { from = 60000, pays = "2000.50" },
]

[[programmes.car.checks]]
id = "submitted_in_time"
check = "submitted_in_time"
title = "在受理期内提交"
clause = "一"

[[programmes.car.checks]]
id = "invoice_in_window"
check = "within"
title = "开票日期在活动期内"
clause = "三"
field = "vehicle_invoice.invoice_date"
window = "activity"

[[programmes.car.checks]]
id = "listed_dealer"
check = "listed"
title = "销售企业在名单内"
clause = "三"
field = "vehicle_invoice.seller_name"
list = "listed_sellers"
"""
CASES = """\
cases = [
  { title = "材料齐全", base = "fuel", outcome = "pass", award = "1000.00" },
  { title = "开票晚一天", base = "fuel", outcome = "fail", award = "1000.00", set = { "vehicle_invoice.invoice_date" = "2030-03-01" }, fail = ["invoice_in_window"] },
]

[bases.fuel]
programme = "car"
submitted_at = "2030-02-10T09:30:00+08:00"
submitter = { role = "claimant" }
applicant = { name = "测试甲" }
account = {}
declared = { energy = "fuel" }
context = { listed_sellers = ["样例县测试汽贸有限公司"], excluded = [], prior_claims = [] }

[[bases.fuel.papers]]
kind = "vehicle_invoice"
fields = { invoice_date = "2030-02-09", total = "45000.00", seller_name = "样例县测试汽贸有限公司" }
"""  # noqa: E501 - as it stands in a file


def scheme_draft(session: Session, by: User | None = None, *, state: str = "draft", **columns: Any) -> SchemeDraft:
    """A draft of `SCHEME` by an administrator, with the event of its start."""
    by = by or user(session, "admin")
    values = {"code": "sample-2030", "version": 1, "text": SCHEME, "cases": CASES, **columns}
    if state in ("proposed", "published"):
        values.setdefault("proposed_by_id", by.id)
    row = SchemeDraft(state=state, edited_by_id=by.id, edited_at=NOW, **values)
    session.add(row)
    session.flush()
    session.add(SchemeEvent(draft_id=row.id, at=NOW, actor_id=by.id, action="start", digest=_digest(row.text)))
    session.flush()
    return row


def published_scheme(session: Session, **columns: Any) -> PublishedScheme:
    """`SCHEME` as one administrator wrote and another published it; its pools are not opened. `digest`: another."""
    digest = columns.pop("digest", None)
    draft = scheme_draft(session, state="published", **columns)
    row = PublishedScheme(
        draft_id=draft.id,
        code=draft.code,
        version=draft.version,
        text=draft.text,
        cases=draft.cases,
        digest=digest or _digest(draft.text),
        author_id=draft.edited_by_id,
        proposer_id=draft.proposed_by_id,
        publisher_id=user(session, "admin").id,
        at=NOW,
    )
    session.add(row)
    session.flush()
    return row


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def hold_in_publication(monkeypatch: pytest.MonkeyPatch, code: str, days: int) -> None:
    """While the test runs every programme of that scheme publishes for so many days; none of the documents does."""
    load, known = schemes.load, schemes.load(code)
    programmes = {name: replace(one, publication_days=days) for name, one in known.programmes.items()}
    held = replace(known, programmes=programmes)
    monkeypatch.setattr(schemes, "load", lambda asked, version=None: held if asked == code else load(asked, version))
