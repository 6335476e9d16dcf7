"""The beginning of a new scheme: a small file that holds, and two cases that pass, to be rewritten by the document."""

from __future__ import annotations

import json
import re

from reviewapp.schemes.shelf import Texts

_YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")


def skeleton(code: str, title: str) -> Texts:
    """A scheme file and its cases. The year of the example dates is the one in the code, else 2030."""
    found = _YEAR.search(code)
    words = {"CODE": code, "TITLE": json.dumps(title, ensure_ascii=False), "YEAR": found[0] if found else "2030"}
    return Texts(_filled(_SCHEME, words), _filled(_CASES, words))


def _filled(text: str, words: dict[str, str]) -> str:
    return re.sub("«([A-Z]+)»", lambda word: words[word[1]], text)


_SCHEME = """\
# 照着文件逐条改写；写法见 docs/scheme-guide.md。改完运行 reviewapp schemes check 与 reviewapp schemes test。
code = "«CODE»"
version = 1
title = «TITLE»
document_number = "样政办发〔«YEAR»〕1号"
issued_on = «YEAR»-01-01
county = "样例县"
plate_prefix = "晋X"

# 凡是起决定作用的条款都列在这里：条号照原文，摘要用自己的话写。
[clauses]
"一" = "活动时间与资金"
"二" = "补贴标准"
"三" = "申领条件与材料"

# 文件没有写明、自相矛盾的地方，一处一段。
[[interpretations]]
id = "until_included"
clause = "一"
text = "没有写截止日当日是否算在内。"
reading = "算在内，到 23:59:59 为止。"

[windows.activity]
title = "活动"
from = «YEAR»-02-01
until = «YEAR»-02-28
clause = "一"

[[pools]]
code = "car"
title = "购车补贴"
amount = 100_000
clause = "一"

[programmes.car]
title = "购车补贴"
pool = "car"
submitters = ["claimant"]
submission = "activity"
payee = "claimant"
correction_days = 7
publication_days = 0
late = "refuse"
papers = [
  { kinds = "id_card", clause = "三", hint = "正反两面，在有效期内" },
  { kinds = "vehicle_invoice", clause = "三", hint = "拍清价税合计" },
]

[programmes.car.award]
form = "tiers"
title = "补贴"
amount = "vehicle_invoice.total"

[[programmes.car.award.tables]]
clause = "二"
tiers = [
  { from = 30000, below = 100000, pays = 1000 },
  { from = 100000, pays = 2000 },
]

[[programmes.car.checks]]
id = "submitted_in_time"
check = "submitted_in_time"
title = "在活动期内提交"
clause = "一"

[[programmes.car.checks]]
id = "invoice_in_window"
check = "within"
title = "开票日期在活动期内"
clause = "三"
field = "vehicle_invoice.invoice_date"
window = "activity"

[[programmes.car.checks]]
id = "same_buyer"
check = "same_person"
title = "申领人、购车人为同一人"
clause = "三"
fields = ["applicant.name", "id_card.name", "vehicle_invoice.buyer_name"]
"""

_CASES = """\
# 用例：bases 是材料齐全的申请，每个用例写明改动（set、drop、add）和应得结果。人名、证件一律虚构。

cases = [
  { title = "材料齐全", base = "complete", outcome = "pass", award = "1000.00" },
  { title = "开票晚一天", base = "complete", outcome = "fail", award = "1000.00", set = { "vehicle_invoice.invoice_date" = "«YEAR»-03-01" }, fail = ["invoice_in_window"], about = ["until_included"] },
]

# 申请用例看不出来的数字，再写一遍，改错一处就会发现。
[expect]
issued_on = «YEAR»-01-01

[expect.pools]
car = { amount = 100_000 }

[expect.programmes.car]
payee = "claimant"
correction_days = 7
publication_days = 0

[bases.complete]
programme = "car"
submitted_at = "«YEAR»-02-10T09:30:00+08:00"
submitter = { role = "claimant" }
applicant = { name = "测试甲" }
account = { holder = "测试甲", kind = "debit" }
declared = {}
context = { listed_sellers = [], excluded = [], prior_claims = [] }

[[bases.complete.papers]]
kind = "id_card"
fields = { name = "测试甲" }

[[bases.complete.papers]]
kind = "vehicle_invoice"
fields = { invoice_date = "«YEAR»-02-09", total = "45000.00", buyer_name = "测试甲" }
"""  # noqa: E501 - a case is one line, as in every cases.toml
