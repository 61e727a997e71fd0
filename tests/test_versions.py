"""Data versions travel: pushed from one clone, pulled into a fresh one, by folder, SSH and S3."""

import json
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from hashlib import md5
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import servers
from conftest import SMALL_TABLE
from engine import make, succeed, watched
from repository import commit, git

pytestmark = pytest.mark.docker
Render = Callable[..., Path]
TABLE = "data/source/t.csv"
# The table loses no row to validation, so that two outputs are of the same bytes, kept once.
FILES = "3 files"
OUTPUTS = ["data/raw/table.parquet", "data/validated/table.parquet", "data/split/split.parquet"]
HOST = {"NETWORK": "host"}


def clone(project: Path, into: Path) -> Path:
    """Clone what is committed, and nothing else."""
    shutil.rmtree(into, ignore_errors=True)
    git(project, "clone", "--quiet", str(project), str(into))
    return into


def content(project: Path) -> dict[str, bytes]:
    """Return the files of the data version: the source and the stages' outputs."""
    return {name: (project / name).read_bytes() for name in [TABLE, *OUTPUTS]}


def checksum(file: Path) -> str:
    """Return the name that DVC gives to a file's content."""
    return md5(file.read_bytes(), usedforsecurity=False).hexdigest()


def lose(project: Path) -> None:
    """Lose the data and DVC's cache, as a fresh clone lacks them."""
    for name in (".dvc/cache", "data/raw", "data/validated", "data/split"):
        shutil.rmtree(project / name, ignore_errors=True)
    (project / TABLE).unlink(missing_ok=True)


def refused(project: Path, verb: str, *, env: dict[str, str] | None = None) -> str:
    """Run push or pull, and return the one sentence that it refused with."""
    done = make(project, verb, env=env)
    assert done.code == 2, done.out + done.err
    assert "Traceback" not in done.out + done.err
    return done.sentence


def manifests(project: Path) -> dict[str, Any]:
    """Return the manifests of the runs, by id."""
    files = (project / "runs").glob("*/manifest.json")
    return {file.parent.name: json.loads(file.read_text()) for file in files}


@pytest.fixture(scope="module")
def origin(render: Render, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project on a table of one's own, trained and committed."""
    folder = tmp_path_factory.mktemp("versions")
    (folder / "t.csv").write_text(SMALL_TABLE)
    project = render(folder / "out", cwd=folder, data_source="t.csv", target="kind")
    succeed(project, "train", "ARGS=tracking=disabled")
    commit(project)
    return project


@pytest.fixture
def project(origin: Path, tmp_path: Path) -> Path:
    """A working copy of that project with its data."""
    copy = tmp_path / "one"
    shutil.copytree(origin, copy, symlinks=True)
    return copy


@pytest.fixture
def store(project: Path) -> Path:
    """A folder beside the project, as its remote."""
    folder = project.parent / "store"
    folder.mkdir()
    succeed(project, "remote", "URL=../store")
    return folder


@pytest.fixture(scope="module")
def ssh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.Ssh]:
    """An OpenSSH server."""
    with servers.sshd(tmp_path_factory.mktemp("sshd")) as server:
        yield server


@pytest.fixture(scope="module")
def bucket() -> Iterator[servers.Bucket]:
    """An S3 server."""
    with servers.s3() as server:
        yield server


def travel(project: Path, env: dict[str, str] | None = None) -> Path:
    """Push from a project, pull into a fresh clone, and compare all that must be the same."""
    assert f"{FILES} sent" in succeed(project, "push", env=env)
    assert "0 files sent" in succeed(project, "push", env=env)
    commit(project)
    other = clone(project, project.parent / "two")
    assert not (other / TABLE).exists()
    assert f"{FILES} fetched" in succeed(other, "pull", env=env)
    assert content(other) == content(project)
    assert git(other, "status", "--porcelain") == ""
    assert "0 files fetched" in succeed(other, "pull", env=env)
    return other


