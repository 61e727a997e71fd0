"""Read what arrives at a connection, within its time."""

import io
import socket
import threading
import time
from typing import Any

REQUEST_S = 10.0  # for a request to arrive, and for its answer to be taken
IDLE_S = 60.0  # that a connection may wait for its next request
_SLICE_S = 0.25  # after which somebody who waits looks whether the service ends


class Arriving(io.RawIOBase):
    """The bytes of a connection; a request that does not arrive in time raises TimeoutError."""

    def __init__(self, connection: socket.socket, ending: threading.Event) -> None:
        super().__init__()
        self._connection, self._ending = connection, ending
        self.expect()

    def expect(self) -> None:
        """Wait for the next request."""
        self._idle, self._until = True, time.monotonic() + IDLE_S

    def readable(self) -> bool:
        """Say yes."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer with what has come, and return how much; 0 is the end."""
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
