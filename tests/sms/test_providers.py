"""Both adapters against the practice provider over real connections, with everything that goes wrong."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from reviewapp import sms
from reviewapp.config import BadSetting, Settings
from reviewapp.policy.notices import SAMPLES, TEMPLATES, short_message
from reviewapp.sms import Answer, LocalOutbox, NoProvider, Sms, sms_for, transport
from reviewapp.sms.aliyun import authorization, canonical_query
from tests.support.telephones import Telephones, telephones

PHONE = "13800001234"
MESSAGE = short_message("confirm_paid", **SAMPLES)
FACES = pytest.mark.parametrize("face", ["aliyun", "gateway"])
Make = Callable[..., Settings]


@pytest.fixture
def provider() -> Iterator[Telephones]:
    with telephones() as provider:
        yield provider


@pytest.fixture
def settings(tmp_path: Path) -> Make:
    return lambda **environment: Settings.from_environment({"REVIEWAPP_DATA": str(tmp_path), **environment})


@pytest.fixture
def office(provider: Telephones, settings: Make, tmp_path: Path) -> Callable[[str], Sms]:
    return lambda face: sms_for(settings(**provider.environment(tmp_path, face)))


def test_the_signature_is_that_of_aliyuns_own_example() -> None:
    """The fixed example of 《V3版本请求体&签名机制》: its input and what comes out."""
    image = "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"
    query = canonical_query({"RegionId": "cn-shanghai", "ImageId": image})
    headers = {
        "host": "ecs.cn-shanghai.aliyuncs.com",
        "x-acs-action": "RunInstances",
        "x-acs-content-sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "x-acs-date": "2023-10-26T10:22:32Z",
        "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
        "x-acs-version": "2014-05-26",
    }
    assert authorization(query, headers, "YourAccessKeyId", "YourAccessKeySecret") == (
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;"
        "x-acs-signature-nonce;x-acs-version,"
        "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )


@FACES
def test_a_message_arrives_as_template_and_parameters(
    office: Callable[[str], Sms], provider: Telephones, face: str
) -> None:
    answer = office(face).send("1-a", PHONE, MESSAGE)
    assert (answer.status, bool(answer.reference)) == ("sent", True)
    [taken] = provider.platform.arrived
    assert (taken.key, taken.phone, taken.signature) == ("1-a", PHONE, "惠民补贴")
    assert (taken.template, taken.parameters) == ("SMS_confirm_paid", MESSAGE.parameters)


@FACES
def test_what_the_provider_says_is_understood(office: Callable[[str], Sms], provider: Telephones, face: str) -> None:
    adapter = office(face)
    said: list[tuple[dict[str, object], str, str, str, int]] = [
        ({"down": True}, PHONE, "unavailable", "维护中", 0),
        ({"limited": True}, PHONE, "limited", "流", 0),
        ({"unpaid": True}, PHONE, "unavailable", "余额不足", 0),
        ({"unapproved": "SMS_confirm_paid"}, PHONE, "refused", "模板", 0),
        ({}, "13800004004", "bad_number", "号", 0),
        ({"lost": True}, PHONE, "unknown", "可能已经发出", 1),
        ({"garbled": True}, PHONE, "unknown", "无法辨认", 2),
    ]
    for key, (faults, phone, status, reason, taken) in enumerate(said):
        provider.switch(**faults)
        answer = adapter.send(f"{key}", phone, MESSAGE)
        assert (answer.status, reason in answer.reason, len(provider.arrived)) == (status, True, taken), faults


@FACES
def test_another_signature_or_secret_is_not_accepted(
    settings: Make, provider: Telephones, tmp_path: Path, face: str
) -> None:
    environment = provider.environment(tmp_path, face)
    other = sms_for(settings(**environment, SMS_SIGNATURE="【别的签名】")).send("1", PHONE, MESSAGE)
    assert (other.status, "签名" in other.reason) == ("refused", True)
    wrong = sms_for(settings(**environment, SMS_SECRET="wrong")).send("2", PHONE, MESSAGE)
    stranger = sms_for(settings(**{**environment, "SMS_KEY": "somebody"})).send("3", PHONE, MESSAGE)
    assert (wrong.status, stranger.status) == ("unavailable", "unavailable")
    assert provider.arrived == []


def test_a_gateway_takes_a_key_once(office: Callable[[str], Sms], provider: Telephones) -> None:
    gateway = office("gateway")
    provider.switch(lost=True)
    assert gateway.send("1-a", PHONE, MESSAGE).status == "unknown"
    provider.switch()
    assert gateway.send("1-a", PHONE, MESSAGE).status == "sent"
    assert len(provider.arrived) == 1
    provider.switch(forgetful=True)
    assert gateway.send("1-a", PHONE, MESSAGE).status == "sent"
    assert len(provider.arrived) == 2, "the practice provider shows what would come twice"


def test_a_provider_that_hangs_takes_neither_the_time_nor_all_threads(
    office: Callable[[str], Sms], provider: Telephones, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nine ask at once, four at a time may wait for an answer; nobody waits longer than for a turn and an answer."""
    assert transport.LONGEST_ANSWER <= 5
    monkeypatch.setattr(transport, "_ANSWER", 0.4)
    monkeypatch.setattr(transport, "_TURN", 0.1)
    gateway = office("gateway")
    provider.switch(late=1.5)
    began = time.monotonic()
    with ThreadPoolExecutor(9) as threads:
        answers = list(threads.map(lambda n: gateway.send(f"{n}", PHONE, MESSAGE).status, range(9)))
    assert time.monotonic() - began < 1.4
    assert sorted(answers) == ["unavailable"] * 5 + ["unknown"] * 4


