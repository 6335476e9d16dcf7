"""What points and recyclers enter: shelf numbers, names under a paper, what became of a motorcycle, its certificate."""

from __future__ import annotations

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import DateField, RadioField, StringField
from wtforms.validators import InputRequired

OUTCOMES = [("received", "已收到"), ("differs", "车架号不符"), ("missing", "未收到")]


class HandOverForm(FlaskForm):  # type: ignore[misc]
    """The names under the signed paper."""

    giver = StringField("交车人（回收点）姓名", validators=[InputRequired("请填写交车人姓名。")])
    taker = StringField("接车人（回收企业）姓名", validators=[InputRequired("请填写接车人姓名。")])


class ConfirmForm(FlaskForm):  # type: ignore[misc]
    """What the recycler found of one motorcycle."""

    outcome = RadioField(
        "核对结果", choices=OUTCOMES, validate_choice=False, validators=[InputRequired("请选择核对结果。")]
    )
    frame_seen = StringField("车上实际的车架号")
    note = StringField("说明")


class CertificateForm(FlaskForm):  # type: ignore[misc]
    """The certificate of one motorcycle; its picture may follow later."""

    number = StringField("回收证明编号", validators=[InputRequired("请填写回收证明编号。")])
    issued_on = DateField("开具日期", validators=[InputRequired("请填写开具日期，例如 2024-01-12。")])
    paper = FileField("回收证明照片或 PDF")
