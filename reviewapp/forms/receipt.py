"""A receipt to be checked: the file that was downloaded, or its text."""

from __future__ import annotations

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import TextAreaField


class ReceiptForm(FlaskForm):  # type: ignore[misc]
    """Either of the two; what is in it is looked at by `policy.statements`."""

    file = FileField("回执文件")
    text = TextAreaField("或粘贴回执文件的内容")

    def given(self, most: int) -> bytes:
        """The bytes that were handed in, one more than `most` at the longest."""
        if self.file.data:
            return bytes(self.file.data.read(most + 1))
        return (self.text.data or "").strip().encode("utf-8", "replace")[: most + 1]
