"""Writing a scheme: where to begin, the texts, and the steps to publication."""

from __future__ import annotations

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, HiddenField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

_INCOMPLETE = "页面不完整，请刷新后重试。"
BEGINNINGS = (
    ("skeleton", "从样例开始：一份能通过检查的短方案和两个用例，照着文件逐条改写"),
    ("upload", "上传已写好的文件"),
    ("empty", "从空白开始"),
)
PARTS = {"scheme": "方案", "cases": "用例"}


def _trim(text: str | None) -> str:
    return (text or "").strip()


class StartForm(FlaskForm):  # type: ignore[misc]
    """A new scheme: its code and title, and what its texts begin with."""

    code = StringField("方案编号", filters=[_trim], validators=[InputRequired("请填写方案编号。")])
    title = StringField(
        "活动名称",
        filters=[_trim],
        validators=[InputRequired("请填写活动名称。"), Length(max=80, message="活动名称请控制在 80 字以内。")],
    )
    beginning = RadioField("从哪里开始", choices=BEGINNINGS, default="skeleton")
    scheme_file = FileField("方案文件（1.toml）")
    cases_file = FileField("用例文件（cases.toml）")


class RevisionForm(FlaskForm):  # type: ignore[misc]
    """A step that is only taken when the draft is still as the page showed it."""

    revision = IntegerField(validators=[InputRequired(_INCOMPLETE)])


class SaveForm(RevisionForm):
    """One of the two texts, as it is."""

    part = SelectField("部分", choices=list(PARTS.items()))
    text = TextAreaField("内容")


class UploadForm(RevisionForm):
    """A file in the place of one of the texts."""

    part = SelectField("部分", choices=list(PARTS.items()))
    file = FileField("文件", validators=[FileRequired("请先选择文件。")])


class NoteForm(RevisionForm):
    """A step that needs a reason."""

    note = StringField("原因", filters=[_trim])


class PublishForm(RevisionForm):
    """The second person's word: the digest that the page showed, and that it was all looked at."""

    digest = HiddenField(validators=[InputRequired(_INCOMPLETE)])
    looked = BooleanField(
        "我已逐条核对上面的差别和用例结果，同意发布", validators=[InputRequired("请先核对，再勾选这一项。")]
    )


class FactsForm(FlaskForm):  # type: ignore[misc]
    """Facts as JSON."""

    facts = TextAreaField("事实（JSON）", validators=[InputRequired("请填写事实，或从用例里选一个。")])
