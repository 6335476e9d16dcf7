"""What goes in and out over the interface: shapes, with what each part means in Chinese for the document.

Requests are strict: unknown parts and wrong types are refused. Amounts are yuan as text ("4000.00"), instants ISO 8601
with their zone.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType, field
from spectree.model_adapter.msgspec_adapter import BaseFile

from reviewapp.policy.workflow import STATES

_Key = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=100,
        pattern=r"^[A-Za-z0-9_.:-]+$",
        description="每个新请求一个新的键（如 UUID）。同一键、同一内容重发，得到第一次的回答，不会重复办理。",
    ),
]
_Revision = Annotated[
    int, Meta(ge=0, le=2**31 - 1, description="您看到的版本号；申请在那之后有变化时不办理，回答 409。")
]
_Instant = Annotated[datetime, Meta(tz=True)]
_State = Literal[tuple(STATES)]  # type: ignore[valid-type]


class Body(msgspec.Struct, forbid_unknown_fields=True):
    """A JSON request: values must have their types already."""


class Keyed(msgspec.Struct):
    """Headers of a request that has one effect, however often it is sent."""

    key: _Key = field(name="Idempotency-Key")


class NewClaim(Body):
    """Which programme of which scheme a claim is for."""

    scheme: Annotated[str, Meta(min_length=1, max_length=60, description="活动代码，例如 yangcheng-2023")]
    programme: Annotated[str, Meta(min_length=1, max_length=40, description="补贴项目，例如 car")]


class Revision(Body):
    """From which revision something is done."""

    revision: _Revision


class Change(Body):
    """What is said of one field."""

    section: Annotated[Literal["applicant", "account", "declared", "paper"], Meta(description="栏目")]
    field: Annotated[str, Meta(min_length=1, max_length=40, description="字段名")]
    value: Annotated[
        str | bool | int | list[dict[str, str]] | None, Meta(description="值；null 或空文本表示清空，列表字段为若干行")
    ]
    paper: Annotated[str, Meta(max_length=24, description="section 为 paper 时，材料的 id")] | None = None


class Changes(Body):
    """Fields to be filled in or confirmed: all of them or, with mistakes, none."""

    changes: Annotated[list[Change], Meta(min_length=1, max_length=200)]


class Kind(Body):
    """What a paper is."""

    kind: Annotated[str, Meta(min_length=1, max_length=40, description="材料种类，例如 vehicle_invoice")]


class FileForm(msgspec.Struct):
    """A file in a form."""

    file: Annotated[BaseFile, Meta(description="JPEG、PNG、WebP、HEIC、TIFF、PDF 或 OFD，不超过 25 MB")]


class Walk(msgspec.Struct, forbid_unknown_fields=True):
    """Where a list of changes begins, and what of it is wanted."""

    updated_since: (
        Annotated[datetime, Meta(tz=True, description="只要这一时刻以来有变化的申请（ISO 8601，带时区）")] | UnsetType
    ) = UNSET
    cursor: (
        Annotated[str, Meta(min_length=1, max_length=100, description="上一次回答里的 cursor，从那里继续")] | UnsetType
    ) = UNSET
    state: Annotated[_State, Meta(description="只要这种状态的申请")] | UnsetType = UNSET
    size: Annotated[int, Meta(ge=1, le=200, description="一页最多几份")] = 50


class Brief(msgspec.Struct, kw_only=True):
    """A claim in a list."""

    id: str
    number: Annotated[str | None, Meta(description="申请编号，提交后才有")]
    scheme: str
    programme: str
    state: _State
    state_label: Annotated[str, Meta(description="状态的中文")]
    revision: Annotated[int, Meta(description="每次变化加一；用它识别重复送达的变化")]
    ticket: Annotated[int | None, Meta(description="排队号")]
    award: Annotated[str | None, Meta(description="核定的补贴金额（元）")]
    actions: Annotated[list[str], Meta(description="现在可以做的操作")]
    correction_until: Annotated[_Instant | None, Meta(description="补正期限")]
    created_at: _Instant
    submitted_at: _Instant | None
    changed_at: _Instant


class Listing(msgspec.Struct):
    """A page of changes."""

    claims: list[Brief]
    cursor: Annotated[str, Meta(description="下一次请求从这里继续")]
    more: Annotated[bool, Meta(description="true：立即用 cursor 取下一页；false：已到最新，过一会再用 cursor 来问")]


class FieldShown(msgspec.Struct, kw_only=True):
    """A field with its value."""

    section: str
    field: str
    paper: str | None
    label: str
    value: Any
    source: Annotated[str | None, Meta(description="reading 识别得到，person 人工填写")]
    doubtful: Annotated[bool, Meta(description="识别得不确定，需要人工核对")]


class PaperShown(msgspec.Struct, kw_only=True):
    """A paper with what was read on it."""

    id: str
    kind: str
    title: str
    kind_doubtful: bool
    legible: bool
    fields: list[FieldShown]


class FileShown(msgspec.Struct, kw_only=True):
    """A file as it was received."""

    id: str
    name: str
    size: Annotated[int, Meta(description="字节")]
    state: Annotated[str, Meta(description="waiting 待识别，reading 识别中，read 已识别，refused 无法识别")]
    refusal: Annotated[str | None, Meta(description="无法识别的原因和办法")]


class FindingShown(msgspec.Struct, kw_only=True):
    """What a check came to."""

    check: str
    outcome: Annotated[str, Meta(description="pass 符合，fail 不符合，unsure 需核实，not_applicable 不适用")]
    clause: Annotated[str, Meta(description="依据条款")]
    message: str
    values: dict[str, str]


class ToDo(msgspec.Struct, kw_only=True):
    """One thing that the dealer has to do next."""

    kind: Annotated[
        Literal[
            "wait_for_reading", "replace_file", "mend", "add_paper", "confirm_kind", "retake_paper", "confirm_field",
            "check_finding", "submit", "give_new_card",
        ],
        Meta(description="要做的事的种类"),
    ]  # fmt: skip
    text: Annotated[str, Meta(description="给办事人员看的一句话")]
    subject: Annotated[str | None, Meta(description="有关的材料、文件、字段或核验项")] = None


class ReceiptShown(msgspec.Struct, kw_only=True):
    """The signed receipt; keep it whole, it proves the place in the queue."""

    kind: str
    scheme: str
    pool: str
    link: int
    digest: str
    signature: str
    ticket: int
    submitted_at: _Instant


class ReturnedPart(msgspec.Struct, kw_only=True):
    """A part to be mended."""

    part: Annotated[str, Meta(description="材料或字段")]
    label: str
    why: str


class Return(msgspec.Struct, kw_only=True):
    """What is to be mended of a returned claim, and until when; the rest is locked."""

    items: Annotated[list[ReturnedPart], Meta(description="只有这些可以改，其余已锁定")]
    note: str
    deadline: _Instant


class ClaimShown(Brief, kw_only=True):
    """A claim with all that is known of it."""

    place: Annotated[int | None, Meta(description="未办结时在队列里的位置，从 1 起")]
    waiting_before: Annotated[int | None, Meta(description="候补时前面还有几份")]
    outcome: Annotated[str | None, Meta(description="核验结论 pass、unsure 或 fail")]
    expected_award: Annotated[str | None, Meta(description="按现有材料算出的补贴（元）")]
    to_do: list[ToDo]
    findings: list[FindingShown]
    fields: Annotated[list[FieldShown], Meta(description="申领人、收款账户和申报情况")]
    papers: list[PaperShown]
    files: list[FileShown]
    returned: Return | None
    receipt: ReceiptShown | None


class PaperWanted(msgspec.Struct, kw_only=True):
    """A paper that a programme asks for."""

    kinds: Annotated[str, Meta(description="材料种类；+ 表示都要，| 表示任选")]
    title: str
    clause: str
    hint: str


class FieldWanted(msgspec.Struct, kw_only=True):
    """What a programme asks the submitter to declare."""

    field: str
    label: str
    type: str
    choices: dict[str, str]


class Programme(msgspec.Struct, kw_only=True):
    """A programme that dealers may claim under."""

    scheme: str
    scheme_title: str
    programme: str
    title: str
    open: Annotated[bool, Meta(description="现在是否受理")]
    opens_at: _Instant
    closes_at: _Instant
    papers: list[PaperWanted]
    declared: list[FieldWanted]


class Programmes(msgspec.Struct):
    """The programmes of all schemes."""

    programmes: list[Programme]


class Problem(msgspec.Struct, kw_only=True):
    """What is wrong (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: Annotated[str, Meta(description="给办事人员看的一句话：什么不对，怎么办")]
    code: Annotated[str, Meta(description="稳定的代码，供程序判断")]
    fields: Annotated[dict[str, str], Meta(description="各字段的问题")] | UnsetType = UNSET
    missing: Annotated[list[str], Meta(description="缺少的材料或待核对的内容")] | UnsetType = UNSET
