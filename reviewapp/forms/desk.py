"""What a reviewer says at the desk: decisions, and what is settled before one."""

from __future__ import annotations

import re
from collections.abc import Mapping

from flask_wtf import FlaskForm
from wtforms import IntegerField, SelectField, SelectMultipleField, StringField, TextAreaField, ValidationError
from wtforms.validators import InputRequired, Length, Optional

from reviewapp.policy.money import fen_from_yuan

_AMOUNT = re.compile(r"[0-9]{1,8}(\.[0-9]{1,2})?")
_REASON = Length(max=1000, message="原因太长，请控制在 1000 字以内。")


def _trim(text: str | None) -> str:
    return (text or "").strip()


class LeaseForm(FlaskForm):  # type: ignore[misc]
    """What every action under a lease carries: the fence of the lease the page was made under."""

    fence = IntegerField(validators=[InputRequired("页面不完整，请刷新后重试。")])

    @property
    def first_error(self) -> str:
        """What is wrong, once `validate` has said no."""
        return next((str(errors[0]) for errors in self.errors.values() if errors), "请检查填写的内容。")


class ApproveForm(LeaseForm):
    """The award in yuan (empty for the evaluated one) and a reason where one is needed."""

    award = StringField("补贴金额（元）", filters=[_trim])
    reason = TextAreaField("通过的理由", filters=[_trim], validators=[_REASON])

    def validate_award(self, field: StringField) -> None:
        """An amount in yuan with at most two decimals, or nothing."""
        if field.data and _fen(field.data) is None:
            raise ValidationError("金额应写成 3000 或 3000.00，请重新填写。")

    @property
    def award_fen(self) -> int | None:
        """The award in fen, None for the evaluated one."""
        return _fen(self.award.data) if self.award.data else None


class ReturnForm(LeaseForm):
    """What is to be mended, why, and in how many workdays (empty: the scheme's own time).

    Each item may have a field `why:<item>` beside it, a code of the scheme's list of reasons.
    """

    items = SelectMultipleField("要补正的内容", validate_choice=False)
    reason = TextAreaField("说明（申领人会看到）", filters=[_trim], validators=[_REASON])
    workdays = IntegerField("补正期限（工作日）", validators=[Optional()])

    def named(self, sent: Mapping[str, str], reasons: Mapping[str, str]) -> dict[str, str]:
        """Each item with its sentence from the scheme's `reasons`, "" where none was chosen."""
        return {item: reasons.get(sent.get(f"why:{item}", ""), "") for item in self.items.data or ()}


class CancelReturnForm(FlaskForm):  # type: ignore[misc]
    """Why a return is taken back, and the revision of the page."""

    revision = IntegerField(validators=[InputRequired("页面不完整，请刷新后重试。")])
    reason = TextAreaField("撤销的原因（申领人会看到）", filters=[_trim], validators=[_REASON])


class RejectForm(LeaseForm):
    """The clause and the reason."""

    clause = SelectField("依据的条款", validate_choice=False)
    reason = TextAreaField("原因（申领人会看到）", filters=[_trim], validators=[_REASON])


class HandOverForm(LeaseForm):
    """Why a lead is to look."""

    reason = TextAreaField("转交原因", filters=[_trim], validators=[_REASON])


class SkipForm(LeaseForm):
    """Why the claim is put back undecided."""

    reason = TextAreaField("跳过的原因", filters=[_trim], validators=[_REASON])


class FieldForm(LeaseForm):
    """Which field is meant: `section.field`, for papers `paper.<public id>.field`."""

    key = StringField(validators=[InputRequired("页面不完整，请刷新后重试。")])


class CorrectForm(FieldForm):
    """What the field says; empty when the paper does not say it."""

    value = StringField("更正为", filters=[_trim])


class WaiveForm(LeaseForm):
    """Which finding may stand, and why."""

    check = StringField(validators=[InputRequired("页面不完整，请刷新后重试。")])
    reason = TextAreaField("免予核实的理由", filters=[_trim], validators=[_REASON])


class NoteForm(LeaseForm):
    """A note for other reviewers."""

    text = TextAreaField("备注", filters=[_trim], validators=[_REASON])


def _fen(text: str) -> int | None:
    plain = text.replace(",", "").replace("，", "")
    fen = fen_from_yuan(plain) if _AMOUNT.fullmatch(plain) else 0
    return fen or None
