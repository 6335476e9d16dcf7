"""The texts that decide: emission stages, energies, classes; and that every check explains itself."""

import pytest

from reviewapp.policy.checks import CHECKS
from reviewapp.policy.checks.goods import emission_stage
from reviewapp.policy.traits import read_energy, read_vehicle_class


@pytest.mark.parametrize(
    ("text", "stage"),
    [
        ("国六", 6),
        ("国Ⅵ", 6),
        ("国VI", 6),
        ("国vi b", 6),
        ("国6B", 6),
        ("国家第六阶段", 6),
        ("GB18352.6-2016", 6),
        ("ＧＢ 18352.6—2016 国Ⅵ", 6),
        ("国Ⅴ", 5),
        ("国IV", 4),
        ("GB18352.5-2013", 5),
        ("欧六", None),
        ("六", None),
        ("国10", None),
    ],
)
def test_emission_stages(text: str, stage: int | None) -> None:
    assert emission_stage(text) == stage


@pytest.mark.parametrize(
    ("text", "energy"),
    [
        ("汽油", "fuel"),
        ("柴油", "fuel"),
        ("纯电动", "new_energy"),
        ("电", "new_energy"),
        ("插电式混合动力", "new_energy"),
        ("汽油/插电混动", "new_energy"),
        ("增程式", "new_energy"),
        ("汽油/电混合动力", None),
        ("混合动力", None),
    ],
)
def test_energies(text: str, energy: str | None) -> None:
    assert read_energy(text) == energy


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("小型轿车", "passenger"),
        ("小型普通客车", "passenger"),
        ("多用途乘用车", "passenger"),
        ("轻型多用途货车", "light_truck"),
        ("轻型普通货车", "light_truck"),
        ("微型普通货车", "mini_truck"),
        ("大型普通客车", "other"),
        ("重型半挂牵引车", "other"),
        ("普通二轮摩托车", "other"),
        ("机动车", None),
    ],
)
def test_vehicle_classes(text: str, kind: str | None) -> None:
    assert read_vehicle_class(text) == kind


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_every_check_says_what_it_compares(name: str) -> None:
    assert len(CHECKS[name].build.__doc__ or "") > 40
