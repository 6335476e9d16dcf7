"""Claims as the interface shows them, made of what the pages show."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from reviewapp.models import Claim
from reviewapp.policy.money import yuan_from_fen
from reviewapp.policy.statements import Receipt
from reviewapp.policy.workflow import EDITABLE, STATES, allowed
from reviewapp.queries.claim_view import ClaimView, FieldView, PaperView
from reviewapp.queries.findings import FindingView
from reviewapp.web.api import bodies

#: Done by a person who has just signed in, on the page: it changes where money goes.
_ON_THE_PAGE = ("give_new_card",)


def brief(claim: Claim) -> bodies.Brief:
    """The claim in a list."""
    return bodies.Brief(**_columns(claim))


def whole(view: ClaimView, receipt: Receipt | None) -> bodies.ClaimShown:
    """The claim with findings, what is to do, papers and its receipt."""
    return bodies.ClaimShown(
        **_columns(view.claim),
        place=view.place,
        waiting_before=view.waiting_before,
        outcome=view.outcome,
        expected_award=view.award,
        to_do=list(_to_do(view)),
        findings=[_finding(finding) for finding in view.findings],
        fields=[_field(field) for section in view.sections for field in section.fields],
        papers=[_paper(paper) for paper in view.papers],
        files=[
            bodies.FileShown(id=file.public_id, name=file.name, size=file.size, state=file.state, refusal=file.refusal)
            for file in view.uploads
        ],
        returned=_returned(view),
        receipt=signed(receipt) if receipt else None,
    )


def signed(receipt: Receipt) -> bodies.ReceiptShown:
    """The receipt, part by part as in its file."""
    return msgspec.convert(msgspec.to_builtins(receipt), bodies.ReceiptShown)


def _columns(claim: Claim) -> dict[str, object]:
    return {
        "id": claim.public_id,
        "number": claim.number,
        "scheme": claim.scheme_code,
        "programme": claim.programme,
        "state": claim.state,
        "state_label": STATES[claim.state],
        "revision": claim.revision,
        "ticket": claim.ticket,
        "award": None if claim.award_fen is None else yuan_from_fen(claim.award_fen),
        "actions": [action for action in allowed(claim.state, "dealer") if action not in _ON_THE_PAGE],
        "correction_until": claim.correction_until,
        "created_at": claim.created_at,
        "submitted_at": claim.submitted_at,
        "changed_at": claim.changed_at,
    }


def _finding(finding: FindingView) -> bodies.FindingShown:
    return bodies.FindingShown(
        check=finding.check,
        outcome=finding.outcome,
        clause=finding.clause,
        message=finding.message,
        values={name: str(value) for name, value in finding.values.items()},
    )


def _paper(paper: PaperView) -> bodies.PaperShown:
    return bodies.PaperShown(
        id=paper.public_id,
        kind=paper.kind,
        title=paper.title,
        kind_doubtful=paper.kind_doubtful,
        legible=paper.legible,
        fields=[_field(field) for field in paper.fields],
    )


def _field(field: FieldView) -> bodies.FieldShown:
    return bodies.FieldShown(
        section=field.field.section,
        field=field.field.name,
        paper=field.paper,
        label=field.label,
        value=field.value,
        source=field.source,
        doubtful=field.doubtful,
    )


def _returned(view: ClaimView) -> bodies.Return | None:
    if view.claim.state != "returned" or not view.returns:
        return None
    last = view.returns[-1]
    items = [bodies.ReturnedPart(part=item.part, label=item.label, why=item.why) for item in last.items]
    return bodies.Return(note=last.note, items=items, deadline=last.deadline)


def _to_do(view: ClaimView) -> Iterator[bodies.ToDo]:
    """What keeps the claim from going on and is the dealer's to do, the most pressing first."""
    if view.claim.state == "failed":
        yield bodies.ToDo(kind="give_new_card", text="银行没有收下这笔款。请在网页上为购车人更换收款卡。")
    if view.claim.state not in EDITABLE:
        return
    told = list(_to_mend(view))
    yield from told
    if not any(one.kind in ("wait_for_reading", "add_paper", "confirm_field") for one in told):
        yield bodies.ToDo(kind="submit", text="材料和内容核对无误后，可以提交。")


def _to_mend(view: ClaimView) -> Iterator[bodies.ToDo]:
    if view.unread:
        yield bodies.ToDo(kind="wait_for_reading", text=f"还有 {view.unread} 个文件正在识别，请过一会再查。")
    returned = _returned(view)
    for item in returned.items if returned else ():
        text = f"请补正“{item.label}”" + (f"：{item.why}" if item.why else "")
        yield bodies.ToDo(kind="mend", text=text, subject=item.part)
    for file in view.uploads:
        if file.state == "refused":
            text = f"{file.name}：{file.refusal}"
            yield bodies.ToDo(kind="replace_file", text=text, subject=file.public_id)
    for missing in view.missing:
        yield bodies.ToDo(kind="add_paper", text=f"缺少{missing.title}（{missing.clause}）", subject=missing.entry)
    for paper in view.papers:
        yield from _about(paper)
    for field in (field for section in view.sections for field in section.fields if field.doubtful):
        yield bodies.ToDo(kind="confirm_field", text=f"“{field.label}”识别得不确定，请核对", subject=field.key)
    told = {missing.check for missing in view.missing}
    for finding in view.findings:
        if finding.outcome == "fail" and finding.check not in told:
            yield bodies.ToDo(kind="check_finding", text=finding.message, subject=finding.check)


def _about(paper: PaperView) -> Iterator[bodies.ToDo]:
    if paper.kind_doubtful:
        text = f"材料可能是“{paper.title}”，请核对种类"
        yield bodies.ToDo(kind="confirm_kind", text=text, subject=paper.public_id)
    if not paper.legible:
        yield bodies.ToDo(kind="retake_paper", text=f"“{paper.title}”看不清，请重拍", subject=paper.public_id)
