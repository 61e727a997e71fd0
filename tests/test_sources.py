"""Tables from elsewhere and in every format, from the answer to a trained run, in containers."""

import gzip
import hashlib
import ipaddress
import json
import re
import shutil
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import monotonic

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest
import servers
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from engine import gateway, make, succeed, watched
from repository import commit, git

pytestmark = pytest.mark.docker
Render = Callable[..., Path]
Answer = Callable[..., "subprocess.CompletedProcess[str]"]
TABLE = "".join(
    ["id,size,colour,kind\n"]
    + [f"{i},{i % 7 + 0.5},{'xyz'[i % 3]},{'ab'[i * 7 % 13 % 2]}\n" for i in range(120)]
)
CHANGED = TABLE.replace("\n5,5.5,", "\n5,5.6,")
QUIET = "ARGS=tracking=disabled"


def md5(content: bytes) -> str:
    """Return the checksum by which DVC knows some bytes."""
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


@dataclass
class Web:
    """A web server of a folder."""

    folder: Path
    url: str


@contextmanager
def web(folder: Path) -> Iterator[Web]:
    """Serve a folder where containers reach it, as anybody would: without etags."""
    command = [sys.executable, "-u", "-m", "http.server", "--bind", gateway(), "0"]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        assert process.stdout is not None
        found = re.search(r"\((http://[^/]+)/\)", process.stdout.readline().decode())
        assert found is not None
        yield Web(folder, found[1])
    finally:
        process.terminate()
        process.communicate()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """A web server with a table."""
    folder = tmp_path_factory.mktemp("web")
    (folder / "t.csv").write_text(TABLE)
    (folder / "page.csv").write_text("<!DOCTYPE html><title>Sign in</title>")
    with web(folder) as server:
        yield server


