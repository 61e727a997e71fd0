#!/bin/sh
# Prints a command that opens .devcontainer/ as an editor does, installed into .cache/devcontainer from
# requirements/devcontainer/package-lock.json; returns at once when it is there.
#   tools/devcontainer.sh
# Needs node 20 or later with npm; on Debian and Ubuntu both are installed where missing. npm's own settings hold.
set -eu
cd "$(dirname "$0")/.."
. tools/lib.sh

env=.cache/devcontainer
command=$PWD/$env/node_modules/.bin/devcontainer
stamp=$(cksum <requirements/devcontainer/package-lock.json)
if [ "$(cat $env/.stamp 2>/dev/null)" = "$stamp" ]; then
    echo "$command"
    exit
fi

if is_debian && ! command -v npm >/dev/null 2>&1; then apt_install nodejs npm; fi
found=$(command -v npm && node --print 'parseInt(process.versions.node) >= 20' 2>/dev/null) || found=''
case $found in *true) ;; *) fail "node 20 or later with npm is needed and not found: install both, then run this command again" ;; esac
say "making $env from requirements/devcontainer/package-lock.json"
mkdir -p "$env"
cp requirements/devcontainer/*.json "$env"
npm ci --prefix "$env" --ignore-scripts --no-audit --no-fund --silent >&2 ||
    fail "the devcontainer command could not be installed, as told above: see that npm reaches its registry, then run this command again"
printf '%s\n' "$stamp" >"$env/.stamp"
echo "$command"