@pytest.mark.usefixtures("store")
def test_a_clone_that_pulls_from_a_folder_trains_the_same_run(project: Path) -> None:
    other = travel(project)
    succeed(other, "train", "ARGS=tracking=disabled")
    ours, theirs = manifests(project), manifests(other)
    assert list(ours) == list(theirs)
    (run,) = ours
    assert ours[run]["inputs"] == theirs[run]["inputs"]
    assert ours[run]["outputs"] == theirs[run]["outputs"]
    # A second training finds the run: the stages of the pulled version count as done.
    assert "shown again, not trained again" in succeed(other, "train", "ARGS=tracking=disabled")
    assert git(other, "status", "--porcelain") == ""


@pytest.mark.usefixtures("store")
def test_a_clone_can_change_the_types_and_run_every_stage(project: Path) -> None:
    other = travel(project)
    schema, raw = other / "conf" / "schema.yaml", (other / OUTPUTS[0]).read_bytes()
    schema.write_text(schema.read_text().replace("size: {type: integer", "size: {type: category"))
    text = re.sub(r"(size: .*?), min: .*?}", r"\1}", schema.read_text())
    schema.write_text(text)
    succeed(other, "train", "ARGS=tracking=disabled")
    assert (other / OUTPUTS[0]).read_bytes() != raw
    assert (other / TABLE).read_bytes() == (project / TABLE).read_bytes()


@pytest.mark.usefixtures("store")
def test_each_commit_gets_its_own_version_back(project: Path) -> None:
    succeed(project, "push")
    first, old = commit(project), content(project)
    with (project / TABLE).open("a") as file:
        file.write("120,3,x,a\n")
    assert f"{FILES} sent" in succeed(project, "push")
    second, new = commit(project), content(project)
    assert all(old[name] != new[name] for name in old)
    other = clone(project, project.parent / "two")
    for revision, expected in ((second, new), (first, old), (second, new)):
        git(other, "checkout", "--quiet", revision)
        succeed(other, "pull")
        assert content(other) == expected


def test_a_folder_of_parts_travels_too(project: Path, store: Path) -> None:
    parts = project / "data" / "source" / "parts"
    parts.mkdir()
    table = pq.read_table(project / OUTPUTS[0]).drop_columns(["__row_id__"])
    for name, half in (("a", table[:60]), ("b", table[60:])):
        pq.write_table(half, parts / f"{name}.parquet")
    config = project / "conf" / "data.yaml"
    config.write_text(config.read_text().replace(f"source: {TABLE}", "source: data/source/parts"))
    succeed(project, "push")
    commit(project)
    other = clone(project, project.parent / "two")
    succeed(other, "pull")
    for part in parts.iterdir():
        assert (other / "data/source/parts" / part.name).read_bytes() == part.read_bytes()
    # One part that is damaged is found, too.
    (held,) = [f for f in store.rglob("*") if f.is_file() and f.read_bytes() == part.read_bytes()]
    held.chmod(0o644)
    held.write_bytes(b"x")
    lose(other)
    shutil.rmtree(other / "data/source/parts")
    assert "lacks data/source/parts" in refused(other, "pull")


def test_a_folder_needs_no_network_and_nothing_but_itself(project: Path, store: Path) -> None:
    with watched(project) as containers:
        succeed(project, "push")
    (container,) = containers
    assert container.attributes["HostConfig"]["NetworkMode"] == "none"
    mounts = {m["Source"]: m["Destination"] for m in container.attributes["Mounts"]}
    assert mounts == {str(project): "/project", str(store): "/remote"}


