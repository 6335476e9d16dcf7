"""Firms: the application, the office's word on it, exclusions, and accounts of a firm's people."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    FileField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Optional
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget


class ApplicationForm(FlaskForm):  # type: ignore[misc]
    """What the firm says of itself, as typed; what is wrong with it the service says. Choices come from the page."""

    revision = IntegerField(widget=HiddenInput(), validators=[Optional()])
    kind = SelectField("商户类别", validate_choice=False)
    name = StringField("企业名称")
    uscc = StringField("统一社会信用代码")
    address = StringField("经营地址")
    township = SelectField("所在镇（街道）", validate_choice=False)
    person = StringField("负责人姓名")
    phone = StringField("负责人手机号")
    licence = FileField("营业执照")


class WordForm(FlaskForm):  # type: ignore[misc]
    """The reviewer's word: the reason or opinion; the clause of a refusal; the validity of an admission."""

    revision = IntegerField(widget=HiddenInput(), validators=[Optional()])
    reason = TextAreaField("原因或意见")
    clause = SelectField("依据条款", validate_choice=False)
    first = DateField("有效期自", validators=[Optional()])
    last = DateField("有效期至", validators=[Optional()])


class ExclusionForm(FlaskForm):  # type: ignore[misc]
    """A firm is put on the list of the excluded."""

    name = StringField("企业名称")
    scheme = SelectField("范围", validate_choice=False)
    kind = SelectField("种类", validate_choice=False)
    source = StringField("文号或来源")
    reason = TextAreaField("原因")


class LiftForm(FlaskForm):  # type: ignore[misc]
    """An exclusion is lifted."""

    source = StringField("文号或来源")
    reason = StringField("解除的原因")


class PersonForm(FlaskForm):  # type: ignore[misc]
    """Somebody of the firm; the rights to choose from are those of the firm's kind."""

    name = StringField("姓名")
    phone = StringField("手机号")
    username = StringField("账号")
    rights = SelectMultipleField(
        "权限", validate_choice=False, widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )


class FormKey(FlaskForm):  # type: ignore[misc]
    """A form that may arrive twice."""

    form_key = HiddenField()
