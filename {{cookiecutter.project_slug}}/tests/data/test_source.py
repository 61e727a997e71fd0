"""A table comes from an address whole or not at all, and each version of it is kept."""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from project.data.address import local_name
from project.data.source import fetch, recorded, where_from
from project.errors import ConfigError, DataError, ProjectError, RemoteError
from project.paths import Paths

# DVC and what it uses for HTTP warn about each other, and leave their sessions to the collector.
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
CONFIG = """
source: data/old.csv # the table
target: b
task: classification
missing_target: drop
split: {valid: 0.25, test: 0.25, method: hash, seed: 0}
"""
OLD, NEW = b"a,b\n1,x\n", b"a,b\n2,x\n"


@dataclass
class Server:
    """What a server answers, and which requests it saw."""

    port: int
    files: dict[str, bytes] = field(default_factory=dict)
    etags: bool = True
    status: int = 200
    date: str = "Sun, 01 Jan 2023 00:00:00 GMT"
    size: int | None = None
    seen: list[str] = field(default_factory=list)

    def url(self, name: str) -> str:
        """Return the address of a file."""
        return f"http://127.0.0.1:{self.port}/{name}"


@pytest.fixture
def server() -> Iterator[Server]:
    """An HTTP server on the loopback."""

    class Handler(BaseHTTPRequestHandler):
        def _head(self) -> bytes | None:
            answers.seen.append(f"{self.command} {self.path}")
            content = answers.files.get(self.path.split("?")[0].lstrip("/"))
            code = answers.status if content is not None or answers.status != 200 else 404
            self.send_response(code)
            if code == 200 and content is not None:
                length = len(content) if answers.size is None else answers.size
                self.send_header("Content-Length", str(length))
                self.send_header("Last-Modified", answers.date)
                if answers.etags:
                    self.send_header("ETag", f'"{hashlib.sha256(content).hexdigest()}"')
            else:
                self.send_header("Content-Length", "0")
            self.end_headers()
            return content if code == 200 else None

        def do_HEAD(self) -> None:  # the library's name
            self._head()

        def do_GET(self) -> None:  # the library's name
            with suppress(ConnectionError):  # who only asks what is there hangs up early
                self.wfile.write(self._head() or b"")

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        answers = Server(int(listening.server_address[1]), {"t.csv": OLD})
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield answers
        listening.shutdown()


@pytest.fixture
def project(tmp_path: Path) -> Paths:
    """A project that knows of no address yet."""
    paths = Paths(tmp_path)
    paths.conf.mkdir()
    paths.data_config.write_text(CONFIG)
    paths.dvc.mkdir()
    (paths.dvc / "config").write_text("[core]\n    no_scm = true\n")
    return paths


def cached(paths: Paths, content: bytes) -> bool:
    """Tell whether DVC's cache has some bytes under their checksum."""
    md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
    file = paths.dvc / "cache" / "files" / "md5" / md5[:2] / md5[2:]
    return file.is_file() and file.read_bytes() == content


def state(paths: Paths) -> dict[str, bytes]:
    """Return all that a user has."""
    folders = [paths.conf, paths.source]
    files = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
    return {str(file): file.read_bytes() for file in files}


@pytest.mark.parametrize("etags", [True, False])
def test_the_first_fetch_names_the_source_and_keeps_its_version(
    project: Paths, server: Server, etags: bool
) -> None:
    server.etags = etags
    fetched = fetch(server.url("t.csv"), project)
    assert fetched.path.read_bytes() == OLD
    assert fetched.before == ""
    assert fetched.after == hashlib.md5(OLD, usedforsecurity=False).hexdigest()
    text = CONFIG.replace("data/old.csv", "data/source/t.csv")
    assert project.data_config.read_text() == text
    record = recorded(fetched.path)
    assert record.url == server.url("t.csv")
    assert record.md5 == fetched.after
    assert where_from(project) == server.url("t.csv")
    assert cached(project, OLD)


@pytest.mark.parametrize("etags", [True, False])
def test_only_other_bytes_are_news_and_the_old_ones_stay(
    project: Paths, server: Server, etags: bool
) -> None:
    server.etags = etags
    fetch(server.url("t.csv"), project)
    before = state(project)
    # The same bytes under another date.
    server.date = "Mon, 01 Jan 2024 00:00:00 GMT"
    again = fetch(where_from(project), project)
    assert again.before == again.after
    assert state(project) == before
    # As many bytes as before, so that no size tells them apart.
    server.files["t.csv"] = NEW
    newer = fetch(where_from(project), project)
    assert (newer.before, newer.path.read_bytes()) == (again.after, NEW)
    assert newer.after != newer.before
    assert cached(project, OLD)
    assert cached(project, NEW)


def test_an_equal_etag_moves_no_bytes(project: Paths, server: Server) -> None:
    fetch(server.url("t.csv"), project)
    server.seen.clear()
    fetch(server.url("t.csv"), project)
    assert set(server.seen) == {"HEAD /t.csv"}


def test_a_lost_table_comes_back_from_where_it_came(project: Paths, server: Server) -> None:
    fetched = fetch(server.url("t.csv"), project)
    fetched.path.unlink()
    again = fetch(where_from(project), project)
    assert again.path.read_bytes() == OLD
    assert again.after == again.before


def test_a_long_download_is_shown_by_lines_where_there_is_no_terminal(
    project: Paths,
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("project.report.progress.LONG", 1)
    monkeypatch.setattr("project.report.progress._EVERY_S", 0.0)
    server.files["t.csv"] = b"a,b\n" + b"1,x\n" * 2_000_000
    fetch(server.url("t.csv"), project)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) > 1
    assert lines[-1].startswith("fetching t.csv: 100%")


