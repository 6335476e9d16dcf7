"""Collection points as data: what the documents say, and mistakes told with place and remedy."""

from __future__ import annotations

import pytest

from reviewapp import schemes
from reviewapp.policy import SchemeError
from reviewapp.schemes import ROOT, collection

SOURCE = "yangcheng-2023/collection.toml"
TEXT = (ROOT / SOURCE).read_text("utf-8")


def test_the_points_of_yangcheng() -> None:
    found = collection.load("yangcheng-2023")
    assert found is not None
    assert (len(found.points), found.pickup.call_at, found.pickup.clause) == (19, 10, "七(三)1")
    first, last = found.points[0], found.points[-1]
    assert (first.note, last.name, last.address) == ("回收企业", "东冶镇便民服务中心", "东冶镇东冶村高庙路前1号")
    assert {point.clause for point in found.points} == {"附件2"}
    assert not any(sign in TEXT for sign in ("138", "电话：")), "no contacts"
    assert (collection.codes(), collection.load("xiangning-2023")) == (("yangcheng-2023",), None)


def test_its_cases_are_those_of_the_papers_rule() -> None:
    found = collection.load("yangcheng-2023")
    assert found is not None
    rules = schemes.load("yangcheng-2023").programmes["motorcycle-scrap"].papers
    ways = {way for rule in rules for way in rule.alternatives if way != ("id_card",)}
    assert {tuple(case.papers) for case in found.cases} == ways
    assert found.case_of({"id_card", "vehicle_invoice", "vehicle_certificate"}) == "未上户"
    assert found.case_of({"id_card", "origin_certificate", "vehicle_invoice"}) == "来源证明", "the one that is whole"
    assert (found.case_of({"id_card", "vehicle_licence"}), found.case_of({"id_card"})) == ("已上户", "")


@pytest.mark.parametrize(
    ("wrong", "right", "said"),
    [
        ("call_at = 10", "call_at = 0", "第 12 行「pickup.call_at」：不是辆数。请写 1 以上的整数。"),
        (
            "call_at = 10",
            'call_at = 10\nphone = "1"',
            "「pickup.phone」：没有“phone”这个键。可用的键：clause",
        ),
        ("call_at = 10", "", "「pickup」：缺少“call_at”。请补上 call_at = …。"),
        ("call_at = 10", 'call_at = "10"', "「pickup.call_at」"),
        ('scheme = "yangcheng-2023"', 'scheme = "other"', "「scheme」：文件在 yangcheng-2023 的文件夹里"),
        ('clause = "附件2"', 'clause = "附件9"', "「points[0].clause」：[clauses] 里没有“附件9”"),
        ('name = "凤城镇便民服务中心"', 'name = "坪头社区便民服务中心"', "“坪头社区便民服务中心”写了两次"),
        ('"origin_certificate"', '"no_paper"', "没有“no_paper”这种材料"),
        ('papers = ["origin_certificate"]', "papers = []", "「cases[2].papers」：是空的"),
        ("[pickup]", "[[pickup]]", "「pickup」：应为一个表"),
        ("call_at = 10", "call_at = 10\ncall_at = 11", "写了两次"),
    ],
)
def test_mistakes_name_place_and_remedy(wrong: str, right: str, said: str) -> None:
    assert wrong in TEXT
    with pytest.raises(SchemeError) as refused:
        collection.read(TEXT.replace(wrong, right, 1), SOURCE, "yangcheng-2023")
    assert said in str(refused.value)
    assert SOURCE in str(refused.value)
