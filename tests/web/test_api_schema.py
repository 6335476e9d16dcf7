"""Schemathesis against the interface: whatever it sends, the answer is one that the document names and describes.

The long form tries sixty times as many requests: `script/test -m long tests/web/test_api_schema.py`.
"""

from __future__ import annotations

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import positive_data_acceptance
from sqlalchemy.orm import Session

from tests import factories
from tests.factories.api import token
from tests.factories.papers import paper, upload

OPERATIONS = 12
#: A document cannot say which fields a claim has, what is in a file, or which cursors were given out: refusing them is
#: right, and 422 is documented.
LEFT_OUT = [positive_data_acceptance]


@pytest.fixture
def things(app: Flask, rows: Session, uncounted: None) -> dict[str, str]:
    """A claim with a file and a paper, and a token that reaches them."""
    dealer = factories.user(rows, "dealer")
    claim = factories.complete_draft(rows, by=dealer)
    file, there = upload(rows, claim), paper(rows, claim, "id_card", {"name": "测试甲"})
    _, text = token(rows, dealer)
    rows.commit()
    return {"token": text, "public_id": claim.public_id, "file_id": file.public_id, "paper_id": there.public_id}


def _try(operation: APIOperation, mode: GenerationMode, things: dict[str, str], examples: int) -> None:
    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(max_examples=examples, suppress_health_check=list(HealthCheck), database=None)
    def send(case: Case) -> None:
        if mode is GenerationMode.POSITIVE:
            case.path_parameters = {name: things[name] for name in case.path_parameters or {}}
        case.call_and_validate(headers={"Authorization": f"Bearer {things['token']}"}, excluded_checks=LEFT_OUT)

    send()


@pytest.mark.parametrize("examples", [5, pytest.param(300, marks=[pytest.mark.long, pytest.mark.timeout(3600)])])
@pytest.mark.parametrize("mode", list(GenerationMode))
def test_every_answer_is_as_documented(app: Flask, things: dict[str, str], mode: GenerationMode, examples: int) -> None:
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) == OPERATIONS
    for operation in operations:
        _try(operation, mode, things, examples)
