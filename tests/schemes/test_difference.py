"""Two versions of a scheme, and what differs between them in words."""

from __future__ import annotations

import pytest

from reviewapp.policy import SchemeError, source
from reviewapp.policy.checks import CHECKS
from reviewapp.schemes.difference import _NOUNS, _PARTS, differences
from reviewapp.schemes.wording import Wording, label
from tests.factories.schemes import SCHEME

_NEIGHBOURS = ("invoice_in_window", "listed_dealer")


def said(*changes: tuple[str, str]) -> list[str]:
    new = SCHEME
    for old, other in changes:
        assert old in new, old
        new = new.replace(old, other, 1)
    return [each.sentence for each in differences(SCHEME, new)]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("until = 2030-02-28", "until = 2030-03-15", "一 活动窗口 截止 2030-02-28 改为 2030-03-15"),
        ("from = 2030-02-01", "from = 2030-02-01T10:00:00", "一 活动窗口 开始 2030-02-01 改为 2030-02-01 10:00:00"),
        ("amount = 100_000", "amount = 120_000", "一 资金池“购车补贴” 金额 100,000 元 改为 120,000 元"),
        ("correction_days = 7", "correction_days = 10", "购车补贴 补正天数 7 天 改为 10 天"),
        ('late = "refuse"', 'late = "special_review"', "购车补贴 逾期提交的 不受理 改为 转专项审核"),
        ('"claimant", "dealer"', '"claimant"', "购车补贴 “提交人”去掉 经销商"),
        ('"claimant", "dealer"]', '"claimant", "dealer", "shop"]', "购车补贴 “提交人”增加 商户"),
        ("pays = 1000 }", "pays = 1500 }",
         "二 购车补贴：燃油汽车分档：“30,000 元（含）至 60,000 元（不含）”一档 补贴 1,000 元 改为 1,500 元"),
        ('"二" = "按发票金额分档"', '"二" = "按车价分档"', "二 条款摘要“按发票金额分档”改为“按车价分档”"),
        ('reading = "与活动同日截止。"', 'reading = "晚七天。"',
         "一 未明事项“papers_until” 采用的读法 与活动同日截止。 改为 晚七天。"),
        ('list = "listed_sellers"', 'list = "listed_used_firms"',
         "三 购车补贴：核验“销售企业在名单内” 名单 参与销售企业名单 改为 参与二手车企业名单"),
        ('field = "vehicle_invoice.invoice_date"', 'field = "vehicle_licence.register_date"',
         "三 购车补贴：核验“开票日期在活动期内” 核对的内容 机动车销售统一发票的开票日期 改为 行驶证的注册日期"),
        ('window = "activity"\n', 'window = "activity"\noptional = true\n',
         "三 购车补贴：核验“开票日期在活动期内” 增加“没有时”：不核"),
        ("submission = \"activity\"", "submission = \"activity\"\nreview_from = 2030-02-05",
         "购车补贴 增加“开始审核日”：2030-02-05"),
    ],
)  # fmt: skip
def test_a_value_that_changed(old: str, new: str, sentence: str) -> None:
    assert said((old, new)) == [sentence]
    assert said((old, new)) != []


def test_rules_that_came_and_went_are_told_once_each() -> None:
    start, end = (SCHEME.index(f'[[programmes.car.checks]]\nid = "{name}"') for name in _NEIGHBOURS)
    rule = SCHEME[start:end]
    other = rule.replace("invoice_in_window", "registered").replace("开票日期在活动期内", "注册日期在活动期内")
    assert said((rule, "")) == ["三 购车补贴 去掉核验“开票日期在活动期内”"]
    assert said((rule, other + rule)) == ["三 购车补贴 增加核验“注册日期在活动期内”"]


