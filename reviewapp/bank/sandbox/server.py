"""The sandbox bank's HTTP face. See docs/sandbox-bank.md for the interface."""

from __future__ import annotations

import json
import time
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, unquote, urlsplit

from reviewapp.bank.sandbox.books import Books, Order, OtherBody
from reviewapp.bank.sandbox.faults import PLANTED, Dice

_MOST_BODY = 64 * 1024
Reply = tuple[int, dict[str, object]]


class LostAnswer(Exception):
    """Raised to close the connection without a word."""


class Counter:
    """What the bank does with one request, apart from HTTP."""

    def __init__(self, books: Books, dice: Dice) -> None:
        self.books = books
        self.dice = dice

    def pay(self, body: dict[str, Any]) -> Reply:
        """POST /payments. Raises LostAnswer where the faults want the answer lost."""
        order = _order(body)
        if order is None:
            return 422, {"status": "invalid", "reason": "指令内容不完整"}
        if self.dice.falls("refuse"):
            return 503, {"status": "refused"}
        faults = self.dice.faults
        hidden = faults.late_record_seconds if self.dice.falls("late_record") else 0.0
        later = faults.late_apply_seconds if self.dice.falls("late_apply") else 0.0
        try:
            self.books.take(
                order, failure=self._failure(order), hidden_for=hidden, settles_in=later,
                forgetful=self.dice.falls("taken_twice"),
            )  # fmt: skip
        except OtherBody:
            return 409, {"number": order.number, "status": "conflict"}
        if hidden or self.dice.falls("lost_answer"):
            raise LostAnswer
        if self.dice.falls("late_answer"):
            time.sleep(faults.late_answer_seconds)
        return self.look(order.number, missing=202)

    def look(self, number: str, *, missing: int = 404) -> Reply:
        """GET /payments/<number>."""
        said = self.books.look(number)
        if said is not None:
            return 200, said
        return missing, {"number": number, "status": "not_found" if missing == 404 else "accepted"}

    def _failure(self, order: Order) -> str | None:
        planted = PLANTED.get(order.card_number[-4:])
        if planted:
            return planted
        return self.dice.faults.failing_reason if self.dice.falls("failing") else None


def _order(body: dict[str, Any]) -> Order | None:
    texts = [body.get(name) for name in ("number", "payee_name", "card_number")]
    amount = body.get("amount_fen")
    if not all(isinstance(text, str) and text for text in texts) or not isinstance(amount, int) or amount <= 0:
        return None
    return Order(body["number"], amount, body["payee_name"], body["card_number"], str(body.get("note", "")))


class Handler(BaseHTTPRequestHandler):
    """Routes: POST /payments, GET /payments/<number>, GET /statement, GET and POST /faults."""

    counter: ClassVar[Counter]
    server_version = "SandboxBank"

    def do_GET(self) -> None:
        """Read payments, the statement or the switches."""
        url = urlsplit(self.path)
        if url.path.startswith("/payments/"):
            self._reply(*self.counter.look(unquote(url.path.removeprefix("/payments/"))))
        elif url.path == "/statement":
            self._statement(parse_qs(url.query).get("day"))
        elif url.path == "/faults":
            self._reply(200, self.counter.dice.faults.to_json())
        else:
            self._reply(404, {"status": "no_such_page"})

    def do_POST(self) -> None:
        """Take a payment, or turn switches."""
        body = self._body()
        if body is None:
            self._reply(400, {"status": "invalid", "reason": "a JSON object was expected"})
        elif self.path == "/payments":
            self._pay(body)
        elif self.path == "/faults":
            self._switch(body)
        else:
            self._reply(404, {"status": "no_such_page"})

    def _pay(self, body: dict[str, Any]) -> None:
        try:
            self._reply(*self.counter.pay(body))
        except LostAnswer:
            self.close_connection = True

    def _switch(self, body: dict[str, Any]) -> None:
        try:
            self._reply(200, self.counter.dice.switch(body).to_json())
        except ValueError as error:
            self._reply(400, {"status": "invalid", "reason": str(error)})

    def _statement(self, days: list[str] | None) -> None:
        try:
            day = date.fromisoformat(days[0]) if days else None
        except ValueError:
            self._reply(400, {"status": "invalid", "reason": "day: expected YYYY-MM-DD"})
            return
        self._reply(200, {"lines": self.counter.books.statement(day)})

    def _body(self) -> dict[str, Any] | None:
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > _MOST_BODY:
            return None
        try:
            body = json.loads(self.rfile.read(int(length)))
        except ValueError:
            return None
        return body if isinstance(body, dict) else None

    def _reply(self, status: int, body: dict[str, object]) -> None:
        text = json.dumps(body, ensure_ascii=False).encode()
        try:
            self.send_response(status)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: requests name people's cards."""


class Server(ThreadingHTTPServer):
    """Listens on the loopback address only."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, books: Books, dice: Dice) -> None:
        handler = type("BoundHandler", (Handler,), {"counter": Counter(books, dice)})
        super().__init__(("127.0.0.1", port), handler)
