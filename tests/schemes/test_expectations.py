"""`[expect]`: what no case can show is compared with the scheme, and what cases can show may not stand there."""

from typing import Any

import pytest

from reviewapp.policy import read_toml
from reviewapp.schemes.expectations import differences, misplaced
from tests.policy.sample import TEXT

DATA = read_toml(TEXT, "sample.toml")


@pytest.mark.parametrize(
    ("expect", "told"),
    [
        ({}, []),
        ({"county": "样例县"}, []),
        ({"county": "别的县"}, ["county 应为 别的县，方案里是 样例县"]),
        ({"pools": {"car": {"amount": 100000}}}, []),
        ({"pools": {"car": {"amount": 100001}}}, ["pools.car.amount 应为 100001，方案里是 100000"]),
        ({"pools": {"bus": {"amount": 1}}}, ["pools.bus 应为 {'amount': 1}，方案里没有"]),
        ({"pools": ["car"]}, []),
        ({"pools": ["car", "bus"]}, ["pools 应为 ['car', 'bus']，方案里是 ['car']"]),
        ({"programmes": {"car": {"submitters": ["claimant"]}}}, []),
        ({"programmes": {"car": {"review_from": 1}}}, ["programmes.car.review_from 应为 1，方案里没有"]),
        ({"programmes": {"car": {"declared": {"energy": {"choices": ["fuel", "new_energy"]}}}}}, []),
        ({"county": {"name": "样例县"}}, ["county.name 应为 样例县，方案里没有"]),
    ],
)
def test_differences(expect: dict[str, Any], told: list[str]) -> None:
    assert differences(expect, DATA) == told


@pytest.mark.parametrize(
    ("expect", "place"),
    [
        ({"programmes": {"car": {"award": {"title": "补贴"}}}}, "programmes.car.award"),
        ({"programmes": {"car": {"award": {"at_most": True, "pays": 2000}}}}, "programmes.car.award"),
        ({"programmes": {"car": {"papers": ["vehicle_invoice"]}}}, "programmes.car.papers"),
        ({"windows": {"activity": {}}}, "windows.activity"),
    ],
)
def test_what_cases_show_may_not_be_expected(expect: dict[str, Any], place: str) -> None:
    (told,) = misplaced(expect, DATA)
    assert place in told


def test_what_no_case_shows_may_be_expected() -> None:
    car = {"payee": "claimant", "award": {"at_most": True}}
    assert misplaced({"programmes": {"car": car}, "windows": {"release": {}}}, DATA) == []
