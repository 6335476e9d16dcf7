"""A practice provider of short messages on a loopback port, and the environment that makes an office use it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from reviewapp.policy.notices import SIGNATURE, TEMPLATES
from reviewapp.sms.sandbox.platform import Faults, Platform
from reviewapp.sms.sandbox.server import Server

KEY, SECRET = "office", "a-secret-of-the-tests"


class Telephones:
    """What would arrive at telephones; `switch` turns the provider's faults."""

    def __init__(self, port: int, platform: Platform) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.platform = platform

    def switch(self, **faults: object) -> None:
        """These faults, and no others."""
        self.platform.faults = Faults().changed(faults)

    @property
    def arrived(self) -> list[tuple[str, str]]:
        """(number, the provider's code of the template), in order."""
        return [(one.phone, one.template) for one in self.platform.arrived]

    def environment(self, folder: Path, face: str = "gateway") -> dict[str, str]:
        """For an office that speaks to it as `gateway` or `aliyun`; the account's files are written into `folder`."""
        codes, secret = folder / "codes.toml", folder / "sms-secret"
        codes.write_text("".join(f'{key} = "SMS_{key}"\n' for key in TEMPLATES), encoding="utf-8")
        secret.write_text(f"{SECRET}\n", encoding="utf-8")
        return {
            "SMS_URL": f"aliyun:{self.url}" if face == "aliyun" else f"{self.url}/gateway",
            "SMS_KEY": KEY,
            "SMS_SECRET_FILE": str(secret),
            "SMS_TEMPLATES": str(codes),
        }


@contextmanager
def telephones() -> Iterator[Telephones]:
    """A provider without faults, until the block ends."""
    platform = Platform(KEY, SECRET, SIGNATURE)
    with Server(0, platform) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield Telephones(server.server_port, platform)
        finally:
            server.shutdown()
