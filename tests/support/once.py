"""What an office works out once, when it starts, is worked out once for all the small offices of a test process.

Each test still gets an application and an engine of its own. Kept is only what follows from the code alone: how the
routes build their addresses, the byte code of the templates, the SQL of the statements.
"""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType
from typing import Any

import pytest
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Engine
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule


class _Templates(BytecodeCache):
    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._codes[bucket.key, bucket.checksum] = bucket.code


_templates = _Templates()
_statements: LRUCache[Any, Any] = LRUCache(5000)


def share_templates(app: Flask) -> None:
    """Give an application the templates that another compiled."""
    app.jinja_env.bytecode_cache = _templates


def share_statements(engine: Engine) -> None:
    """Give an engine the SQL that another of its dialect compiled; needs `worked_out_once`."""
    engine.update_execution_options(compiled_cache=_statements)


def worked_out_once(patch: pytest.MonkeyPatch) -> None:
    """Make equal routes and equal dialects known to be equal: both libraries compare them by identity."""
    patch.setattr(Rule, "_compile_builder", _builder_once(Rule._compile_builder))
    patch.setattr(DefaultDialect, "__eq__", lambda one, other: type(one) is type(other))
    patch.setattr(DefaultDialect, "__hash__", lambda dialect: hash(type(dialect)))


def _builder_once(compile_builder: Callable[..., Any]) -> Callable[..., Any]:
    builders: dict[Any, Any] = {}

    def builder(rule: Rule, append_unknown: bool = True) -> Any:
        what = (rule.rule, rule.host, rule.subdomain, rule.merge_slashes, str(rule.defaults), append_unknown)
        if what not in builders:
            builders[what] = compile_builder(rule, append_unknown)
        return builders[what]

    return builder
