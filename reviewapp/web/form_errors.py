"""The service's words at the fields of a form that they are about."""

from __future__ import annotations

from collections.abc import Mapping

from flask_wtf import FlaskForm


def point_at(form: FlaskForm, faults: Mapping[str, str]) -> None:
    """Put each message at its field; those of no field of the form are left to the page."""
    for name, said in faults.items():
        if name in form:
            form[name].errors = [said]
