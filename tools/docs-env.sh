#!/bin/sh
# Makes .cache/docs-env, which builds the site, from requirements/docs.lock; returns at once when it is there.
#   tools/docs-env.sh   needs .venv
set -eu
cd "$(dirname "$0")/.."
. tools/lib.sh

lock=requirements/docs.lock
env=.cache/docs-env
# Scripts in an environment name it by its full path, so a moved repo needs a new one.
stamp="$PWD $(cksum <"$lock")"
if [ "$(cat $env/.stamp 2>/dev/null)" = "$stamp" ]; then exit 0; fi

say "making $env from $lock"
.venv/bin/python -m venv --clear "$env"
"$env/bin/python" -m pip install -qq --disable-pip-version-check --only-binary :all: --require-hashes -r "$lock" ||
    fail "the packages of $lock could not be installed, as told above: see that pip reaches its index, then run this command again"
printf '%s\n' "$stamp" >"$env/.stamp"