@pytest.mark.usefixtures("store")
def test_the_remote_that_counts_is_the_one_that_dvc_would_take(project: Path) -> None:
    config = project / ".dvc" / "config"
    config.write_text(config.read_text() + '[remote "other"]\n    url = /nonexistent\n')
    succeed(project, "push")
    private = project / "private store"
    private.mkdir()
    local = project / ".dvc" / "config.local"
    local.write_text(f"['remote \"storage\"']\n    url = {private}\n")
    assert f"{FILES} sent to {private}" in succeed(project, "push")
    assert ".dvc/config.local" not in git(project, "status", "--porcelain")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", ["no address", "s3://bucket/path"]),
        ("~/store", ["~/store", "in full"]),
        ("gs://bucket/x", ["gs://", "not supported"]),
        ("s3://", ["s3://", "lacks a part"]),
        ("ssh://host", ["ssh://host", "lacks a part"]),
        ("ssh://me:secret@host/x", ["password", "key"]),
    ],
)
def test_an_address_that_can_not_be_is_told(origin: Path, url: str, words: list[str]) -> None:
    before = (origin / ".dvc" / "config").read_text()
    done = make(origin, "remote", f"URL={url}")
    assert done.code == 2
    assert all(word in done.sentence for word in words)
    assert "secret" not in done.sentence
    assert (origin / ".dvc" / "config").read_text() == before


def test_without_a_remote_the_way_to_name_one_is_told(origin: Path) -> None:
    for verb in ("push", "pull"):
        assert "make remote URL=" in refused(origin, verb)


def test_a_folder_that_is_not_there_is_told(project: Path, store: Path) -> None:
    store.rmdir()
    sentence = refused(project, "push")
    assert "../store" in sentence
    assert "mkdir" in sentence
    assert not store.exists()


def test_a_folder_that_may_not_be_written_is_told(project: Path, store: Path) -> None:
    os.chown(store, 4242, 4242)
    store.chmod(0o755)
    sentence = refused(project, "push")
    assert "../store: you may not write there" in sentence


def test_what_the_remote_lacks_or_holds_damaged_is_told_and_nothing_is_lost(
    project: Path, store: Path
) -> None:
    succeed(project, "push")
    commit(project)
    split = checksum(project / OUTPUTS[2])
    held = store / "files" / "md5" / split[:2] / split[2:]
    whole = held.read_bytes()
    held.chmod(0o644)
    for damaged in (True, False):
        if damaged:
            held.write_bytes(whole[:-1] + b"x")
        else:
            held.unlink(missing_ok=True)  # DVC drops a damaged file when it meets one
        other = clone(project, project.parent / "two")
        assert "../store lacks data/split/split.parquet" in refused(other, "pull")
        # One who has the data keeps it.
        before = content(project)
        succeed(project, "pull")
        assert content(project) == before
    held.parent.mkdir(exist_ok=True)
    succeed(project, "push")
    assert "fetched" in succeed(other, "pull")
    assert content(other) == content(project)


@pytest.mark.usefixtures("store")
def test_a_table_with_changes_in_no_version_is_not_overwritten(project: Path) -> None:
    succeed(project, "push")
    with (project / TABLE).open("a") as file:
        file.write("120,3,x,a\n")
    changed = (project / TABLE).read_bytes()
    sentence = refused(project, "pull")
    assert TABLE in sentence
    assert "make data" in sentence
    assert (project / TABLE).read_bytes() == changed


@pytest.mark.usefixtures("store")
def test_a_clone_without_a_version_is_told(project: Path) -> None:
    (project / "dvc.lock").unlink()
    assert "dvc.lock" in refused(project, "pull")


def test_a_version_travels_by_ssh(project: Path, ssh: servers.Ssh, tmp_path: Path) -> None:
    env = {"HOME": str(ssh.home(tmp_path / "home")), **HOST}
    succeed(project, "remote", f"URL={ssh.url('/home/data/store/travel')}")
    other = travel(project, env)
    succeed(other, "train", "ARGS=tracking=disabled")
    assert list(manifests(other)) == list(manifests(project))
    assert "files/md5" in ssh.run("find /home/data/store/travel -type f")


