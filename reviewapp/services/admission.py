"""May a claim be put in, and how much money does it ask for? Messages are for the claimant: what is wrong, what to do.

Failing checks do not keep a claim out: people decide about them. What keeps it out is what the claimant can mend or
must know at once: files not read yet, missing papers, a closed window, no award at all.
"""

from __future__ import annotations

from datetime import datetime

from reviewapp import schemes
from reviewapp.errors import Incomplete, InvalidValue
from reviewapp.models import Claim
from reviewapp.policy import PaperRule, Programme, Result
from reviewapp.policy.values import CHINA
from reviewapp.services.checking import Checked

_NO_AWARD = "按现有信息没有补贴，不能提交：{why}。请核对材料和填写的内容，有误的更正后再提交。"


def admit(claim: Claim, now: datetime, checked: Checked) -> int:
    """Fen that a draft put in `now` asks its pool for. Raises Incomplete, InvalidValue."""
    programme = _programme(claim)
    _require_open(programme, now, checked.result)
    return readmit(claim, checked)


def readmit(claim: Claim, checked: Checked) -> int:
    """Fen that a mended claim asks for; its window does not matter any more. Raises Incomplete, InvalidValue.

    It is the award where one follows from the facts, else (what decides it is unsure) the most it can be worth. Where
    the document sets no cap the claim cannot wait for that: somebody must enter the amount first.
    """
    _require_complete(claim, checked)
    award = checked.result.award_fen
    judged = next(finding for finding in checked.result.findings if finding.check == "award")
    if award is None and judged.outcome == "unsure":
        award = _programme(claim).most_fen
    if not award:
        raise InvalidValue(_NO_AWARD.format(why=judged.message))
    return award


def _require_open(programme: Programme, now: datetime, result: Result) -> None:
    """Inside the window, or late with what sends a late claim to special review (where the document knows that)."""
    window = programme.submission
    if window.covers(now) or (now > window.until and result.special_review):
        return
    times = f"受理时间为 {_shown(window.start, window.days)} 至 {_shown(window.until, window.days)}（{window.clause}）"
    if now < window.start:
        raise InvalidValue(f"还没有开始受理，{times}。草稿已保存，请届时再提交。")
    if now <= window.until:
        raise InvalidValue(f"本轮受理暂停，{times}，分轮开放。草稿已保存，请在下一轮开放时提交。")
    if programme.late == "special_review":
        raise InvalidValue(f"受理已经截止，{times}。如有特殊情况，请上传经销商的书面说明，提交后转专项审核。")
    raise InvalidValue(f"受理已经截止，{times}，不能再提交。如有疑问请联系主管部门。")


def _shown(instant: datetime, day_only: bool) -> str:
    return instant.astimezone(CHINA).strftime("%Y-%m-%d" if day_only else "%Y-%m-%d %H:%M:%S")


def _require_complete(claim: Claim, checked: Checked) -> None:
    if checked.unread:
        raise Incomplete(f"还有 {checked.unread} 个文件正在识别。请稍等片刻，看过识别结果后再提交。")
    if checked.unconfirmed:
        doubtful = "、".join(checked.unconfirmed)
        raise Incomplete(f"{doubtful}识别得不确定。请对照材料核对，确认或改正后再提交。", checked.unconfirmed)
    if checked.result.missing:
        missing = tuple(rule.title for rule in lacking(claim, checked.result))
        raise Incomplete(f"还缺少材料：{'；'.join(missing)}。请补充上传后再提交。", missing)
    if _programme(claim).pays_firm and not checked.facts_json.get("account", {}).get("card_number"):
        raise Incomplete("还没有填写收款账号。请填写垫付商家的户名和账号后再提交。", ("收款账号",))


def lacking(claim: Claim, result: Result) -> list[PaperRule]:
    """The required papers that are not there."""
    failed = {finding.check for finding in result.findings if finding.outcome == "fail"}
    return [rule for rule in _programme(claim).papers if rule.finding in failed]


def _programme(claim: Claim) -> Programme:
    return schemes.load(claim.scheme_code, claim.scheme_version).programmes[claim.programme]
