"""Vouchers, rounds, goods and pools of a scheme file: what holds is data, what does not is refused with its key."""

from datetime import timedelta

import pytest

from reviewapp.policy import Scheme, SchemeError, parse_scheme
from tests.policy.sample import TEXT

MORE = """
[rounds.weekly]
title = "每周五投放"
from = 2030-02-01T10:00:00
until = 2030-02-22T10:00:00
every_days = 7
weekday = "friday"
count = 4
lasts_hours = 157
amount = 20000
clause = "一"

[leverage]
times = 5
clause = "一"

[[vouchers]]
code = "general"
title = "通用券"
clause = "一"
pool = "car"
handed_out = "grab"
faces = [{ spend = 50, off = 10 }, { spend = 100, off = 20, stock = 2000 }]
limits = { per_user = 3 }
rounds = "weekly"
refund = "in_proportion"

[[vouchers]]
code = "appliance"
title = "家电券"
clause = "一"
pool = "car"
handed_out = "shop"
share = { percent = "10", most = 1000 }
good_until = 2030-04-30

[[goods]]
code = "appliance"
title = "家电"
clause = "一"
names = ["家用空调|空调", "电视机|电视"]
"""


def scheme(text: str = MORE) -> Scheme:
    return parse_scheme(TEXT + text, "sample.toml")


def test_vouchers_and_their_rounds_are_data() -> None:
    vouchers = scheme().vouchers
    general, appliance = vouchers["general"], vouchers["appliance"]
    assert general.rounds is not None
    assert (general.rounds.count, general.rounds.lasts) == (4, timedelta(days=6, hours=13))
    assert [(face.spend_fen, face.off_fen, face.stock) for face in general.faces] == [
        (5000, 1000, None),
        (10000, 2000, 2000),
    ]
    assert (general.limits.per_user, general.limits.per_day, general.refund) == (3, None, "in_proportion")
    assert appliance.share is not None
    assert (appliance.share.share, appliance.share.most_fen) == (1000, 100_000)
    assert appliance.good_until is not None
    assert appliance.good_until.isoformat() == "2030-04-30T23:59:59.999999+08:00"


def test_a_release_on_a_day_without_a_time_begins_with_the_day() -> None:
    text = MORE.replace("2030-02-01T10:00:00", "2030-02-01").replace("2030-02-22T10:00:00", "2030-02-22")
    rounds = scheme(text).vouchers["general"].rounds
    assert rounds is not None
    assert (rounds.first.isoformat(), rounds.count) == ("2030-02-01T00:00:00+08:00", 4)


@pytest.mark.parametrize(
    ("old", "new", "key", "said"),
    [
        ("from = 2030-02-01T10", "from = 2030-02-02T10", "rounds.weekly.until", "不在轮次的日子上"),
        ("until = 2030-02-22T", "until = 2030-02-23T", "rounds.weekly.until", "是星期六，不是星期五"),
        ("until = 2030-02-22T", "until = 2030-01-25T", "rounds.weekly.until", "最后一轮早于第一轮"),
        ("count = 4", "count = 5", "rounds.weekly.count", "按日期共 4 轮，写的是 5 轮"),
        ("amount = 20000", "amount = 26000", "rounds.weekly.amount", "超过资金池合计 100,000.00"),
        ("amount = 20000", "amount = 20000.5", "rounds.weekly.amount", "金额写成了小数"),
        ("every_days = 7", "every_days = 0", "rounds.weekly", "应为正数"),
        ("spend = 50, off = 10", "spend = 49, off = 10", "vouchers[0].faces[0].spend", "不到面值的 5 倍"),
        ("stock = 2000", "stock = 6000", "vouchers[0].faces", "面值合计 120,010.00，超过资金池"),
        ("spend = 50, off = 10", "spend = 150, off = 20", "vouchers[0].faces[1]", "写了两次"),
        ('percent = "10"', 'percent = "21"', "vouchers[1].share.percent", "不到面值的 5 倍"),
        ('percent = "10"', "percent = 10.5", "vouchers[1].share.percent", "不是百分比"),
        ("share = {", "faces = [{ off = 5 }]\nshare = {", "vouchers[1]", "应恰好写一个"),
        ('rounds = "weekly"', 'rounds = "daily"', "vouchers[0].rounds", "没有名为“daily”的轮次"),
        ('code = "general"\n', 'code = "appliance"\n', "vouchers[1]", "写了两次"),
        ('handed_out = "shop"', 'handed_out = "post"', "vouchers[1].handed_out", "不能写“post”"),
        ('"电视机|电视"', '"电视机|空调"', "goods.names[3]", "“空调”写了两次"),
        ("per_user = 3", "per_person = 3", "vouchers[0].limits.per_person", "没有“per_person”这个键"),
    ],
)  # fmt: skip
def test_what_does_not_hold_is_refused_with_its_key(old: str, new: str, key: str, said: str) -> None:
    assert old in MORE
    with pytest.raises(SchemeError) as refused:
        scheme(MORE.replace(old, new, 1))
    told = [problem for problem in refused.value.problems if problem.key == key]
    assert any(said in problem.message for problem in told)
    assert all(problem.remedy for problem in told)


@pytest.mark.parametrize(
    ("more", "key", "said"),
    [
        ("ceiling = 90000", "pools[0].ceiling", "上限低于金额"),
        ("first_tranche = 100000", "pools[0].first_tranche", "首拨不小于金额"),
        ("first_tranche = 0", "pools[0].first_tranche", "首拨不小于金额"),
        ('first_tranche = 9\nsources = [{ title = "省级", amount = 100000 }]', "pools[0].first_tranche", "不能同时写"),
        ('sources = [{ title = "省级", amount = 60000 }]', "pools[0].sources", "不等于资金池金额"),
        ('sources = [{ title = "省级", amount = 1.5 }]', "pools[0].sources[0].amount", "小数"),
    ],
)
def test_pools_that_do_not_add_up_are_refused(more: str, key: str, said: str) -> None:
    with pytest.raises(SchemeError) as refused:
        parse_scheme(TEXT.replace("amount = 100000\n", f"amount = 100000\n{more}\n"), "sample.toml")
    assert any(problem.key == key and said in problem.message for problem in refused.value.problems)
