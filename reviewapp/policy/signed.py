"""The statements that people sign on the screen: the kinds there are, and what each is called."""

from __future__ import annotations

from collections.abc import Mapping

#: `truth`: an owner answers for where the vehicle comes from and for the papers (yangcheng-2023 七(三)3);
#: `confirmation`: a consumer's 《补贴确认书》 (xiangning-2024-home 八).
STATEMENTS: Mapping[str, str] = {"truth": "来源及资料真实性声明", "confirmation": "补贴确认书"}
