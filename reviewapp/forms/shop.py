"""What a shop's staff enter at the counter: the consumer, the products, goods that came back."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, FieldList, Form, FormField, IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp, ValidationError

from reviewapp.forms.money import yuan_field

MOST_LINES = 20
GRADES = [("", "未填（非家电不填）"), *((str(grade), f"{grade} 级") for grade in range(1, 6))]
_MOST_YUAN = 1_000_000
_LONGEST = Length(max=60, message="最多 60 个字。")


def _trimmed(text: str | None) -> str:
    return " ".join((text or "").split())


def _affordable(_form: Any, field: Any) -> None:
    if re.fullmatch(r"\d+(\.\d+)?", field.data or "") and Decimal(field.data) > _MOST_YUAN:
        raise ValidationError("单价太大，请核对。")


def _digits(text: str | None) -> str:
    return "".join((text or "").split())


class ConsumerForm(FlaskForm):  # type: ignore[misc]
    """Who buys; the service says whether a number can be one."""

    name = StringField("姓名", filters=[_trimmed])
    id_number = StringField("身份证号", filters=[_digits])
    phone = StringField("手机号", filters=[_digits])


class LineForm(Form):  # type: ignore[misc]
    """One product."""

    name = StringField("商品", filters=[_trimmed], validators=[InputRequired("请选择或填写商品名称。"), _LONGEST])
    brand_model = StringField("品牌型号", filters=[_trimmed], validators=[_LONGEST])
    code = StringField(
        "13 位国标码",
        filters=[_digits],
        validators=[Optional(), Regexp(r"^\d{13}$", message="国标码是条形码下面的 13 位数字。")],
    )
    grade = SelectField("能效或水效等级", choices=GRADES)
    price = yuan_field("单价（元）", "请填写优惠后的单价。", _affordable)
    quantity = IntegerField("数量", default=1, validators=[NumberRange(1, 9999, message="数量应为 1 至 9999 的整数。")])


class ProductsForm(FlaskForm):  # type: ignore[misc]
    """All products; rows in which nothing was entered are left out."""

    lines = FieldList(FormField(LineForm), max_entries=MOST_LINES)

    def filled(self) -> list[Any]:
        """The rows in which something stands."""
        return [row for row in self.lines if _something(row.form)]

    def holds(self) -> bool:
        """True when every row that was filled holds; the errors stand at the fields."""
        wrong = [row for row in self.filled() if not row.form.validate()]
        return not wrong


class HandOutForm(FlaskForm):  # type: ignore[misc]
    """The staff's word that the consumer is there."""

    present = BooleanField()


class GoodsBackForm(FlaskForm):  # type: ignore[misc]
    """Pieces of each line that came back, and why."""

    back = FieldList(
        IntegerField("退货件数", default=0, validators=[Optional(), NumberRange(0, 9999, message="请填写件数。")]),
        max_entries=MOST_LINES,
    )
    reason = StringField(
        "退货情况", validators=[InputRequired("请填写退货的情况。"), Length(max=200, message="最多 200 个字。")]
    )


def _something(row: Any) -> bool:
    return bool(row.name.data or row.price.data or row.code.data or row.brand_model.data)
