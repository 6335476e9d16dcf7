"""The interface's shapes at work: requests checked against them, and the OpenAPI document that says them."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import msgspec
from flask import current_app
from spectree import Response, SpecTree
from spectree.model_adapter.msgspec_adapter import MsgspecModelAdapter
from spectree.models import SecureType, SecurityScheme, SecuritySchemeData

from reviewapp.errors import InvalidValue
from reviewapp.services.api_tokens import SCOPES
from reviewapp.web import problems
from reviewapp.web.access import TOKEN, open_to
from reviewapp.web.api.bodies import Body, Problem
from reviewapp.web.api.room import holder

View = TypeVar("View", bound=Callable[..., Any])
_VERSION = "1"
_ABOUT = (
    "经销商自己的系统通过这个接口代购车人新建申请、上传材料、提交、查询进度。令牌在“接口令牌”页面建立，"
    "放在请求头 Authorization: Bearer 之后。出错时回答 application/problem+json（RFC 9457）。"
)
_PROBLEMS = {f"HTTP_{status}": Problem for status in (400, 401, 403, 404, 409, 413, 415, 422, 429, 500, 503)}
#: What msgspec says of a value that does not fit, and how a person is told.
_SAYINGS = tuple(
    (re.compile(pattern), told)
    for pattern, told in (
        (r"Object missing required field `(.+)`", r"缺少必填项 \1"),
        (r"Object contains unknown field `(.+)`", r"没有 \1 这一项"),
        (r"Expected `(.+)`, got `(.+)`", r"类型应为 \1，现为 \2"),
        (r"Expected `(\w+)` of length (.+)", r"长度应 \2"),
        (r"Expected `\w+` matching regex (.+)", r"写法应符合 \1"),
        (r"Expected `\w+` ([<>]=?) (.+)", r"应 \1 \2"),
        (r"Invalid enum value (.+)", r"没有 \1 这个选项"),
        (r"Invalid RFC3339 encoded datetime|Expected `datetime` with.+", r"时刻应写成 2024-01-10T09:30:00+08:00"),
    )
)


class _Strict(MsgspecModelAdapter):
    """JSON has types of its own; what stands in an address or a header is text and is read."""

    def validate_obj(self, model: type[Any], value: Any) -> Any:
        if isinstance(model, type) and issubclass(model, Body):
            return msgspec.convert(_whole(value), type=model)
        return msgspec.convert(value, type=model, strict=False)


def _whole(value: Any) -> Any:
    """With 3.0 as 3: JSON Schema calls both an integer."""
    if isinstance(value, dict):
        return {name: _whole(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_whole(part) for part in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _refuse(_request: Any, _response: Any, error: msgspec.ValidationError | None, _instance: Any, adapter: Any) -> None:
    """A request that does not fit becomes the same error as a form that does not."""
    if error is None:
        return
    said = adapter.validation_errors(error)[0]
    where = ".".join(said["loc"])
    told = next((pattern.sub(text, said["msg"]) for pattern, text in _SAYINGS if pattern.fullmatch(said["msg"])), "")
    told = told or f"不符合接口文档（{said['msg']}）"
    raise InvalidValue(
        f"请求与接口文档不符：{where + ' ' if where else ''}{told}。请改正后再发。", {where or "body": told}
    )


def _complain(_request: Any, _response: Any, error: Exception | None, _instance: Any, _adapter: Any) -> None:
    """An answer of ours that is not what the document says is a fault of ours."""
    if error is not None:
        raise RuntimeError("answer differs from its document") from error


def _name(shape: str) -> str:
    """What the document calls a shape: ClaimShown is a Claim to who reads it."""
    return shape.removesuffix("Shown")


_tree = SpecTree(
    "flask",
    before=_refuse,
    after=_complain,
    model_adapter=_Strict(),
    validation_error_model=Problem,
    naming_strategy=lambda model: _name(model.__name__),
    nested_naming_strategy=lambda _parent, child: _name(child),
    mode="strict",
    title="惠民补贴申领：经销商接口",
    version=_VERSION,
    description=_ABOUT,
    security_schemes=[SecurityScheme(name="token", data=SecuritySchemeData(type=SecureType.HTTP, scheme="bearer"))],
)


def operation(title: str, scope: str, answer: type | None, *, status: int = 200) -> Callable[[View], View]:
    """Mark a view as an operation: its name in Chinese, the scope a token needs, and what it answers with."""
    if scope not in SCOPES:
        raise ValueError(f"no scope {scope}")

    def mark(view: View) -> View:
        answers = Response(**{f"HTTP_{status}": answer}, **_PROBLEMS)
        checked = _tree.validate(
            resp=answers, tags=[scope], operation_id=view.__name__, security={"token": []}, force_resp_serialize=True
        )(view)

        @wraps(checked)
        def entered(**arguments: Any) -> Any:
            holder().require(scope)
            return checked(**arguments)

        entered.title, entered.scope = title, scope  # type: ignore[attr-defined]
        return open_to(TOKEN)(entered)  # type: ignore[return-value]

    return mark


def document() -> dict[str, Any]:
    """The OpenAPI document of the running application."""
    said = _tree.spec
    for _method, _path, operation in operations(said):
        view = current_app.view_functions[f"api.{operation['operationId']}"]
        operation["summary"], operation["description"] = view.title, ""  # type: ignore[attr-defined]
        for status, answer in operation["responses"].items():
            _mark_problem(status, answer)
    _tidy_shapes(said)
    return said


def _tidy_shapes(said: dict[str, Any]) -> None:
    """Without the shapes that parameters were made of, and without descriptions that are for who reads the code."""
    shapes = said["components"]["schemas"]
    named = set(re.findall(r"#/components/schemas/(\w+)", msgspec.json.encode(said).decode()))
    for name in [*shapes]:
        if name in named:
            shapes[name].pop("description", None)
        else:
            del shapes[name]


def operations(said: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """Method, path and description of every operation, in the order in which they were made."""
    return [
        (method.upper(), path, one)
        for path, methods in said["paths"].items()
        for method, one in sorted(methods.items())
    ]


def _mark_problem(status: str, answer: dict[str, Any]) -> None:
    """Problems have a media type of their own, and some say when to come again."""
    if int(status) < 400:
        return
    answer["description"] = problems.TITLES[int(status)]
    schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    answer["content"] = {problems.MEDIA_TYPE: schema}
    if int(status) in (429, 503):
        told = {"description": "再试之前等待的秒数", "required": True, "schema": {"type": "integer", "minimum": 1}}
        answer["headers"] = {"Retry-After": told}
