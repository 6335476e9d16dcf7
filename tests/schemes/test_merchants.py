"""The files about firms hold, and what does not hold is refused by file, key and remedy."""

from __future__ import annotations

from datetime import date

import pytest

from reviewapp import schemes
from reviewapp.policy import SchemeError
from reviewapp.schemes import merchants

GOOD = """
office = "样例局"
kinds = ["shop"]
[[reviewers]]
role = "admin"
title = "样例局审核"
clause = "七(一)"
"""


def test_the_files_there_are() -> None:
    read = {code: merchants.load(code) for code in schemes.codes()}
    assert {code: given.order for code, given in read.items()} == {
        **dict.fromkeys(schemes.codes(), ("admin",)),
        "jincheng-chengqu-2026": ("township", "admin"),
    }
    home = read["xiangning-2024-home"]
    assert [(one.scheme, one.clause) for one in home.exclusive] == [("", "七(一)")]
    assert (home.listed_from, home.listed_until) == (date(2024, 7, 5), date(2024, 11, 14))
    assert read["jishan-2023"].office == "活动主办单位"  # has no file
    yangcheng = read["yangcheng-2023"]
    assert [one.id for one in yangcheng.conditions_of("shop")] == ["in_county"]
    assert len(yangcheng.conditions_of("used_firm")) == 3


@pytest.mark.parametrize(
    ("text", "key", "said"),
    [
        (GOOD + 'colour = "red"', "reviewers[1].colour", "没有"),
        (GOOD.replace("七(一)", "九十九"), "reviewers[1].clause", "没有条款“九十九”"),
        (GOOD.replace('"shop"', '"bank"'), "kinds", "没有“bank”这类商户"),
        (GOOD.replace('"admin"', '"township"'), "reviewers", "审核的次序"),
        (GOOD.replace("kinds", 'townships = ["样例街道"]\nkinds'), "townships", "初审"),
        (GOOD.replace("kinds", "listed_from = 2024-12-31\nlisted_until = 2024-01-01\nkinds"), "listed_until", "早于"),
        (GOOD + '[[conditions]]\nid = "a"\ntext = "一"\nclause = "七(一)"\n' * 2, "conditions", "写了两次"),
        ("office = ", "", "不是合规的 TOML"),
    ],
)
def test_what_does_not_hold(text: str, key: str, said: str) -> None:
    scheme = schemes.load("xiangning-2024-home")
    merchants.parse(GOOD, "x", scheme)
    with pytest.raises(SchemeError) as refused:
        merchants.parse(text, "x/merchants.toml", scheme)
    (problem,) = refused.value.problems
    assert (problem.file, problem.key) == ("x/merchants.toml", key)
    assert said in str(problem)