def test_nobody_listens() -> None:
    gateway = sms.GatewaySms(sms.Account("惠民补贴", "key", "secret"), "http://127.0.0.1:9")
    assert gateway.send("1", PHONE, MESSAGE) == Answer("unavailable", "连不上短信平台")


def test_without_an_address_only_a_demonstration_has_an_outbox(settings: Make) -> None:
    assert isinstance(sms_for(settings(REVIEWAPP_DEMO="1")), LocalOutbox)
    nobody = sms_for(settings())
    assert isinstance(nobody, NoProvider)
    assert (nobody.reaches, nobody.send("1", PHONE, MESSAGE).status) == (False, "refused")


def test_settings_that_do_not_hold_are_told(settings: Make, provider: Telephones, tmp_path: Path) -> None:
    right = provider.environment(tmp_path, "aliyun")
    for name, value, said in [
        ("SMS_URL", "carrier:pigeon", "SMS_URL"),
        ("SMS_URL", "https://", "SMS_URL"),
        ("SMS_URL", "http://[::1", "SMS_URL"),
        ("SMS_KEY", "", "SMS_KEY"),
        ("SMS_KEY", "钥匙", "SMS_KEY"),
        ("SMS_SECRET_FILE", "/nowhere/at/all", "SMS_SECRET_FILE"),
        ("SMS_SIGNATURE", "字", "SMS_SIGNATURE"),
        ("SMS_TEMPLATES", "/nowhere/at/all", "SMS_TEMPLATES"),
        ("SMS_TEMPLATES", "", "sign_in_code"),
    ]:
        with pytest.raises(BadSetting, match=said):
            sms_for(settings(**{**right, name: value}))


def test_codes_of_unknown_templates_are_told(settings: Make, provider: Telephones, tmp_path: Path) -> None:
    environment = provider.environment(tmp_path, "aliyun")
    Path(environment["SMS_TEMPLATES"]).write_text('sign_in = "SMS_1"\nreject = 7\n', encoding="utf-8")
    with pytest.raises(BadSetting, match="sign_in、reject"):
        sms_for(settings(**environment))


def test_the_secret_stands_in_no_representation(settings: Make, provider: Telephones, tmp_path: Path) -> None:
    given = settings(**provider.environment(tmp_path, "gateway"))
    account = sms.Account(given.sms.signature, given.sms.key, given.sms.secret)
    assert given.sms.secret == "a-secret-of-the-tests"
    assert given.sms.secret not in f"{given!r}{account!r}{replace(account, key='x')!r}"
    assert set(TEMPLATES) >= {"sign_in_code", "pickup_call"}
