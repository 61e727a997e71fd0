#!/bin/sh
# Installs a command that the tests need. Returns at once when it is there.
#   tools/package.sh <command> <packages of Debian>...
set -eu
cd "$(dirname "$0")/.."
. tools/lib.sh

if command -v "$1" >/dev/null 2>&1; then exit 0; fi
is_debian || fail "the tests need $1: install it, then run this command again"
shift
apt_install "$@"
