"""Over a real socket: any bytes get an answer in time, and the end is graceful."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from project.serving import arriving
from project.serving import server as module
from project.serving.handler import MOST_BYTES
from project.serving.journal import Journal
from project.serving.server import Server
from project.serving.service import Service

from .conftest import Made

ROW = json.dumps([{"size": 4.0, "weight": 16.0, "colour": "blue"}]).encode()
HEAD = b"POST /invocations HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"


@pytest.fixture(scope="module")
def server(by_task: dict[str, Made], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server on a port of its own, with an access log."""
    folder = tmp_path_factory.mktemp("server")
    service = Service(by_task["classification"].model, Journal(str(folder / "log.jsonl")))
    found = Server(("127.0.0.1", 0), service, Journal(str(folder / "access.jsonl")))
    thread = threading.Thread(target=found.serve_forever, args=(0.02,))
    thread.start()
    yield found
    found.ending.set()
    found.shutdown()
    thread.join(10)
    found.server_close()
    # Whatever was sent, no thread died of it.
    assert '"level": "error"' not in (folder / "access.jsonl").read_text()


def address(server: Server) -> tuple[str, int]:
    """Return where a server listens."""
    return "127.0.0.1", server.server_port


def exchange(server: Server, sent: bytes, *, end: bool = True) -> bytes:
    """Send bytes, and return all that comes back until the other side closes."""
    with socket.create_connection(address(server), timeout=20) as connection:
        connection.sendall(sent)
        if end:
            connection.shutdown(socket.SHUT_WR)
        received = b""
        while part := connection.recv(65536):
            received += part
        return received


def status(received: bytes) -> int:
    """Return the status of the first response."""
    line = received.split(b"\r\n", 1)[0]
    assert line.startswith(b"HTTP/1."), received
    return int(line.split()[1])


def post(body: bytes, more: bytes = b"Connection: close\r\n") -> bytes:
    """Return a request."""
    return HEAD + b"Content-Length: %d\r\n" % len(body) + more + b"\r\n" + body


@settings(max_examples=300)
@given(st.binary(min_size=1, max_size=200))
def test_any_bytes_are_refused_or_answered(server: Server, sent: bytes) -> None:
    received = exchange(server, sent)
    assert not received or (received.startswith(b"HTTP/1.") and 200 <= status(received) < 500)
    assert b"Traceback" not in received


@settings(max_examples=300)
@given(
    st.sampled_from([b"GET", b"POST", b"HEAD", b"PUT", b"BREW", b"get", b""]),
    st.sampled_from([b"/ping", b"/invocations", b"/health", b"/metrics?x=1", b"*", b"//", b"\xff"]),
    st.sampled_from([b"HTTP/1.1", b"HTTP/1.0", b"HTTP/2.0", b"HTTP/9", b"", b"HTTP/1.1 x"]),
    st.lists(
        st.sampled_from(
            [
                *(
                    b"Content-Length: 5",
                    b"Content-Length: -1",
                    b"Content-Length: 99999999999999999999",
                ),
                *(
                    b"Content-Length: \xb2",
                    b"Transfer-Encoding: chunked",
                    b"Content-Type: text/csv",
                ),
                *(b"Content-Type: application/json", b"Accept: \xff;q", b"Expect: 100-continue"),
                *(b"Content-Type: text/csv; header=\xff", b"no colon", b" folded", b"Host: x"),
            ]
        ),
        max_size=6,
    ),
    st.binary(max_size=40),
)
def test_any_request_is_refused_or_answered(
    server: Server, method: bytes, path: bytes, version: bytes, headers: list[bytes], body: bytes
) -> None:
    lines = [b" ".join([method, path, version]), *headers, b"", b""]
    received = exchange(server, b"\r\n".join(lines) + body)
    assert b"Traceback" not in received
    for part in received.split(b"HTTP/1.1 ")[1:]:
        assert 100 <= int(part[:3]) < 500


@settings(max_examples=150)
@given(st.binary(max_size=300))
def test_any_body_is_refused_or_answered(server: Server, body: bytes) -> None:
    assert status(exchange(server, post(body))) in (200, 400)


def test_requests_of_one_connection_are_answered_in_order(server: Server) -> None:
    connection = HTTPConnection(*address(server), timeout=10)
    for _ in range(3):
        connection.request("POST", "/invocations", ROW, {"Content-Type": "application/json"})
        found = connection.getresponse()
        assert found.status == 200
        assert json.loads(found.read())["predictions"][0]["prediction"] in ("apple", "plum")
    connection.close()
    both = exchange(server, post(ROW, b"") + post(ROW))
    assert both.count(b"HTTP/1.1 200 OK") == 2


