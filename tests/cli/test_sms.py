"""`reviewapp sms`: texts to be approved, one message to try, what was not delivered; the handbook's table."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from reviewapp.cli.sms import sms
from reviewapp.config import PROJECT
from reviewapp.policy.notices import TEMPLATES, parameters_of
from tests.support.telephones import Telephones, telephones


@pytest.fixture
def provider() -> Iterator[Telephones]:
    with telephones() as provider:
        yield provider


@pytest.fixture
def run(sqlite_url: str, redis_url: str, provider: Telephones, tmp_path: Path) -> CliRunner:
    given = {"REVIEWAPP_DATA": str(tmp_path), "DATABASE_URL": sqlite_url, "REDIS_URL": redis_url}
    return CliRunner(env={**given, **provider.environment(tmp_path)})


def test_one_message_to_try(run: CliRunner, provider: Telephones) -> None:
    done = run.invoke(sms, ["test", "138 0000 1234"])
    assert (done.exit_code, provider.arrived) == (0, [("13800001234", "SMS_sign_in_code")])
    assert "【惠民补贴】您的登录验证码是000000" in done.output
    assert run.invoke(sms, ["undelivered"]).exit_code == 0


def test_what_did_not_go_is_counted_without_numbers(run: CliRunner, provider: Telephones) -> None:
    provider.switch(unpaid=True)
    for _ in range(2):
        failed = run.invoke(sms, ["test", "13800001234", "--template", "reject"])
        assert (failed.exit_code, "账户余额不足" in failed.output) == (1, True)
    listed = run.invoke(sms, ["undelivered"])
    assert listed.exit_code == 1
    assert listed.output.startswith("2\t")
    assert "reject\t没有发出\t账户余额不足" in listed.output
    assert "13800001234" not in listed.output


def test_the_handbook_has_every_template_as_it_is() -> None:
    """What an office hands in for approval is what is sent."""
    listed = CliRunner().invoke(sms, ["templates"]).output.splitlines()[1:]
    handbook = (PROJECT / "docs" / "sms.md").read_text(encoding="utf-8")
    for key, row in zip(TEMPLATES, listed, strict=True):
        name, text, names, length = row.split("\t")
        assert (name, names.split("、")) == (key, parameters_of(key))
        assert f"| `{key}` | {text} | {'、'.join(f'`{one}`' for one in parameters_of(key))} | {length} |" in handbook
