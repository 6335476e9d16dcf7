"""特殊情况说明: a dealer's letter; all that counts of it is the red seal."""

from __future__ import annotations

from reviewapp.ocr import seal
from reviewapp.ocr.form import Form

FORM = Form(
    kind="dealer_statement",
    marks={"特殊情况说明": 9, "情况说明": 6, "特此说明": 4, "专项审核": 2, "逾期": 1, "登记表": -6, "统一发票": -6},
    looks=(seal.look,),
)
