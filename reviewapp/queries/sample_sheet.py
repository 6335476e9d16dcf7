"""The report of an audit sample as a workbook."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

import xlsxwriter

from reviewapp.models import AuditItem
from reviewapp.models.audit_sample import CONCLUSIONS, TOPICS
from reviewapp.policy.money import yuan_from_fen
from reviewapp.queries.display import yuan
from reviewapp.queries.samples import Figures, Report
from reviewapp.services.days import local_date


def workbook(report: Report, items: Sequence[AuditItem]) -> bytes:
    """Four sheets: how it was drawn and the figures, the strata, what was found, every record."""
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        _sheet(book, "概况", ("项目", "数值"), _overview(report), (28, 46))
        strata = (
            (row.stratum, row.population, row.drawn, row.concluded, row.flawed, row.wrong) for row in report.strata
        )
        _sheet(book, "分层", ("分层", "记录数", "抽取", "已查", "有瑕疵", "应纠正"), strata, (44, 10, 10, 10, 10, 10))
        found = ((one.number, one.stratum, one.conclusion, one.topic, one.note, one.by) for one in report.findings)
        _sheet(
            book, "发现的问题", ("编号", "分层", "结论", "方面", "说明", "审计人员"), found, (28, 40, 10, 12, 60, 12)
        )
        _sheet(
            book,
            "抽查记录",
            ("编号", "排队号", "分层", "结论", "方面", "说明"),
            map(_record, items),
            (28, 10, 40, 10, 12, 60),
        )
    return data.getvalue()


def figures(said: Figures) -> list[tuple[str, str]]:
    """The figures with what they are called, in the order of the report."""
    coverage = f"{said.approved / said.submitted:.1%}" if said.submitted else "—"
    paid = f"{said.paid / said.approved:.1%}" if said.approved else "—"
    return [
        ("提交申请", f"{said.submitted} 份"),
        ("审核通过（发放范围）", f"{said.approved} 份，{_yuan(said.approved_fen)}"),
        ("发放覆盖率（通过 / 提交）", coverage),
        ("已核销发放", f"{said.paid} 份，{_yuan(said.paid_fen)}"),
        ("核销率（发放 / 通过）", paid),
        ("退货追回", f"{said.demands} 份，应退 {_yuan(said.demanded_fen)}，已退 {_yuan(said.received_fen)}"),
        ("样本带动消费", _yuan(said.sampled_purchases_fen)),
        ("直接带动比（样本消费 / 补贴）", f"1 : {said.leverage}" if said.leverage is not None else "—"),
    ]


def _overview(report: Report) -> list[tuple[str, str]]:
    sample = report.sample
    return [
        ("活动", report.scheme_title),
        ("文号", report.document_number),
        ("截止日", str(sample.until)),
        ("抽查比例", f"{sample.percent}%（每层向上取整）"),
        ("种子", sample.seed),
        ("记录总数", f"{sample.population} 份"),
        ("抽取", f"{report.drawn} 份（{report.drawn / sample.population:.1%}）"),
        ("已查", f"{report.concluded} 份"),
        ("重新抽取", "结果一致" if report.same_again else "结果不一致，请核查数据"),
        ("抽样", f"{sample.drawn_by.name}，{local_date(sample.drawn_at)}"),
        *figures(report.figures),
        *((f"问题：{topic}", f"{count} 份") for topic, count in report.topics),
    ]


def _record(item: AuditItem) -> tuple[Any, ...]:
    conclusion = CONCLUSIONS[item.conclusion] if item.conclusion else "未查"
    topic = TOPICS[item.topic] if item.topic else ""
    return item.claim.number, item.claim.ticket, item.stratum, conclusion, topic, item.note or ""


def _sheet(book: Any, title: str, heads: Sequence[str], rows: Iterable[Sequence[Any]], widths: Sequence[int]) -> None:
    sheet, bold = book.add_worksheet(title), book.add_format({"bold": True, "bg_color": "#E9F1F8", "border": 1})
    plain = book.add_format({"text_wrap": True, "valign": "top", "border": 1})
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    sheet.write_row(0, 0, heads, bold)
    for number, row in enumerate(rows, 1):
        sheet.write_row(number, 0, row, plain)
    sheet.freeze_panes(1, 0)


def _yuan(fen: int) -> str:
    return yuan(yuan_from_fen(fen))