def broken(server: Server, how: str) -> str:
    """Break a server or an address, and return the address."""
    match how:
        case "gone":
            return f"http://127.0.0.1:{server.port + 1}/t.csv"
        case "no such file":
            return server.url("elsewhere/t.csv")
        case "page":
            server.files["t.csv"] = b"\n<!DOCTYPE html><html>sign in</html>"
        case "empty":
            server.files["t.csv"] = b""
        case "cut":
            server.files["t.csv"], server.size = NEW, 1000
        case "vast":
            server.files["t.csv"], server.size = NEW, 10**16
        case "not packed":
            server.files["t.csv.gz"] = NEW
            return server.url("t.csv.gz")
        case _:
            server.status = int(how)
    return server.url("t.csv")


@pytest.mark.parametrize(
    ("how", "kind", "words"),
    [
        ("gone", RemoteError, ["can't be reached", "NETWORK=host"]),
        ("no such file", RemoteError, ["there is no such file there"]),
        ("401", RemoteError, ["lets nobody in", "401", "by hand"]),
        ("403", RemoteError, ["lets nobody in", "403"]),
        ("503", RemoteError, ["answers with status 503", "later"]),
        ("page", DataError, ["web page in place of a table"]),
        ("empty", DataError, ["gives an empty file"]),
        ("cut", RemoteError, ["lost on the way"]),
        ("vast", RemoteError, ["DVC keeps it once more", "make room"]),
        ("not packed", DataError, ["gives no .gz file"]),
    ],
)
def test_what_does_not_come_is_told_and_changes_nothing(
    project: Paths, server: Server, how: str, kind: type[ProjectError], words: list[str]
) -> None:
    fetch(server.url("t.csv"), project)
    before = state(project)
    with pytest.raises(kind) as raised:
        fetch(broken(server, how), project)
    for word in words:
        assert word in str(raised.value)
    assert "\n" not in str(raised.value)
    assert state(project) == before
    assert not (project.dvc_tmp / "incoming").exists()


def test_a_silent_server_is_given_up(project: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket
    import time

    monkeypatch.setattr("project.data.transfer.TIMEOUT_S", 1.0)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        start = time.monotonic()
        with pytest.raises(RemoteError, match="no answer"):
            fetch(f"http://127.0.0.1:{listener.getsockname()[1]}/t.csv", project)
        assert time.monotonic() - start < 10


def test_what_dvc_can_not_keep_leaves_all_as_it_was(
    project: Paths, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dvc.repo import Repo

    fetch(server.url("t.csv"), project)
    before = state(project)
    server.files["t.csv"] = NEW

    def fail(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Repo, "commit", fail)
    with pytest.raises(KeyboardInterrupt):
        fetch(server.url("t.csv"), project)
    assert state(project) == before


def test_a_table_of_ones_own_is_not_overwritten(project: Paths, server: Server) -> None:
    project.source.mkdir(parents=True)
    (project.source / "t.csv").write_bytes(NEW)
    with pytest.raises(ConfigError, match="is here already and came from no address"):
        fetch(server.url("t.csv"), project)
    assert (project.source / "t.csv").read_bytes() == NEW


def test_a_source_that_came_from_no_address_is_told(project: Paths) -> None:
    with pytest.raises(ConfigError, match="make import URL="):
        where_from(project)


@pytest.mark.parametrize(
    ("line", "after"),
    [
        ("source: a.csv", "source: data/source/t.csv"),
        ('source:  "a b.csv"  # old', "source:  data/source/t.csv  # old"),
        ("source: 'http://h/#x.csv' # old", "source: data/source/t.csv # old"),
        ("source: http://h/t.csv?x=1#y", "source: data/source/t.csv"),
    ],
)
def test_the_line_of_the_source_is_edited_and_nothing_else(
    project: Paths, server: Server, line: str, after: str
) -> None:
    text = CONFIG.replace("source: data/old.csv # the table", line)
    project.data_config.write_text(text)
    fetch(server.url("t.csv"), project)
    assert project.data_config.read_text() == text.replace(line, after)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://host/a/Table%20one.CSV?version=2", "Table_one.csv"),
        ("s3://bucket/key/t.parquet", "t.parquet"),
        ("s3://bucket/parts.parquet/", "parts.parquet"),
        ("ssh://me@host:2222/home/me/t.tsv.gz", "t.tsv.gz"),
    ],
)
def test_an_address_gives_the_table_its_name(url: str, name: str) -> None:
    assert local_name(url) == name


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("ftp://host/t.csv", ["no address that can be fetched", "https://host/table.csv"]),
        ("https:///t.csv", ["no address that can be fetched"]),
        ("https://host/", ["ends in no table's name"]),
        ("https://host/export?format=csv", ["ends in no table's name", "by hand"]),
        ("https://host/t.xlsx", ["ends in no table's name"]),
        ("https://me:secret@h/t.csv", ["holds a name or password"]),  # pragma: allowlist secret
        ("ssh://me:secret@h/t.csv", ["holds a name or password"]),  # pragma: allowlist secret
        ("https://host/a b.csv", ["%20"]),
        ("https://host/${x}.csv", ["%20"]),
    ],
)
def test_an_address_that_can_not_be_fetched_is_refused(url: str, words: list[str]) -> None:
    with pytest.raises(ConfigError) as raised:
        local_name(url)
    for word in words:
        assert word in str(raised.value)
    assert "secret" not in str(raised.value)