def test_an_alias_of_the_users_own_ssh_configuration_works(
    project: Path, ssh: servers.Ssh, tmp_path: Path
) -> None:
    home = ssh.home(tmp_path / "home")
    (home / ".ssh" / "id_ed25519").rename(home / ".ssh" / "work")
    (home / ".ssh" / "config").write_text(
        f"Host box\n  HostName 127.0.0.1\n  Port {ssh.port}\n  User data\n"
        "  IdentityFile ~/.ssh/work\n"
    )
    succeed(project, "remote", "URL=ssh://box/home/data/store/alias")
    assert f"{FILES} sent" in succeed(project, "push", env={"HOME": str(home), **HOST})


def test_a_key_with_a_passphrase_works_through_an_agent_alone(
    project: Path, ssh: servers.Ssh, tmp_path: Path
) -> None:
    home = ssh.home(tmp_path / "home", key="/etc/ssh/locked")
    env = {"HOME": str(home), **HOST}
    succeed(project, "remote", f"URL={ssh.url('/home/data/store/agent')}")
    assert "does not let you in" in refused(project, "push", env=env)
    ssh.run(
        """
        cp /etc/ssh/locked /shared/locked
        ssh-keygen -q -p -P secret -N '' -f /shared/locked
        ssh-agent -a /shared/agent
        SSH_AUTH_SOCK=/shared/agent ssh-add -q /shared/locked
        """
    )
    (mount,) = ssh.container.attrs["HostConfig"]["Binds"]
    env["SSH_AUTH_SOCK"] = mount.partition(":")[0] + "/agent"
    assert f"{FILES} sent" in succeed(project, "push", env=env)


def test_what_ssh_refuses_is_told(project: Path, ssh: servers.Ssh, tmp_path: Path) -> None:
    good = ssh.home(tmp_path / "good")
    succeed(project, "remote", f"URL={ssh.url('/home/data/store/refused')}")
    foreign = {"HOME": str(ssh.home(tmp_path / "foreign", known=False)), **HOST}
    sentence = refused(project, "push", env=foreign)
    assert "known_hosts" in sentence
    assert f"`ssh -p {ssh.port} data@127.0.0.1`" in sentence
    (tmp_path / "foreign" / ".ssh" / "known_hosts").unlink()
    assert "known_hosts" in refused(project, "push", env=foreign)
    stranger = {"HOME": str(ssh.home(tmp_path / "stranger", key="/etc/ssh/other")), **HOST}
    assert "does not let you in" in refused(project, "push", env=stranger)
    (tmp_path / "stranger" / ".ssh" / "id_ed25519").unlink()
    assert "does not let you in" in refused(project, "push", env=stranger)
    env = {"HOME": str(good), **HOST}
    assert ssh.run("find /home/data/store -name refused") == ""
    for path, words in {"/root/store": "may not write", "/store": "no such folder"}.items():
        succeed(project, "remote", f"URL={ssh.url(path)}")
        assert words in refused(project, "push", env=env)


