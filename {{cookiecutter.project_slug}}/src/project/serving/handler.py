"""Carry one connection's requests to a service, and its answers back."""

import io
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from uuid import uuid4

from . import arriving
from .arriving import Arriving
from .service import Response, Service, problem

MOST_BYTES = 6 * 1024 * 1024  # of a body; SageMaker's own endpoints send no more


class Listening(HTTPServer):
    """What a connection must know of its server."""

    service: Service
    ending: threading.Event

    def told(
        self,
        handler: "Handler",
        found: Response,
        path: str,
        request: str,
        received: int,
        seconds: float,
    ) -> None:
        """Note a request that was answered."""


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Listening

    def setup(self) -> None:
        """Read through the clock."""
        super().setup()
        self._arriving = Arriving(self.connection, self.server.ending)
        self.rfile = io.BufferedReader(self._arriving)
        self._begun = time.perf_counter()

    def handle_one_request(self) -> None:
        """Take a request, or see that the other side is gone."""
        self._arriving.expect()
        # What was never a request has no such parts, and is told as an error all the same.
        self.command, self.path, self.request_version = "", "", "HTTP/1.1"
        try:
            super().handle_one_request()
        except (ConnectionError, TimeoutError):
            self.close_connection = True

    def parse_request(self) -> bool:
        """Note when a request began."""
        self._begun = time.perf_counter()
        return super().parse_request()

    def __getattr__(self, name: str) -> Any:
        # All methods arrive at one place; those that are not known are refused there.
        if name.startswith("do_"):
            return self._answer
        raise AttributeError(name)

    def _answer(self) -> None:
        request, path = uuid4().hex, self.path.partition("?")[0]
        body, refused = self._body()
        found = refused or self.server.service.respond(
            self.command, path, self.headers, body, request
        )
        self._send(found, path, request, len(body))

    def _body(self) -> tuple[bytes, Response | None]:
        """Read the body; where it is refused the connection ends, since more of it may come."""
        length = self.headers.get("Content-Length")
        bad = None
        if self.headers.get("Transfer-Encoding"):
            bad = problem(411, "send the body with a Content-Length, not in chunks")
        elif length is None and self.command == "POST":
            bad = problem(411, "send the body with a Content-Length")
        elif length is not None and not (length.isascii() and length.isdigit()):
            bad = problem(400, "Content-Length is no number of bytes")
        elif length is not None and (len(length) > 18 or int(length) > MOST_BYTES):
            bad = problem(413, f"the body has more than {MOST_BYTES >> 20} MB: send it in parts")
        if bad is None:
            size = int(length or 0)
            try:
                body = self.rfile.read(size) if size else b""
            except TimeoutError:
                body, bad = (
                    b"",
                    problem(408, f"the body did not arrive within {arriving.REQUEST_S:g} s"),
                )
            if bad is None and len(body) < size:
                bad = problem(400, f"the body ends after {len(body)} of {size} bytes")
        if bad is not None:
            self.close_connection = True
            return b"", bad
        return body, None

    def _send(self, found: Response, path: str, request: str, received: int) -> None:
        if self.server.ending.is_set():
            self.close_connection = True
        head = {
            "Content-Type": found.kind,
            "Content-Length": str(len(found.body)),
            "X-Request-Id": request,
            **({"Connection": "close"} if self.close_connection else {}),
            **found.headers,
        }
        lines = [f"HTTP/1.1 {found.status} {self.responses[found.status][0]}"]
        lines += [f"{name}: {value}" for name, value in head.items()]
        body = b"" if self.command == "HEAD" else found.body
        self.connection.settimeout(arriving.REQUEST_S)
        # Before it goes out: how long the other side takes to have it is not the service's time.
        seconds = time.perf_counter() - self._begun
        self.server.service.metrics.request(path, found.status, seconds)
        try:
            # One write: two would wait for each other's acknowledgement.
            self.connection.sendall("\r\n".join([*lines, "", ""]).encode("latin-1") + body)
        finally:
            self.server.told(self, found, path, request, received, seconds)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Refuse what is no request of HTTP, in the form of all other refusals."""
        self.close_connection = True
        status = {501: 405, 505: 400}.get(int(code), int(code))
        said = message or "this is no request that can be read"
        self._send(problem(status, str(said)[:200]), "", uuid4().hex, 0)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the library's name
        """Say nothing: `_send` has written the line."""
