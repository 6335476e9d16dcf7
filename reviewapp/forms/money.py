"""An amount in yuan as people type it: 12000, 12,000.00, full-width commas."""

from __future__ import annotations

from typing import Any

from wtforms import StringField
from wtforms.validators import InputRequired, Regexp


def yuan_field(label: str, missing: str, *more: Any) -> Any:
    """A field whose data `fen_from_yuan` reads once it validates, by `more` validators, too."""
    return StringField(
        label,
        filters=[lambda text: (text or "").strip().replace(",", "").replace("，", "")],
        validators=[
            InputRequired(missing),
            Regexp(r"^\d{1,10}(\.\d{1,2})?$", message="金额应写成 12000 或 12000.00。"),
            *more,
        ],
    )