def test_a_host_that_is_not_there_or_silent_is_given_up_soon(
    project: Path, ssh: servers.Ssh, bucket: servers.Bucket, tmp_path: Path
) -> None:
    env = {"HOME": str(ssh.home(tmp_path / "home")), **bucket.env("writer")}
    with servers.silent() as port:
        for closed in (servers.free_port(), port):
            for url in (f"ssh://127.0.0.1:{closed}/x", "s3://data/x"):
                succeed(project, "remote", f"URL={url}")
                start = time.monotonic()
                there = env | {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{closed}"}
                assert f"{url} can't be reached" in refused(project, "push", env=there)
                assert time.monotonic() - start < 25


def test_a_host_that_falls_silent_in_the_middle_is_given_up_and_gets_the_rest_later(
    project: Path, ssh: servers.Ssh, tmp_path: Path
) -> None:
    home = ssh.home(tmp_path / "home")
    with (project / TABLE).open("a") as file:
        file.writelines(row(i, i % 7) for i in range(120, 60_000))
    succeed(project, "data")
    with servers.stalling(ssh.port, after=100_000) as port:
        known = home / ".ssh" / "known_hosts"
        known.write_text(known.read_text() + known.read_text().replace(str(ssh.port), str(port)))
        env = {"HOME": str(home), **HOST}
        succeed(project, "remote", f"URL=ssh://data@127.0.0.1:{port}/home/data/store/silent")
        start = time.monotonic()
        assert "was lost on the way" in refused(project, "push", env=env)
        assert time.monotonic() - start < 60
    succeed(project, "remote", f"URL={ssh.url('/home/data/store/silent')}")
    assert " sent to " in succeed(project, "push", env=env)
    commit(project)
    other = clone(project, project.parent / "two")
    succeed(other, "pull", env=env)
    assert content(other) == content(project)


def test_a_remote_over_the_network_gets_a_network_of_its_own_by_default(project: Path) -> None:
    # In that network, the loopback is the container's.
    succeed(project, "remote", f"URL=ssh://127.0.0.1:{servers.free_port()}/x")
    with watched(project) as containers:
        assert "NETWORK=host" in refused(project, "push", env={"HOME": "/nonexistent"})
    (container,) = containers
    assert container.attributes["HostConfig"]["NetworkMode"] == "bridge"


def test_a_version_travels_by_s3_and_no_key_stays_behind(
    project: Path, bucket: servers.Bucket
) -> None:
    succeed(project, "remote", "URL=s3://data/travel")
    env = bucket.env("writer")
    secret = env.pop("AWS_SECRET_ACCESS_KEY")
    (project / ".env").write_text(f"AWS_SECRET_ACCESS_KEY={secret}\n")
    assert f"{FILES} sent" in succeed(project, "push", env=env)
    commit(project)
    other = clone(project, project.parent / "two")
    assert f"{FILES} fetched" in succeed(other, "pull", env=bucket.env("reader"))
    assert content(other) == content(project)
    succeed(other, "train", "ARGS=tracking=disabled")
    assert list(manifests(other)) == list(manifests(project))
    keys = [value.encode() for value in bucket.keys["writer"].values()]
    for folder in (project, other):
        for file in folder.rglob("*"):
            if file.is_file() and file.name != ".env":
                assert not any(key in file.read_bytes() for key in keys), file


def test_what_s3_refuses_is_told(project: Path, bucket: servers.Bucket) -> None:
    succeed(project, "remote", "URL=s3://data/refused")
    for user, words in {
        "reader": "may not write there (AccessDenied",
        "unknown": "InvalidAccessKeyId",
        "forger": "SignatureDoesNotMatch",
    }.items():
        sentence = refused(project, "push", env=bucket.env(user))
        assert words in sentence
        assert bucket.keys[user]["AWS_SECRET_ACCESS_KEY"] not in sentence
    keyless = {"AWS_ENDPOINT_URL": bucket.endpoint, "HOME": "/nonexistent", **HOST}
    assert "AWS_ACCESS_KEY_ID" in refused(project, "push", env=keyless)
    assert "Contents" not in bucket.client.list_objects_v2(Bucket="data", Prefix="refused")
    succeed(project, "remote", "URL=s3://nobody")
    assert "no such bucket" in refused(project, "push", env=bucket.env("writer"))


def test_what_the_bucket_lacks_or_holds_damaged_is_told(
    project: Path, bucket: servers.Bucket
) -> None:
    succeed(project, "remote", "URL=s3://data/damage")
    env = bucket.env("writer")
    succeed(project, "push", env=env)
    commit(project)
    listed = bucket.client.list_objects_v2(Bucket="data", Prefix="damage")["Contents"]
    split = checksum(project / OUTPUTS[2])
    (held,) = [item for item in listed if item["Key"].endswith(f"{split[:2]}/{split[2:]}")]
    bucket.client.put_object(Bucket="data", Key=held["Key"], Body=b"x" * held["Size"])
    other = clone(project, project.parent / "two")
    assert "s3://data/damage lacks data/split/split.parquet of" in refused(other, "pull", env=env)
    for item in listed:
        bucket.client.delete_object(Bucket="data", Key=item["Key"])
    lose(other)
    assert "and 3 more of this version" in refused(other, "pull", env=env)


def row(number: int, size: int, colour: str = "x") -> str:
    """Return a row of the table."""
    return f"{number},{size},{colour},{'ab'[number * 7 % 13 % 2]}\n"


def set_key(project: Path) -> None:
    """Let the column id name a row."""
    schema = project / "conf" / "schema.yaml"
    schema.write_text(schema.read_text().replace("key: []", "key: [id]"))


def test_what_changed_since_the_commit_is_told_by_key(project: Path) -> None:
    set_key(project)
    assert "No difference: the same bytes" in succeed(project, "diff")
    table = project / TABLE
    header, *lines = table.read_text().splitlines(keepends=True)
    lines[3:5] = [row(3, 6), row(4, 5)]
    del lines[10]
    lines += [row(i, 99, "z") for i in range(120, 150)]
    table.write_text(header + "".join(reversed(lines)))
    out = succeed(project, "diff")
    assert "30 rows added, 1 removed, 2 changed; rows are named by id" in out
    assert "3: 3 → 6" in out
    assert "shifted: size, colour" in out
    page = (project / "reports" / "diff.html").read_text()
    assert "30 rows added" in page


def test_two_commits_are_compared_and_the_old_table_is_fetched(project: Path, store: Path) -> None:
    set_key(project)
    succeed(project, "push")
    commit(project)
    git(project, "tag", "v1")
    with (project / TABLE).open("a") as file:
        file.write(row(120, 3))
    succeed(project, "push")
    commit(project)
    other = clone(project, project.parent / "two")
    succeed(other, "pull")
    with watched(other) as containers:
        out = succeed(other, "diff", "OLD=v1", "NEW=HEAD")
    assert "1 row added, 0 removed, 0 changed" in out
    assert containers[0].attributes["HostConfig"]["NetworkMode"] == "none"
    assert "0 rows added, 1 removed" in succeed(other, "diff", "OLD=HEAD", "NEW=HEAD~1")
    assert git(other, "status", "--porcelain") == ""
    # Neither here nor there.
    shutil.rmtree(other / ".dvc" / "cache")
    shutil.rmtree(store)
    assert "../store" in refused_diff(other, "OLD=v1")
    (other / ".dvc" / "config").write_text("")
    assert "names no remote" in refused_diff(other, "OLD=v1")


def refused_diff(project: Path, *revisions: str) -> str:
    """Run make diff, and return the one sentence that it refused with."""
    done = make(project, "diff", *revisions)
    assert done.code == 2, done.out + done.err
    assert "Traceback" not in done.out + done.err
    return done.sentence


def test_a_revision_that_can_not_be_compared_is_told(project: Path) -> None:
    assert "no revision 'nonsense'" in refused_diff(project, "OLD=nonsense")
    git(project, "rm", "--quiet", "--cached", "dvc.lock")
    git(project, "commit", "--quiet", "--message", "x")
    assert "holds no dvc.lock" in refused_diff(project)
    shutil.rmtree(project / ".git")
    assert "not the root of a git repository" in refused_diff(project)
    git(project, "init", "--quiet")
    assert "no revision 'HEAD'" in refused_diff(project)


def test_a_table_that_breaks_a_rule_is_compared_all_the_same(project: Path) -> None:
    set_key(project)
    with (project / TABLE).open("a") as file:
        file.write(row(120, 1_000_000))
    assert make(project, "data").code == 2
    assert "1 row added" in succeed(project, "diff")