def test_a_body_that_is_too_long_is_refused_unread(server: Server) -> None:
    sent = HEAD + b"Content-Length: %d\r\n\r\n" % (MOST_BYTES + 1)
    assert status(exchange(server, sent, end=False)) == 413
    exact = b"size,weight,colour\n1,1,red\n" + b"\n" * (MOST_BYTES - 27)
    assert len(exact) == MOST_BYTES
    assert status(exchange(server, post(exact).replace(b"application/json", b"text/csv"))) == 200


def test_chunks_and_missing_lengths_are_refused(server: Server) -> None:
    assert status(exchange(server, HEAD + b"\r\n" + ROW)) == 411
    chunked = HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    assert status(exchange(server, chunked)) == 411
    short = HEAD + b"Content-Length: 500\r\n\r\n" + ROW
    received = exchange(server, short)
    assert status(received) == 400
    assert b"of 500 bytes" in received


def test_who_sends_too_slowly_is_let_go(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arriving, "REQUEST_S", 0.6)
    for sent in (HEAD[:20], HEAD + b"Content-Length: 50\r\n\r\n["):
        begun = time.monotonic()
        with socket.create_connection(address(server), timeout=5) as connection:
            connection.sendall(sent)
            received = b""
            # A byte now and then does not put the end off.
            for _ in range(100):
                try:
                    connection.sendall(b"x")
                    connection.settimeout(0.05)
                    part = connection.recv(4096)
                    received += part
                    if not part:
                        break
                except TimeoutError:
                    continue
                except ConnectionError:
                    break
        assert time.monotonic() - begun < 3
        assert b"408" in received or not received


def test_the_access_log_has_one_line_for_each_request(server: Server, tmp_path: Path) -> None:
    log = tmp_path / "access.jsonl"
    old, server.access = server.access, Journal(str(log))
    try:
        exchange(server, post(ROW))
        exchange(server, b"GET /\xff\x00 HTTP/1.1\r\nConnection: close\r\n\r\n")
        exchange(server, b"nonsense\r\n\r\n")
        deadline = time.monotonic() + 5
        while log.read_text().count("\n") < 3 and time.monotonic() < deadline:
            time.sleep(0.02)
    finally:
        server.access = old
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [line["status"] for line in lines] == [200, 404, 400]
    assert lines[0]["rows"] == 1
    assert lines[0]["path"] == "/invocations"
    assert lines[0]["ms"] > 0


def test_what_was_begun_is_ended_and_idle_connections_are_closed(fruit: Made) -> None:
    found = Server(("127.0.0.1", 0), Service(fruit.model, Journal(None)), Journal(None))
    thread = threading.Thread(target=found.serve_forever, args=(0.02,))
    thread.start()
    idle = socket.create_connection(address(found), timeout=10)
    begun = socket.create_connection(address(found), timeout=10)
    sent = post(ROW, b"")
    begun.sendall(sent[:-5])
    time.sleep(0.2)
    found.ending.set()
    found.shutdown()
    start = time.monotonic()
    begun.sendall(sent[-5:])
    received = begun.recv(65536)
    assert status(received) == 200
    assert b"Connection: close" in received
    found.server_close()  # waits for the threads of all connections
    thread.join(5)
    assert time.monotonic() - start < 3
    assert idle.recv(1) == b""
    for connection in (idle, begun):
        connection.close()


def test_connections_beyond_the_most_are_closed(
    fruit: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_CONNECTIONS", 2)
    found = Server(("127.0.0.1", 0), Service(fruit.model, Journal(None)), Journal(None))
    thread = threading.Thread(target=found.serve_forever, args=(0.02,))
    thread.start()
    held = [socket.create_connection(address(found), timeout=10) for _ in range(2)]
    time.sleep(0.2)
    third = socket.create_connection(address(found), timeout=10)
    assert third.recv(1) == b""
    for connection in (*held, third):
        connection.close()
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            if status(exchange(found, post(ROW))) == 200:
                break
        except (ConnectionError, AssertionError):
            time.sleep(0.05)
    else:
        pytest.fail("places of closed connections were not given back")
    found.ending.set()
    found.shutdown()
    found.server_close()
    thread.join(5)
