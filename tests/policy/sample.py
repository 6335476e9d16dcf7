"""A small scheme for tests: an invented county, one programme with few rules."""

from reviewapp.policy import Scheme, parse_scheme

TEXT = """\
code = "sample-2030"
version = 1
title = "样例县购车补贴"
document_number = "样政办发〔2030〕1号"
issued_on = 2030-01-01
county = "样例县"
plate_prefix = "晋X"

[clauses]
"一" = "时间与资金"
"二" = "标准"
"三" = "材料与条件"

[windows.activity]
title = "活动"
from = 2030-02-01
until = 2030-02-28
clause = "一"

[[pools]]
code = "car"
title = "购车补贴"
amount = 100000
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

[[programmes.car.papers]]
kinds = "vehicle_invoice"
clause = "三"

[[programmes.car.papers]]
kinds = "registration_certificate+vehicle_licence|vehicle_certificate"
clause = "三"
when = { energy = ["fuel"] }

[[programmes.car.declared]]
field = "energy"
clause = "二"
choices = { fuel = "燃油", new_energy = "新能源" }

[programmes.car.award]
form = "tiers"
title = "补贴"
amount = "vehicle_invoice.total"
by = "energy"

[[programmes.car.award.tables]]
value = "fuel"
clause = "二"
tiers = [{ from = 10000, below = 20000, pays = 100 }, { from = 20000, pays = "200.50" }]

[[programmes.car.award.tables]]
value = "new_energy"
clause = "二"
tiers = [{ over = 10000, up_to = 20000, pays = 300 }, { over = 20000, pays = 400 }]

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
title = "购车人为申领人"
clause = "三"
fields = ["applicant.name", "vehicle_invoice.buyer_name"]
"""


def sample() -> Scheme:
    """The scheme, read anew."""
    return parse_scheme(TEXT, "sample.toml")
