"""What is printed on a 车辆合法来源证明; what is left empty becomes a line to write on."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import StringField

from reviewapp.policy.kinds import KINDS


def _field(name: str) -> StringField:
    return StringField(KINDS["origin_certificate"].fields[name].label)


class OriginForm(FlaskForm):  # type: ignore[misc]
    """The fields of the form, named as the paper's."""

    villager_name = _field("villager_name")
    id_number = _field("id_number")
    engine_number = _field("engine_number")
    vin = _field("vin")
    plate = _field("plate")
    village = _field("village")
