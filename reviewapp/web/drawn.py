"""The value of a signature field (`components/signature.html`): a PNG as a data URI, or nothing."""

from __future__ import annotations

import base64
import binascii
from io import BytesIO

from reviewapp.errors import InvalidValue

_START = "data:image/png;base64,"


def drawn(value: str) -> BytesIO:
    """The PNG's bytes, not looked into yet: `signatures.receive` does. InvalidValue when nothing was drawn."""
    if not value.startswith(_START):
        raise InvalidValue("还没有签名。请在签名框内手写姓名后再提交。", {"signature": "请在框内签名。"})
    try:
        return BytesIO(base64.b64decode(value.removeprefix(_START), validate=True))
    except binascii.Error:
        raise InvalidValue("签名没有完整送达。请清除后重新签名。", {"signature": "请重新签名。"}) from None