def test_papers_are_called_by_their_titles() -> None:
    paper = '{ kinds = "vehicle_invoice", clause = "三", hint = "拍清价税合计" }'
    other = '{ kinds = "id_card|tax_payment_proof", clause = "三", when = { energy = ["fuel"] } }'
    assert said((paper, f"{paper}, {other}")) == ["三 购车补贴 增加材料“居民身份证 或 车辆购置税完税证明”"]


def test_tiers_whose_range_moved_are_told_with_what_they_pay() -> None:
    assert said(("below = 60000", "below = 70000"), ("from = 60000", "from = 70000")) == [
        "二 购车补贴：燃油汽车分档 增加“30,000 元（含）至 70,000 元（不含）”一档：补贴 1,000 元",
        "二 购车补贴：燃油汽车分档 增加“70,000 元（含）以上”一档：补贴 2,000.50 元",
        "二 购车补贴：燃油汽车分档 去掉“30,000 元（含）至 60,000 元（不含）”一档：补贴 1,000 元",
        "二 购车补贴：燃油汽车分档 去掉“60,000 元（含）以上”一档：补贴 2,000.50 元",
    ]


def test_another_form_of_award() -> None:
    start, end = SCHEME.index('form = "tiers"'), SCHEME.index("[[programmes.car.checks]]")
    award = 'form = "flat"\ntitle = "补贴"\npays = 2000\nclause = "二"\n\n'
    kinds = [(each.kind, each.clause) for each in differences(SCHEME, SCHEME[:start] + award + SCHEME[end:])]
    assert ("changed", "二") in kinds
    assert ("removed", "二") in kinds


def test_a_programme_that_is_new() -> None:
    new = SCHEME + SCHEME[SCHEME.index("[programmes.car]") :].replace("programmes.car", "programmes.van").replace(
        'title = "购车补贴"', 'title = "货车补贴"', 1
    )
    assert [each.sentence for each in differences(SCHEME, new)] == ["增加补贴项目“货车补贴”"]
    assert [each.sentence for each in differences(new, SCHEME)] == ["去掉补贴项目“货车补贴”"]


def test_what_no_rule_depends_on_is_no_difference() -> None:
    assert said(("version = 1", "version = 2"), ("[clauses]", "# 注释\n\n[clauses]")) == []
    checks = SCHEME.index("[[programmes.car.checks]]")
    blocks = SCHEME[checks:].split("\n\n")
    assert differences(SCHEME, SCHEME[:checks] + "\n\n".join(reversed(blocks))) == ()


def test_a_text_that_is_no_toml_is_refused() -> None:
    with pytest.raises(SchemeError, match="新版 第 1 行"):
        differences(SCHEME, "= 1")


def test_every_key_of_scheme_files_has_a_name() -> None:
    ours = [table for table in _below(source.Table) if table.__module__ == source.__name__]
    tables = [table for table in ours if table is not source.SchemeTable]
    structs = [*tables, *(spec.params for spec in CHECKS.values())]
    keys = {key for struct in structs for key in struct.__struct_encode_fields__} - {"id", *_NOUNS, *_PARTS}
    assert not [key for key in sorted(keys) if "「" in label(key)]


def _below(table: type) -> list[type]:
    return [each for child in table.__subclasses__() for each in (child, *_below(child))]


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("pays", "2000.50", "2,000.50 元"),
        ("percent", 10, "10%"),
        ("optional", False, "需核实"),
        ("allowed", ["debit"], "借记卡"),
        ("kinds", "vehicle_licence@新车|id_card+bank_card", "新车行驶证 或 居民身份证和银行借记卡"),
        ("fields", ["applicant.name", "vehicle_invoice.buyer_name"], "申领人姓名、机动车销售统一发票的购买方名称"),
        ("when", {"energy": ["fuel"]}, "能源类型：燃油汽车"),
        ("also", [], "无"),
    ],
)
def test_values_in_words(key: str, value: object, words: str) -> None:
    assert Wording().value(key, value) == words


def test_what_has_no_name_is_shown_as_it_is() -> None:
    assert label("nobody_knows") == "「nobody_knows」"
