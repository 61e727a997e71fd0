#!/bin/sh
# Measures what a bare Debian takes from `git clone` to a trained model, and writes docs/bare.json.
#   tools/with-engine.sh tools/bare.sh
# The machine is a container with apt and nothing else, which may do what an engine of its own takes:
# not --privileged, which some machines can't grant. It clones the last commit of this repository, and types `make demo`.
# SSL_CERT_FILE is handed in for networks behind a proxy.
set -eu
cd "$(dirname "$0")/.."
. tools/lib.sh

bare=localhost/bare-debian:trixie
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# Not quoted, here and below: ENGINE may hold options.
# shellcheck disable=SC2086
if ! $ENGINE image inspect "$bare" >/dev/null 2>&1; then
    say "making $bare"
    command -v mmdebstrap >/dev/null 2>&1 || apt_install mmdebstrap debian-archive-keyring mount
    mmdebstrap --quiet --variant=apt --include=mount trixie "$scratch/bare.tar" </dev/null
    # shellcheck disable=SC2086
    $ENGINE import "$scratch/bare.tar" "$bare" >/dev/null
fi

ca=${SSL_CERT_FILE:-}
# In single quotes, since the shell of the bare machine fills it in.
# shellcheck disable=SC2016
set -- "$bare" sh -c '
    for folder in /sys/fs/cgroup /sys/fs/cgroup/*/; do mount -o remount,bind,rw "$folder" 2>/dev/null; done
    now() { date +%s.%N; }
    first=$(now)
    { apt-get -qq update && apt-get -qq install -y --no-install-recommends git make; } >/dev/null 2>&1
    tools=$(now)
    git -c safe.directory=/repository/.git clone --quiet file:///repository project && cd project
    clone=$(now)
    make demo >&2 && echo "$first $tools $clone $(now)"'
if [ -n "$ca" ]; then
    for name in SSL_CERT_FILE PIP_CERT REQUESTS_CA_BUNDLE CA_BUNDLE; do set -- --env "$name=/ca.pem" "$@"; done
    set -- --mount "type=bind,source=$ca,target=/ca.pem,readonly" "$@"
fi
# A worktree keeps its objects elsewhere; a clone of it is whole.
git clone --quiet --bare . "$scratch/repository/.git"
# shellcheck disable=SC2086
times=$($ENGINE run --rm --volume /var/lib/docker --cap-add SYS_ADMIN --cap-add NET_ADMIN --cap-add SYS_PTRACE \
    --security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined \
    --mount "type=bind,source=$scratch/repository,target=/repository,readonly" "$@" | tail -n 1)
[ -n "$times" ] || fail "the bare machine did not come to its end, as told above"
TIMES=$times .venv/bin/python - <<'END'
import json
import os
import time
from pathlib import Path

first, tools, clone, last = map(float, os.environ["TIMES"].split())
found = {
    "system": "Debian 13 with apt alone",
    "cores": os.cpu_count(),
    "load": round(os.getloadavg()[1], 1),  # of all that ran here; twice the cores is too much
    "date": time.strftime("%Y-%m-%d"),
    "seconds": {
        "git and make by apt-get": round(tools - first, 1),
        "git clone": round(clone - tools, 1),
        "make demo: Python, engine, base image, project, image, training": round(last - clone, 1),
        "all": round(last - first, 1),
    },
}
Path("docs/bare.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
print(json.dumps(found["seconds"], indent=2))
END
