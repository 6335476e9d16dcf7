"""What to compare past claims under, and what to assume of claims to come. Both forms are sent as addresses (GET)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from flask_wtf import FlaskForm
from wtforms import DateField, DecimalField, IntegerField, SelectField, StringField, ValidationError
from wtforms.validators import InputRequired, NumberRange, Optional, StopValidation

from reviewapp.policy.money import fen_from_yuan
from reviewapp.policy.scenario import MOST_TIMES

#: Each claim under the version that it was put in under.
OWN = "own"
_AMOUNT = re.compile(r"[0-9]{1,10}(\.[0-9]{1,2})?", re.ASCII)
_MOST_SEED = 10**9


def _plain(text: str | None) -> str:
    return (text or "").strip().replace(",", "").replace("，", "")


class _Told:
    """Says in the clerk's words what a text that is no such value should look like."""

    refusal = ""

    def process_formdata(self, valuelist: list[str]) -> None:
        """The value, None for nothing; ValueError with the refusal."""
        self.data = None
        if not "".join(valuelist).strip():
            return
        try:
            super().process_formdata(valuelist)  # type: ignore[misc]
        except ValueError:
            raise ValueError(self.refusal) from None

    def pre_validate(self, _form: object) -> None:
        """Nothing more is said of what could not be read."""
        if self.process_errors:  # type: ignore[attr-defined]
            raise StopValidation()


class _Times(_Told, DecimalField):
    refusal = f"倍数请填 0 至 {MOST_TIMES} 的数，例如 1.5。"


class _Day(_Told, DateField):
    refusal = "日期应写成 2024-01-15。请重新填写，或留空表示今天。"


class _Seed(_Told, IntegerField):
    refusal = f"随机种子请填 0 至 {_MOST_SEED} 的整数。"


class ReplayForm(FlaskForm):  # type: ignore[misc]
    """Two versions of a scheme, the one compared from and the one compared to."""

    before = SelectField("原来的版本", validate_choice=False)
    after = SelectField("要试的版本", validate_choice=False)

    def offer(self, versions: Mapping[str, str]) -> None:
        """The versions to choose from: name → what it is called."""
        self.before.choices = [(OWN, "受理时所用的版本"), *versions.items()]
        self.after.choices = list(versions.items())

    def validate_before(self, field: SelectField) -> None:
        """One of those offered, and not the same as the other."""
        _offered(field)
        if field.data == self.after.data:
            raise ValidationError("两边是同一版，没有可比的。请另选一个版本。")

    def validate_after(self, field: SelectField) -> None:
        """One of those offered."""
        _offered(field)


class ForecastForm(FlaskForm):  # type: ignore[misc]
    """How many times as many claims come as so far, and money that is added."""

    multiplier = _Times(
        "今后申请量是以往的几倍",
        validators=[
            InputRequired("请填写倍数，例如 1 或 1.5。"),
            NumberRange(0, MOST_TIMES, message=_Times.refusal),
        ],
    )
    amount = StringField(
        "追加资金（元，可不填）", filters=[lambda text: (text or "").strip().replace(",", "").replace("，", "")]
    )
    pool = SelectField("追加到", validate_choice=False)
    on = _Day("到账日期", validators=[Optional()])
    seed = _Seed(
        "随机种子",
        validators=[
            InputRequired("请填写一个整数；相同的种子得到相同的结果。"),
            NumberRange(0, _MOST_SEED, message=_Seed.refusal),
        ],
    )

    def validate_amount(self, field: StringField) -> None:
        """An amount in yuan with at most two decimals, or nothing."""
        if field.data and not (_AMOUNT.fullmatch(field.data) and fen_from_yuan(field.data)):
            raise ValidationError("金额应写成 100000 或 100000.00，大于 0 元。请重新填写，不追加就留空。")

    def validate_pool(self, field: SelectField) -> None:
        """One of those offered."""
        _offered(field)

    @property
    def amount_fen(self) -> int:
        """What is added, 0 for nothing."""
        return fen_from_yuan(self.amount.data) if self.amount.data else 0


def _offered(field: SelectField) -> None:
    if field.data not in dict(field.choices):
        raise ValidationError("请从列表中选择。")
