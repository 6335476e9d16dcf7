"""Scheme files: what is refused, where, and with what remedy."""

import re

import pytest

from reviewapp.policy import Problem, SchemeError, parse_scheme
from reviewapp.policy.model import RETURN_REASONS, Bands, SecondLook
from tests.policy.sample import TEXT, sample

CHECK = 'check = "within"\ntitle = "开票日期在活动期内"'


def problems(text: str) -> tuple[Problem, ...]:
    with pytest.raises(SchemeError) as caught:
        parse_scheme(text, "sample.toml")
    return caught.value.problems


def line(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


@pytest.mark.parametrize(
    ("old", "new", "key", "message"),
    [
        ('code = "sample-2030"', 'code = "Sample 2030"', "code", "不能作编号"),
        ("version = 1", 'version = "1"', "version", "应为整数，写成了文字"),
        ('county = "样例县"\n', "", "", "缺少“county”"),
        ('county = "样例县"', 'county = "样例县"\ncity = "样例市"', "city", "没有“city”这个键"),
        ("issued_on = 2030-01-01", 'issued_on = "去年"', "issued_on", ""),
        ("until = 2030-02-28", "until = 2030-01-31", "windows.activity.until", "截止早于开始"),
        ("until = 2030-02-28", 'until = "二月底"', "windows.activity.until", "不是日期"),
        ("until = 2030-02-28", "until = 2030-02-28\nevery_days = 7", "windows.activity", "只写了一个"),
        (
            'until = 2030-02-28\nclause = "一"',
            'until = 2030-02-28\nclause = "九"',
            "windows.activity.clause",
            "没有“九”",
        ),
        ("amount = 100000", "amount = 100000.5", "pools[0].amount", "金额写成了小数"),
        ("amount = 100000", 'amount = "十万"', "pools[0].amount", "不是金额"),
        ("amount = 100000", "amount = -1", "pools[0].amount", "负数"),
        ('pool = "car"', 'pool = "cars"', "programmes.car.pool", "资金池"),
        ('submission = "activity"', 'submission = "papers"', "programmes.car.submission", "时间窗"),
        ('payee = "claimant"', 'payee = "bank"', "programmes.car.payee", "不能写“bank”"),
        ('submitters = ["claimant"]', 'submitters = "claimant"', "programmes.car.submitters", "应为列表"),
        ('kinds = "vehicle_invoice"', 'kinds = "invoice"', "programmes.car.papers[0].kinds", "这种材料"),
        ("when = { energy", "when = { colour", "programmes.car.papers[1].when", "申报项"),
        ('field = "energy"', 'field = "colour"', "programmes.car.declared[0].field", "申报项"),
        (
            'amount = "vehicle_invoice.total"',
            'amount = "vehicle_invoice.vin"',
            "programmes.car.award.amount",
            "金额字段",
        ),
        ('by = "energy"', 'by = "colour"', "programmes.car.award.by", "特征"),
        ('value = "fuel"', 'value = "steam"', "programmes.car.award.tables[0].value", "取值"),
        ("below = 20000, pays = 100", "below = 19999, pays = 100", "programmes.car.award.tables[0].tiers[1]", "空档"),
        ("below = 20000, pays = 100", "up_to = 20000, pays = 100", "programmes.car.award.tables[0].tiers[1]", "重叠"),
        ("from = 10000, below = 20000", "from = 10000", "programmes.car.award.tables[0].tiers[1]", "没有上限"),
        ("from = 10000, below = 20000", "below = 20000", "programmes.car.award.tables[0].tiers[0]", "没有下限"),
        ("from = 10000, below", "from = 10000, over = 1, below", "programmes.car.award.tables[0].tiers[0]", "同时写了"),
        (
            "from = 10000, below = 20000",
            "from = 10000, below = 9000",
            "programmes.car.award.tables[0].tiers[0]",
            "低于",
        ),
        ("pays = 100 ", "pays = 99.9 ", "programmes.car.award.tables[0].tiers[0].pays", "小数"),
        (CHECK, CHECK.replace("within", "inside"), "programmes.car.checks[0].check", "这种核验"),
        ('window = "activity"', 'window = "year"', "programmes.car.checks[0].window", "时间窗"),
        ('window = "activity"', "", "programmes.car.checks[0]", "缺少“window”"),
        ('window = "activity"', 'window = "activity"\nlimit = 3', "programmes.car.checks[0].limit", "没有“limit”"),
        ("vehicle_invoice.invoice_date", "vehicle_invoice.day", "programmes.car.checks[0].field", "这个字段"),
        ("vehicle_invoice.invoice_date", "vehicle_invoice.vin", "programmes.car.checks[0].field", "不能用于"),
        ('id = "same_buyer"', 'id = "invoice_in_window"', "programmes.car.checks[1]", "写了两次"),
        ('clause = "三"\nfields', 'clause = "四"\nfields', "programmes.car.checks[1].clause", "没有“四”"),
        ("version = 1", "version = 0", "version", "从 1 起"),
        ('title = "样例县购车补贴"', 'title = ""', "title", "是空的"),
        ('title = "样例县购车补贴"', 'title = " 　"', "title", "是空的"),
        ('"二" = "标准"', '"二" = " "', "clauses.二", "是空的"),
        ('id = "same_buyer"', 'id = ""', "programmes.car.checks[1].id", "是空的"),
        ('submitters = ["claimant"]', "submitters = []", "programmes.car.submitters", "是空的"),
        (
            'submitters = ["claimant"]',
            'submitters = ["claimant", "claimant"]',
            "programmes.car.submitters",
            "“claimant”写了两次",
        ),
        ('field = "energy"\n', 'field = "energy"\nhint = ""\n', "programmes.car.declared[0].hint", "是空的"),
        (
            '"vehicle_invoice.buyer_name"]',
            '"vehicle_invoice.buyer_name", "applicant.name"]',
            "programmes.car.checks[1].fields",
            "“applicant.name”写了两次",
        ),
        (
            '"vehicle_invoice.buyer_name"]',
            '"vehicle_invoice.buyer_name"]\nalso = []',
            "programmes.car.checks[1].also",
            "是空的",
        ),
        ('id = "same_buyer"', 'id = "award"', "programmes.car.checks[1].id", "系统自用"),
        ('id = "same_buyer"', 'id = "paper_vehicle_invoice"', "programmes.car.checks[1].id", "系统自用"),
        (
            'id = "same_buyer"',
            'id = "same_buyer"\notherwise = "pass"',
            "programmes.car.checks[1].otherwise",
            "不能写“pass”",
        ),
        ('late = "refuse"', 'late = "refuse"\nreview_from = 2030-03-01', "programmes.car.review_from", "晚于"),
        ("amount = 100000", f"amount = {10**16}", "pools[0].amount", "金额太大"),
        ("from = 20000, pays", f"from = {10**16}, pays", "programmes.car.award.tables[0].tiers[1].from", "金额太大"),
        ('fuel = "燃油"', 'steam = "蒸汽"', "programmes.car.declared[0].choices", "没有“steam”这个取值"),
    ],
)
def test_a_mistake_is_named_with_key_and_remedy(old: str, new: str, key: str, message: str) -> None:
    assert old in TEXT
    (problem,) = problems(TEXT.replace(old, new, 1))
    assert problem.key == key
    assert message in problem.message
    assert problem.remedy
    assert problem.file == "sample.toml"


def test_a_programme_without_papers_is_refused() -> None:
    text = re.sub(r"\[\[programmes\.car\.papers\]\](?s:.*?)(?=\[\[programmes\.car\.declared)", "", TEXT)
    (problem,) = problems(text.replace('late = "refuse"', 'late = "refuse"\npapers = []'))
    assert (problem.key, problem.message) == ("programmes.car.papers", "是空的")
    assert problem.remedy


@pytest.mark.parametrize(
    ("given", "key", "message"),
    [
        (
            'check = "emission_at_least"\nfield = "vehicle_certificate.fuel"\nleast = 6\nexempt = ["steam"]',
            "exempt",
            "没有“steam”这个取值",
        ),
        ('check = "unregistrable_or_scrap_age"\nregistered = ["letter"]', "registered", "没有“letter”这种材料"),
        ('check = "submitted_in_time"\nstatement = "letter"', "statement", "没有“letter”这种材料"),
        ('check = "no_paper"\nkind = "letter"', "kind", "没有“letter”这种材料"),
        ('check = "one_of"\nfield = "declared.energy"\nallowed = ["steam"]', "allowed", "steam"),
        (
            'check = "never_claimed_before"\ncode = "vehicle_invoice.invoice_code"',
            "number",
            "没有写查什么",
        ),
    ],
)
def test_a_value_that_there_is_not_is_refused_in_a_check(given: str, key: str, message: str) -> None:
    text = TEXT + f'\n[[programmes.car.checks]]\nid = "last"\ntitle = "样例"\nclause = "三"\n{given}\n'
    (problem,) = problems(text)
    assert problem.key == f"programmes.car.checks[2].{key}"
    assert message in problem.message
    assert problem.remedy


def test_there_is_a_most_that_money_can_be() -> None:
    most = 10**13
    assert parse_scheme(TEXT.replace("100000", str(most)), "sample.toml").pools["car"].amount_fen == most * 100
    assert problems(TEXT.replace("100000", str(most + 1)))[0].key == "pools[0].amount"


def test_a_mistake_is_named_with_its_line() -> None:
    text = TEXT.replace("vehicle_invoice.invoice_date", "vehicle_invoice.day")
    assert problems(text)[0].line == line(text, "vehicle_invoice.day")
    text = TEXT.replace('id = "same_buyer"', 'id = "same_buyer"\ncolour = "red"')
    assert problems(text)[0].line == line(text, 'colour = "red"')


def test_a_repeated_key_is_named_with_its_line() -> None:
    text = TEXT.replace("version = 1", "version = 1\nversion = 2")
    (problem,) = problems(text)
    assert "写了两次" in problem.message
    assert problem.line == line(text, "version = 2")


def test_what_is_no_toml_is_named_with_its_line() -> None:
    text = TEXT.replace("version = 1", "version 1")
    assert problems(text)[0].line == line(text, "version 1")


def test_all_mistakes_are_told_at_once() -> None:
    text = TEXT.replace("amount = 100000", "amount = 1.5").replace('window = "activity"', 'window = "x"')
    assert [problem.key for problem in problems(text)] == ["pools[0].amount", "programmes.car.checks[0].window"]


def test_a_problem_reads_as_a_sentence() -> None:
    text = TEXT.replace('pool = "car"', 'pool = "cars"')
    said = str(problems(text)[0])
    assert said.startswith(f"sample.toml 第 {line(text, 'pool = ')} 行「programmes.car.pool」：没有“cars”这个资金池。")


def test_what_a_scheme_tells_the_pages() -> None:
    scheme = sample()
    programme = scheme.programmes["car"]
    assert programme.most_fen == 40000
    assert [rule.entry for rule in programme.papers] == [
        "vehicle_invoice",
        "registration_certificate+vehicle_licence|vehicle_certificate",
    ]
    assert programme.papers[1].title == "机动车登记证书、行驶证 或 整车出厂合格证"
    assert programme.papers[1].kinds == ("registration_certificate", "vehicle_licence", "vehicle_certificate")
    assert programme.declared[0].choices == {"fuel": "燃油", "new_energy": "新能源"}
    assert getattr(programme.submission, "from") == programme.submission.start
    assert programme.submission.until.isoformat() == "2030-02-28T23:59:59.999999+08:00"
    assert scheme.pools["car"].amount_fen == 10_000_000


def test_bands_for_a_third_person() -> None:
    assert sample().bands == Bands()
    scheme = parse_scheme(TEXT + '\n[payout]\nline_over = 5000\ntotal_over = "9000.50"\n', "sample.toml")
    assert scheme.bands == Bands(500_000, 900_050)
    assert [scheme.bands.need_third(amounts) for amounts in ([500_000], [500_001], [450_000] * 2, [450_051] * 2)] == [
        False, True, False, True,
    ]  # fmt: skip
    assert not Bands().need_third([10**12])


@pytest.mark.parametrize(
    ("given", "key", "message"),
    [
        ("[payout]\nline_over = -1", "payout.line_over", ""),
        ("[payout]\nabove = 1", "payout.above", "没有“above”这个键"),
        ("[[payout]]\nline_over = 1", "payout", "应为一个表"),
    ],
)
def test_bands_that_are_none(given: str, key: str, message: str) -> None:
    found = problems(f"{TEXT}\n{given}\n")
    assert [(one.key, message in one.message, bool(one.remedy)) for one in found] == [(key, True, True)]


def test_second_looks_and_reasons_of_returns() -> None:
    assert sample().second_look == SecondLook()
    assert sample().programmes["car"].return_reasons is RETURN_REASONS
    more = '\n[second_look]\npercent = 10\nover = 5000\n\n[return_reasons]\nblurred = "请重拍"\n'
    scheme = parse_scheme(TEXT + more, "sample.toml")
    assert scheme.second_look == SecondLook(percent=10, over_fen=500_000)
    assert scheme.programmes["car"].return_reasons == {"blurred": "请重拍"}
    for given, key in (
        ("[second_look]\npercent = 101", "second_look.percent"),
        ("[second_look]\nover = -1", "second_look.over"),
        ("[[second_look]]\npercent = 1", "second_look"),
        (f'[return_reasons]\nlong = "{"长" * 201}"', "return_reasons.long"),
    ):
        assert [one.key for one in problems(f"{TEXT}\n{given}\n")] == [key]


def test_deadlines_are_not_negative() -> None:
    assert (
        problems(TEXT.replace("correction_days = 7", "correction_days = -7"))[0].key == "programmes.car.correction_days"
    )
