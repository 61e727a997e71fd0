"""Carry a service over HTTP: limits of size, time and number, and a graceful end.

Standard library alone: see decision 0028 of the template.
"""

import io
import json
import signal
import socket
import socketserver
import threading
import time
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

from .journal import Journal
from .service import Response, Service, problem

MOST_BYTES = 6 * 1024 * 1024  # of a body; SageMaker's own endpoints send no more
REQUEST_S = 10.0  # for a request to arrive, and for its answer to be taken
IDLE_S = 60.0  # that a connection may wait for its next request
MOST_CONNECTIONS = 128
_SLICE_S = 0.25  # after which somebody who waits looks whether the service ends


class _Arriving(io.RawIOBase):
    """The bytes of a connection; a request that does not arrive in time raises TimeoutError."""

    def __init__(self, connection: socket.socket, ending: threading.Event) -> None:
        super().__init__()
        self._connection, self._ending = connection, ending
        self.expect()

    def expect(self) -> None:
        """Wait for the next request."""
        self._idle, self._until = True, time.monotonic() + IDLE_S

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not (self._idle and self._ending.is_set()):
            left = self._until - time.monotonic()
            if left <= 0:
                raise TimeoutError
            self._connection.settimeout(min(left, _SLICE_S))
            try:
                count = self._connection.recv_into(buffer)
            except TimeoutError:
                continue
            if self._idle:
                self._idle, self._until = False, time.monotonic() + REQUEST_S
            return count
        return 0


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: "Server"

    def setup(self) -> None:
        """Read through the clock."""
        super().setup()
        self._arriving = _Arriving(self.connection, self.server.ending)
        self.rfile = io.BufferedReader(self._arriving)
        self._begun = time.perf_counter()

    def handle_one_request(self) -> None:
        """Take a request, or see that the other side is gone."""
        self._arriving.expect()
        # What was never a request has no such parts, and is told as an error all the same.
        self.command, self.path, self.request_version = "", "", "HTTP/1.1"
        try:
            super().handle_one_request()
        except (ConnectionError, TimeoutError, BrokenPipeError):
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
                body, bad = b"", problem(408, f"the body did not arrive within {REQUEST_S:g} s")
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
        self.connection.settimeout(REQUEST_S)
        try:
            # One write: two would wait for each other's acknowledgement.
            self.connection.sendall("\r\n".join([*lines, "", ""]).encode("latin-1") + body)
        finally:
            seconds = time.perf_counter() - self._begun
            self.server.service.metrics.request(path, found.status, seconds)
            self.server.told(self, found, path, request, received, seconds)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Refuse what is no request of HTTP, in the form of all other refusals."""
        self.close_connection = True
        status = {501: 405, 505: 400}.get(int(code), int(code))
        said = message or "this is no request that can be read"
        self._send(problem(status, str(said)[:200]), "", uuid4().hex, 0)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the library's name
        """Say nothing: `_send` has written the line."""


class Server(ThreadingHTTPServer):
    """A service that listens.

    Parameters
    ----------
    address
        Host and port.
    service
        That answers.
    access
        Takes a line for each request.
    """

    request_queue_size = MOST_CONNECTIONS
    daemon_threads = False
    block_on_close = True

    def __init__(self, address: tuple[str, int], service: Service, access: Journal) -> None:
        self.service, self.access = service, access
        self.ending = threading.Event()
        self._free = threading.BoundedSemaphore(MOST_CONNECTIONS)
        super().__init__(address, Handler)

    def server_bind(self) -> None:
        """Bind without asking for the host's name, which may take a minute without a network."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "localhost", self.server_address[1]

    def process_request(self, request: Any, client_address: Any) -> None:
        """Give a connection its thread, or close it where there are too many."""
        if not self._free.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve a connection to its end."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Note why a connection broke; what answers has told its own errors already."""
        told = {"level": "error", "event": "connection", "traceback": traceback.format_exc()}
        self.access.write(json.dumps(told).encode() + b"\n")

    def told(
        self,
        handler: Handler,
        found: Response,
        path: str,
        request: str,
        received: int,
        seconds: float,
    ) -> None:
        """Write the line of the access log."""
        line = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "request": request,
            "client": handler.client_address[0],
            "method": (handler.command or "")[:20],
            "path": path[:200],
            "status": found.status,
            "bytes_in": received,
            "bytes_out": len(found.body),
            "rows": found.rows,
            "ms": round(seconds * 1000, 3),
        }
        self.access.write(json.dumps(line).encode() + b"\n")


def serve(service: Service, address: tuple[str, int], access: Journal) -> None:
    """Answer until SIGTERM or SIGINT, then end what was begun and return.

    Parameters
    ----------
    service
        That answers.
    address
        Host and port.
    access
        Takes a line for each request.
    """
    server = Server(address, service, access)

    def end(number: int, frame: Any) -> None:
        server.ending.set()
        # `shutdown` waits for the loop below, which this handler has interrupted.
        threading.Thread(target=server.shutdown).start()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    host, port = address
    access.write(json.dumps({"event": "serving", "host": host, "port": port}).encode() + b"\n")
    with server:
        server.serve_forever(poll_interval=0.1)
    access.write(b'{"event": "ended"}\n')
