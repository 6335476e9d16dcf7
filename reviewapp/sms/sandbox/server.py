"""The practice provider's HTTP face; see docs/sms.md."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import urlsplit

from reviewapp.sms.sandbox.faces import Aliyun, Gateway, Reply
from reviewapp.sms.sandbox.platform import Platform

_MOST_BODY = 64 * 1024


class Handler(BaseHTTPRequestHandler):
    """Routes: POST / as Aliyun, POST /gateway, GET /messages, GET and POST /faults."""

    platform: ClassVar[Platform]
    aliyun: ClassVar[Aliyun]
    gateway: ClassVar[Gateway]
    server_version = "SandboxSms"

    def do_GET(self) -> None:
        """What has arrived, or the switches."""
        if self.path == "/messages":
            self._reply(200, {"messages": [asdict(one) for one in self.platform.arrived]})
        elif self.path == "/faults":
            self._reply(200, asdict(self.platform.faults))
        else:
            self._reply(404, {"reason": "no such page"})

    def do_POST(self) -> None:
        """Take a message, or turn switches."""
        content = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), _MOST_BODY))
        try:
            if self.path == "/faults":
                self.platform.faults = self.platform.faults.changed(json.loads(content))
                self._reply(200, asdict(self.platform.faults))
            else:
                self._message(content)
        except (ValueError, TypeError, KeyError) as error:
            self._reply(400, {"reason": f"{type(error).__name__}: {error}"})

    def _message(self, content: bytes) -> None:
        faults = self.platform.faults
        if faults.down:
            self._reply(503, {"reason": "维护中", "Code": "ServiceUnavailable", "Message": "维护中"})
            return
        answer = self._answer(content)
        time.sleep(faults.late)
        if faults.lost:
            self.close_connection = True
        elif faults.garbled:
            self._write(200, "text/html; charset=utf-8", "<h1>欢迎</h1>".encode())
        else:
            self._reply(*answer)

    def _answer(self, content: bytes) -> Reply:
        url = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        if url.path == "/gateway":
            return self.gateway.answer(headers, content)
        return self.aliyun.answer(url.query, headers, content)

    def _reply(self, status: int, body: dict[str, Any]) -> None:
        self._write(status, "application/json; charset=utf-8", json.dumps(body, ensure_ascii=False).encode())

    def _write(self, status: int, kind: str, text: bytes) -> None:
        try:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: requests name people's numbers."""


class Server(ThreadingHTTPServer):
    """Listens on the loopback address only."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, platform: Platform) -> None:
        parts = {"platform": platform, "aliyun": Aliyun(platform), "gateway": Gateway(platform)}
        super().__init__(("127.0.0.1", port), type("BoundHandler", (Handler,), parts))
