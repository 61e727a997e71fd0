"""Real servers on the loopback for data remotes: OpenSSH in a container, and S3 by moto."""

import json
import math
import os
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from threading import Thread
from typing import Any

import boto3
import docker
from docker.models.containers import Container
from moto import settings
from moto.server import ThreadedMotoServer

SSHD = """
FROM {base}
RUN apt-get update && apt-get install -y --no-install-recommends openssh-server \\
    && rm -rf /var/lib/apt/lists/* && mkdir -p /run/sshd && useradd --create-home data
"""


def free_port() -> int:
    """Return a port of the loopback that nobody listens on."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Ssh:
    """An OpenSSH server: where it listens, and a shell in it."""

    port: int
    container: Container

    def url(self, path: str) -> str:
        """Return the address of a folder of the server, for the user that may log in."""
        return f"ssh://data@127.0.0.1:{self.port}{path}"

    def run(self, script: str, user: str = "root") -> str:
        """Run a script inside; fail with what it printed."""
        code, out = self.container.exec_run(["sh", "-ec", script], user=user)
        assert isinstance(out, bytes)  # it is a stream only where one is asked for
        assert code == 0, out.decode()
        return out.decode()

    def home(self, folder: Path, *, key: str = "/etc/ssh/mine", known: bool = True) -> Path:
        """Make a home folder with a private key, and the host among those known or not."""
        ssh = folder / ".ssh"
        ssh.mkdir(parents=True, mode=0o700)
        (ssh / "id_ed25519").write_text(self.run(f"cat {key}"))
        (ssh / "id_ed25519").chmod(0o600)
        host = self.run(
            "cat /etc/ssh/ssh_host_ed25519_key.pub" if known else "cat /etc/ssh/mine.pub"
        )
        (ssh / "known_hosts").write_text(f"[127.0.0.1]:{self.port} {host}")
        return folder


@contextmanager
def sshd(build: Path) -> Iterator[Ssh]:
    """Run OpenSSH's server, built on the base image, on a free port of the loopback."""
    client = docker.from_env()
    (build / "Dockerfile").write_text(SSHD.format(base=os.environ["BASE_IMAGE"]))
    image, _ = client.images.build(path=str(build), tag="ml-template-sshd", rm=True)
    port = free_port()
    options = f"-p {port} -o ListenAddress=127.0.0.1 -o PasswordAuthentication=no"
    container = client.containers.run(
        image,
        ["sh", "-c", f"ssh-keygen -A && exec /usr/sbin/sshd -D -e {options}"],
        detach=True,
        network_mode="host",
        init=True,
        volumes={str(build): {"bind": "/shared"}},
    )
    try:
        server = Ssh(port, container)
        server.run(
            """
            for key in mine other; do ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/$key; done
            ssh-keygen -q -t ed25519 -N secret -f /etc/ssh/locked
            mkdir -p /home/data/.ssh /home/data/store
            cat /etc/ssh/mine.pub /etc/ssh/locked.pub >/home/data/.ssh/authorized_keys
            chown -R data:data /home/data
            """
        )
        server.run(f"until grep -qi ':{port:04X} ' /proc/net/tcp; do :; done")
        yield server
    finally:
        container.remove(force=True)


@dataclass
class Bucket:
    """An S3 server with the bucket `data`; users by what they may do."""

    endpoint: str
    keys: dict[str, dict[str, str]]
    client: Any

    def env(self, user: str) -> dict[str, str]:
        """Return the environment in which a user works."""
        return {"AWS_ENDPOINT_URL": self.endpoint, "NETWORK": "host", **self.keys[user]}


@contextmanager
def s3() -> Iterator[Bucket]:
    """Run moto's HTTP server, which checks signatures and policies once its users are there."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    session = boto3.Session("root", "root", region_name="us-east-1")
    endpoint = f"http://{host}:{port}"
    # Servers of one process share their users; those of an earlier one are gone with it.
    with closing(HTTPConnection(host, port)) as connection:
        connection.request("POST", "/moto-api/reset")
        assert connection.getresponse().status == 200
    iam = session.client("iam", endpoint_url=endpoint)
    keys = {}
    for user, actions in {"writer": ["s3:*"], "reader": ["s3:Get*", "s3:List*"]}.items():
        iam.create_user(UserName=user)
        made = iam.create_access_key(UserName=user)["AccessKey"]
        keys[user] = {
            "AWS_ACCESS_KEY_ID": made["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": made["SecretAccessKey"],
        }
        statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.put_user_policy(UserName=user, PolicyName="p", PolicyDocument=policy)
    keys["unknown"] = keys["writer"] | {"AWS_ACCESS_KEY_ID": "AKIAUNKNOWN"}
    keys["forger"] = keys["writer"] | {"AWS_SECRET_ACCESS_KEY": "guessed"}
    client = session.client(
        "s3",
        endpoint_url=endpoint,
        aws_access_key_id=keys["writer"]["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=keys["writer"]["AWS_SECRET_ACCESS_KEY"],
    )
    client.create_bucket(Bucket="data")
    settings.INITIAL_NO_AUTH_ACTION_COUNT = 0
    try:
        yield Bucket(endpoint, keys, client)
    finally:
        settings.INITIAL_NO_AUTH_ACTION_COUNT = float("inf")
        server.stop()


@contextmanager
def silent() -> Iterator[int]:
    """Listen on a port, and never say a word."""
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(16)
        yield int(listener.getsockname()[1])


@contextmanager
def stalling(port: int, after: int) -> Iterator[int]:
    """Pass connections on to a port, and fall silent once so many bytes have been sent there."""
    opened: list[socket.socket] = []

    def pump(source: socket.socket, target: socket.socket, left: float) -> None:
        with suppress(OSError):  # closed at the end, or by one of the two
            while left > 0 and (data := source.recv(1 << 12)):
                target.sendall(data)
                left -= len(data)

    def accept(listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                server = socket.create_connection(("127.0.0.1", port))
                opened.extend((client, server))
                Thread(target=pump, args=(client, server, after), daemon=True).start()
                Thread(target=pump, args=(server, client, math.inf), daemon=True).start()

    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        Thread(target=accept, args=(listener,), daemon=True).start()
        yield int(listener.getsockname()[1])
        for each in opened:
            each.close()