@pytest.fixture(scope="module")
def origin(render: Render, served: Web, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose answer was an address, before its first command."""
    into = tmp_path_factory.mktemp("sources")
    return render(into, data_source=f"{served.url}/t.csv", target="kind")


@pytest.fixture(scope="module")
def trained(origin: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """That project after `make train`."""
    project = tmp_path_factory.mktemp("trained") / "project"
    shutil.copytree(origin, project, symlinks=True)
    with watched(project) as containers:
        succeed(project, "train", QUIET)
    (project / "networks.json").write_text(
        json.dumps([c.attributes["HostConfig"]["NetworkMode"] for c in containers])
    )
    return project


@pytest.fixture
def project(trained: Path, tmp_path: Path) -> Path:
    """A copy of the trained project."""
    copy = tmp_path / "one"
    shutil.copytree(trained, copy, symlinks=True)
    return copy


def content(project: Path) -> dict[str, bytes]:
    """Return what a user has: configuration and sources."""
    files = [file for name in ("conf", "data/source") for file in (project / name).rglob("*")]
    return {str(file): file.read_bytes() for file in files if file.is_file()}


def refused(project: Path, *arguments: str, env: dict[str, str] | None = None) -> str:
    """Run make, and return the one sentence that it refused with, having changed nothing."""
    before = content(project)
    done = make(project, *arguments, env=env)
    assert done.code == 2, done.out + done.err
    assert "Traceback" not in done.out + done.err
    assert content(project) == before
    return done.sentence


def test_an_address_is_answered_and_one_line_says_when_it_is_read(
    answer: Answer, origin: Path, served: Web, tmp_path: Path
) -> None:
    done = answer(tmp_path, data_source=f"{served.url}/t.csv", target="kind")
    assert "is fetched, and its columns are read, at the first make data" in done.stdout
    assert f'source: "{served.url}/t.csv"\n' in (origin / "conf/data.yaml").read_text()


def test_only_the_container_that_fetches_has_network(trained: Path) -> None:
    assert json.loads((trained / "networks.json").read_text()) == ["bridge", "none"]
    assert (trained / "data/source/t.csv").read_text() == TABLE
    assert "source: data/source/t.csv\n" in (trained / "conf/data.yaml").read_text()
    assert len(list((trained / "runs").iterdir())) == 1


def test_the_profile_page_is_written_and_its_gist_printed(project: Path) -> None:
    out = succeed(project, "profile")
    assert "120 rows, 4 columns; what goes with kind" in out
    assert "all of it: reports/profile.html" in out
    page = (project / "reports" / "profile.html").read_text()
    assert "What goes with kind" in page
    assert "<script" not in page


def test_git_keeps_where_the_table_came_from_and_not_the_table(project: Path) -> None:
    listed = git(project, "ls-files", "--others", "--exclude-standard", "data/source")
    assert listed.split() == ["data/source/t.csv.dvc"]


def test_a_newer_version_is_fetched_and_the_older_stays(project: Path, served: Web) -> None:
    def raw() -> str:
        lock = yaml.safe_load((project / "dvc.lock").read_text())
        return str(lock["stages"]["ingest"]["outs"][0]["md5"])

    assert "unchanged: data/source/t.csv" in succeed(project, "import")
    before = raw()
    (served.folder / "t.csv").write_text(CHANGED)
    try:
        out = succeed(project, "import")
    finally:
        (served.folder / "t.csv").write_text(TABLE)
    assert md5(CHANGED.encode()) in out
    assert md5(TABLE.encode()) in out
    succeed(project, "data")
    assert raw() != before
    for checksum in (before, md5(TABLE.encode())):
        kept = project / ".dvc/cache/files/md5" / checksum[:2] / checksum[2:]
        assert md5(kept.read_bytes()) == checksum


def test_two_imports_at_once_leave_one_whole_table(project: Path, served: Web) -> None:
    names = {file.name for file in (project / "data/source").iterdir()}
    (served.folder / "t.csv").write_text(CHANGED)
    try:
        started = [
            subprocess.Popen(
                ["make", "import"], cwd=project, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
            )
            for _ in range(2)
        ]
        said = [process.communicate(timeout=120)[0].decode() for process in started]
    finally:
        (served.folder / "t.csv").write_text(TABLE)
    assert [process.returncode for process in started] == [0, 0], said
    assert (project / "data/source/t.csv").read_text() == CHANGED
    named = yaml.safe_load((project / "data/source/t.csv.dvc").read_text())
    assert named["outs"][0]["md5"] == md5(CHANGED.encode())
    # Whoever came second may have found the news of the first.
    assert sum(md5(TABLE.encode()) in text for text in said) >= 1
    succeed(project, "data")
    assert {file.name for file in (project / "data/source").iterdir()} == names


def test_a_clone_gets_the_same_bytes_from_the_address_or_the_remote(
    project: Path, tmp_path: Path
) -> None:
    (tmp_path / "store").mkdir()
    succeed(project, "remote", "URL=../store")
    succeed(project, "push")
    commit(project)
    for verb in ("import", "pull"):
        other = tmp_path / verb
        git(project, "clone", "--quiet", str(project), str(other))
        if verb == "import":
            told = refused(other, "data")
            assert "make pull" in told
            assert "make import" in told
        succeed(other, verb)
        assert (other / "data/source/t.csv").read_text() == TABLE
        assert git(other, "status", "--porcelain") == ""


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("nowhere.csv", ["there is no such file there"]),
        ("page.csv", ["web page in place of a table"]),
        ("", ["ends in no table's name"]),
    ],
)
def test_an_address_without_a_table_is_refused(
    project: Path, served: Web, name: str, words: list[str]
) -> None:
    said = refused(project, "import", f"URL={served.url}/{name}")
    for word in words:
        assert word in said


def test_a_server_that_is_gone_stops_an_import_and_nothing_else(
    project: Path, tmp_path: Path
) -> None:
    with web(tmp_path) as server:
        url = f"{server.url}/t.csv"
    start = monotonic()
    assert "can't be reached" in refused(project, "import", f"URL={url}")
    assert monotonic() - start < 20
    # Reserved for documents: packets to it are lost without an answer.
    start = monotonic()
    assert "192.0.2.1" in refused(project, "import", "URL=http://192.0.2.1/t.csv")
    assert monotonic() - start < 25
    succeed(project, "data")


def certificate(host: str, folder: Path) -> Path:
    """Make a key and a certificate that vouches for itself alone."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "nobody")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))]), False
        )
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = serialization.NoEncryption()
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
    (folder / "server.pem").write_bytes(private + made.public_bytes(pem))
    (folder / "ca.pem").write_bytes(made.public_bytes(pem))
    return folder / "server.pem"


