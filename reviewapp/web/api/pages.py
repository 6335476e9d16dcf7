"""The interface's document: as OpenAPI for programs, and as a page of ours for the people who write them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue

from reviewapp.services.api_tokens import SCOPES
from reviewapp.web import problems
from reviewapp.web.access import ANYONE, open_to
from reviewapp.web.api.document import document, operations

blueprint = Blueprint("api_document", __name__)

_TYPES = {"string": "文本", "integer": "整数", "boolean": "是否", "number": "数", "object": "对象", "null": "空"}


@dataclass(frozen=True, slots=True)
class Row:
    """One part of a shape: `link` names the shape that it is made of, "" for plain values."""

    name: str
    type: str
    link: str
    required: bool
    description: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One operation: what goes in by address and header, the names of the shapes that go in and come out."""

    name: str
    method: str
    path: str
    title: str
    scope: str
    parameters: tuple[Row, ...]
    takes: str
    status: str
    gives: str


@blueprint.get(f"{problems.API}/openapi.json")
@open_to(ANYONE)
def openapi() -> ResponseReturnValue:
    """The OpenAPI document."""
    return current_app.json.response(document())


@blueprint.get("/api")
@open_to(ANYONE)
def page() -> ResponseReturnValue:
    """The same for people."""
    said = document()
    shapes = {
        name: tuple(_rows(schema)) for name, schema in said["components"]["schemas"].items() if "properties" in schema
    }
    shown = [_shown(method, path, one) for method, path, one in operations(said)]
    return render_template("api/document.html", info=said["info"], shown=shown, shapes=shapes, scopes=SCOPES)


def _shown(method: str, path: str, operation: dict[str, Any]) -> Shown:
    content = operation.get("requestBody", {}).get("content", {})
    status, answer = next((code, one) for code, one in operation["responses"].items() if code.startswith("2"))
    return Shown(
        name=operation["operationId"],
        method=method,
        path=path,
        title=operation["summary"],
        scope=operation["tags"][0],
        parameters=tuple(_parameter(one) for one in operation["parameters"] if one["in"] != "path"),
        takes=next((_name(one["schema"]) for one in content.values()), ""),
        status=status,
        gives=next((_name(one["schema"]) for one in answer.get("content", {}).values()), ""),
    )


def _parameter(one: dict[str, Any]) -> Row:
    text, link = _type(one["schema"])
    return Row(one["name"], text, link, one["required"], one["description"])


def _rows(schema: dict[str, Any]) -> Iterator[Row]:
    required = schema.get("required", ())
    for name, part in schema["properties"].items():
        text, link = _type(part)
        yield Row(name, text, link, name in required, part.get("description", ""))


def _type(schema: dict[str, Any]) -> tuple[str, str]:
    """The type in words, and the shape it is made of."""
    if "$ref" in schema:
        return _name(schema), _name(schema)
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"]), ""
    if "anyOf" in schema:
        parts = [_type(part) for part in schema["anyOf"]]
        return " 或 ".join(text for text, _ in parts), next((link for _, link in parts if link), "")
    if schema.get("type") == "array":
        text, link = _type(schema.get("items", {}))
        return f"{text} 的列表", link
    if schema.get("format") == "date-time":
        return "时刻", ""
    return _TYPES.get(schema.get("type", ""), "任意"), ""


def _name(schema: dict[str, Any]) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2]
