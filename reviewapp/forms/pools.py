"""Orders on a pool: what is proposed, and why one is cancelled."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, StringField
from wtforms.validators import AnyOf, InputRequired, Length

from reviewapp.forms.money import yuan_field


class OrderForm(FlaskForm):  # type: ignore[misc]
    """An order as its maker fills it in; the choices of `source` and `to_pool` are the page's."""

    kind = SelectField(
        "办理事项",
        choices=[("top_up", "追加"), ("move", "调剂"), ("reduce", "收回")],
        validate_choice=False,
        validators=[AnyOf(("top_up", "move", "reduce"), message="请选择追加、调剂或收回。")],
    )
    amount = yuan_field("金额（元）", "请填写金额。")
    document = StringField(
        "依据文号",
        validators=[InputRequired("请填写所依据文件的文号。"), Length(max=120, message="文号最多 120 个字。")],
    )
    reason = StringField(
        "事由", validators=[InputRequired("请填写事由。"), Length(max=200, message="事由最多 200 个字。")]
    )
    source = SelectField("资金来源", choices=[("", "不分级")], default="", validate_choice=False)
    to_pool = SelectField("调入资金池（仅调剂时选）", choices=[("", "—")], default="", validate_choice=False)
    form_key = HiddenField(validators=[InputRequired(), Length(max=40)])
