"""Serve over HTTP: as many connections as there are places, and a graceful end.

Standard library alone: see decision 0028 of the template.
"""

import json
import signal
import threading
import time
import traceback
from socketserver import TCPServer, ThreadingMixIn
from typing import Any

from .handler import Handler, Listening
from .journal import Journal
from .service import Response, Service

MOST_CONNECTIONS = 128


class Server(ThreadingMixIn, Listening):
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
        TCPServer.server_bind(self)
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
