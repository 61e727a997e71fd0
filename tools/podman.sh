#!/bin/sh
# Installs Podman, which the tests take in place of Docker. Returns at once when it is there.
#   tools/podman.sh
set -eu
cd "$(dirname "$0")/.."
. tools/lib.sh

if command -v podman >/dev/null 2>&1; then exit 0; fi
is_debian || fail "the tests run a project by Podman, too: install it, then run this command again"
# What Podman starts by, and its network, are only recommended by its package.
apt_install podman catatonit netavark
