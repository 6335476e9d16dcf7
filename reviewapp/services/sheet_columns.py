"""The columns of a dealer's sheet, made from the programme: who buys, whose card, what no paper says, and keys that
help to tell the papers apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reviewapp import schemes
from reviewapp.policy.kinds import KINDS
from reviewapp.services import fields
from reviewapp.services.fields import Field
from reviewapp.services.values import BadValue, Form, normalise

NAME, PHONE, ID_NUMBER, HOLDER, CARD = (
    "applicant.name", "applicant.phone", "applicant.id_number", "account.holder", "account.card_number",
)  # fmt: skip
REQUIRED = (NAME, PHONE)
_FORMAT = "reviewapp-batch/1"
_HINTS = {
    NAME: "必填，与身份证一致",
    PHONE: "必填，11 位手机号",
    ID_NUMBER: "可不填，由系统从身份证上识别",
    HOLDER: "不填表示是购车人本人的卡",
    CARD: "可不填，由系统从银行卡上识别；请按文本填写，不要写成数字",
}
_KEYS = (
    Field("key", "vin", "车架号", Form("id"), hint="可不填；填了便于把材料归到这位购车人"),
    Field("key", "plate", "车牌号", Form("id"), hint="可不填；填了便于把材料归到这位购车人"),
)


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its stable key (`section.field`), what is written above it, and how its cells are written.

    `options` pairs the values allowed with their words; `example` and `hint` may be empty.
    """

    key: str
    label: str
    form: Form
    options: tuple[tuple[str, str], ...] = ()
    hint: str = ""

    @property
    def required(self) -> bool:
        """Without it a row is no buyer."""
        return self.key in REQUIRED

    def value(self, text: Any) -> Any:
        """The value as it is stored; BadValue where the text cannot be one."""
        words = {shown: value for value, shown in self.options}
        if self.required and not str(text or "").strip():
            raise BadValue("没有填写，请补上。")
        return normalise(self.form, words.get(str(text).strip(), text))

    def shown(self, value: Any) -> str:
        """The value as it stands in a cell."""
        if value is None:
            return ""
        return dict(self.options).get(str(value), str(value))


@dataclass(frozen=True, slots=True)
class Template:
    """What a sheet is made for: a programme of one version of a scheme."""

    scheme_code: str
    scheme_version: str
    programme: str

    @property
    def mark(self) -> str:
        """What the first cell of a sheet says, so that another scheme's or version's is known as such."""
        return f"{_FORMAT} {self.scheme_code} {self.scheme_version} {self.programme}"

    @property
    def title(self) -> str:
        """Scheme and programme in words."""
        scheme = schemes.load(self.scheme_code, self.scheme_version)
        return f"{scheme.title} {scheme.programmes[self.programme].title}"

    def columns(self) -> tuple[Column, ...]:
        """In the order in which they are written."""
        rules = schemes.load(self.scheme_code, self.scheme_version).programmes[self.programme]
        listed = [field for section in ("applicant", "account") for field in fields.fixed(section, rules)]
        listed += fields.declared(rules)
        kinds = {kind for paper in rules.papers for kind in paper.kinds}
        told = {name for kind in kinds for name in KINDS[kind].fields}
        listed += [field for field in _KEYS if field.name in told]
        return tuple(_column(field) for field in listed)

    def by_key(self) -> Mapping[str, Column]:
        """The columns by their keys."""
        return {column.key: column for column in self.columns()}


def _column(field: Field) -> Column:
    key = f"{field.section}.{field.name}"
    options = field.options or ((("true", "是"), ("false", "否")) if field.form.type == "bool" else ())
    return Column(key, field.label, field.form, options, _HINTS.get(key, field.hint))