def test_a_certificate_must_be_trusted(project: Path, served: Web, tmp_path: Path) -> None:
    host = gateway()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(host, tmp_path))
    handler = partial(SimpleHTTPRequestHandler, directory=str(served.folder))
    with ThreadingHTTPServer((host, 0), handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"https://{host}:{server.server_address[1]}/t.csv"
        said = refused(project, "import", f"URL={url}", env={"CA_BUNDLE": "", "SSL_CERT_FILE": ""})
        assert "is not trusted: set CA_BUNDLE=<file>" in said
        out = succeed(project, "import", f"URL={url}", env={"CA_BUNDLE": str(tmp_path / "ca.pem")})
        assert f"came from {url}" in out or "unchanged" in out
        server.shutdown()


def test_a_table_comes_over_ssh(project: Path, tmp_path: Path) -> None:
    (tmp_path / "build").mkdir()
    with servers.sshd(tmp_path / "build") as server:
        (tmp_path / "build" / "u.csv").write_text(CHANGED)
        server.run("cp /shared/u.csv /home/data/u.csv")
        env = {"NETWORK": "host", "HOME": str(server.home(tmp_path / "home"))}
        assert "no such file" in refused(
            project, "import", f"URL={server.url('/home/data/no.csv')}", env=env
        )
        succeed(project, "import", f"URL={server.url('/home/data/u.csv')}", env=env)
        assert (project / "data/source/u.csv").read_text() == CHANGED
        assert "unchanged" in succeed(project, "import", env=env)
        other = {**env, "HOME": str(server.home(tmp_path / "x", key="/etc/ssh/other"))}
        assert "does not let you in" in refused(project, "import", env=other)


def test_a_table_comes_from_s3_as_a_file_or_a_folder_of_parts(
    project: Path, tmp_path: Path
) -> None:
    table = pacsv.read_csv(pa.BufferReader(TABLE.encode()))
    pq.write_table(table, tmp_path / "t.parquet")
    with servers.s3() as bucket:
        put = partial(bucket.client.put_object, Bucket="data")
        put(Key="in/u.csv", Body=CHANGED.encode())
        for part in range(2):
            pq.write_table(table.slice(part * 60, 60), tmp_path / "part.parquet")
            put(Key=f"in/all.parquet/{part}.parquet", Body=(tmp_path / "part.parquet").read_bytes())
        reader, forger = bucket.env("reader"), bucket.env("forger")
        assert "you may not read there" in refused(
            project, "import", "URL=s3://data/in/u.csv", env=forger
        )
        assert "no such file" in refused(project, "import", "URL=s3://data/in/no.csv", env=reader)
        succeed(project, "import", "URL=s3://data/in/u.csv", env=reader)
        assert (project / "data/source/u.csv").read_text() == CHANGED
        assert "unchanged" in succeed(project, "import", env=reader)
        succeed(project, "import", "URL=s3://data/in/all.parquet", env=reader)
    assert len(list((project / "data/source/all.parquet").iterdir())) == 2
    succeed(project, "data")
    assert pq.read_metadata(project / "data/raw/table.parquet").num_rows == 120


def write(kind: str, folder: Path) -> Path:
    """Write the same table in another format."""
    table = pacsv.read_csv(pa.BufferReader(TABLE.encode()))
    match kind:
        case "semicolons, gzip":
            path = folder / "t.csv.gz"
            path.write_bytes(gzip.compress(TABLE.replace(",", ";").encode()))
        case "tabs, zstd":
            path = folder / "t.tsv.zst"
            text = TABLE.replace(",", "\t").encode()
            path.write_bytes(pa.compress(text, codec="zstd", asbytes=True))
        case "Parquet":
            path = folder / "t.parquet"
            pq.write_table(table, path)
        case _:
            path = folder / "parts"
            path.mkdir()
            for part in range(3):
                pq.write_table(table.slice(part * 40, 40), path / f"{part}.parquet")
    return path


@pytest.mark.parametrize("kind", ["semicolons, gzip", "tabs, zstd", "Parquet", "Parquet parts"])
def test_every_format_trains_the_same_model(
    render: Render, trained: Path, tmp_path: Path, kind: str
) -> None:
    project = render(tmp_path / "out", data_source=str(write(kind, tmp_path)), target="kind")
    succeed(project, "train", QUIET)

    def fingerprint(folder: Path) -> str:
        (manifest,) = (folder / "runs").glob("*/manifest.json")
        return str(json.loads(manifest.read_text())["outputs"]["fingerprint"])

    assert fingerprint(project) == fingerprint(trained)
