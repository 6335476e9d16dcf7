"""Checks on what sort of vehicle it is and whether it can be registered."""

from __future__ import annotations

from typing import Literal

from reviewapp.policy.checks.base import Params, Setting, absent, check, fields, paper, values_of
from reviewapp.policy.facts import Facts
from reviewapp.policy.judgement import Judge, Judgement
from reviewapp.policy.traits import VEHICLES, read_vehicle


class VehicleIs(Params, frozen=True):
    """`fields`: texts such as 车辆类型; `vehicle`: what they must name. `optional`: nothing said is
    `not_applicable`.
    """

    fields: tuple[str, ...]
    vehicle: Literal["car", "motorcycle"]
    optional: bool = False


@check("vehicle_is", VehicleIs, decides="vehicle")
def vehicle_is(params: VehicleIs, setting: Setting) -> Judge:
    """The papers name a car, or a motorcycle. `unsure` when none of them says clearly what it is."""
    refs, wanted = fields(params.fields, "fields", "text"), VEHICLES[params.vehicle]

    def judge(facts: Facts) -> Judgement:
        slots = tuple(slot for slot in map(facts.slot, refs) if slot.values)
        found = [(slot, read_vehicle(value)) for slot in slots for value in slot.values]
        for slot, vehicle in found:
            if vehicle not in (None, params.vehicle):
                return Judgement("fail", f"{slot.ref.title} {slot.value}，不是{wanted}", values_of(slot), (slot,))
        clear = next((slot for slot, vehicle in found if vehicle is not None), None)
        if clear is not None:
            return Judgement("pass", f"{clear.ref.title} {clear.value}，是{wanted}", values_of(clear), (clear,))
        if not slots:
            outcome = "not_applicable" if params.optional else "unsure"
            return absent(setting.title, *map(facts.slot, refs), outcome=outcome)
        return Judgement(
            "unsure", f"{slots[0].ref.title} {slots[0].value}，看不出是不是{wanted}", values_of(*slots), slots
        )

    return judge


class Unregistrable(Params, frozen=True):
    """`registered`: kinds of paper that only a registered vehicle has."""

    registered: tuple[str, ...]


@check("unregistrable_or_scrap_age", Unregistrable, decides="vehicle")
def unregistrable_or_scrap_age(params: Unregistrable, setting: Setting) -> Judge:
    """The vehicle has reached scrap age, or never was registered. Registered and younger: `unsure`, as is an age not
    known.

    Works with what an award by age found out.
    """
    for kind in params.registered:
        paper(kind, "registered")

    def judge(facts: Facts) -> Judgement:
        registered = any(kind in facts.papers for kind in params.registered)
        reached = facts.scrap_age_reached
        values = {"registered": str(registered).lower()}
        if reached is not None:
            values["scrap_age_reached"] = str(reached).lower()
        if reached:
            return Judgement("pass", "已达到报废年限", values, ())
        if not registered:
            return Judgement("pass", "没有上户手续，属于无法办理上户的车辆", values, ())
        known = "已上户，未达到报废年限" if reached is not None else "已上户，看不出是否达到报废年限"
        return Judgement("unsure", f"{known}，请核实是否属于发放对象", values, ())

    return judge
