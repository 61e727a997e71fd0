#!/bin/sh
# Resolves requirements/*.in anew into the hash-locked *.lock files.
#   tools/lock.sh   needs .venv
set -eu
cd "$(dirname "$0")/.."
# Resolved for every platform and from the oldest Python that the tools take; no address of an index is written.
lock() {
    .venv/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --custom-compile-command 'make lock' "$@"
}
lock --output-file requirements/dev.lock requirements/dev.in
lock --no-deps --output-file requirements/tables.lock requirements/tables.in
# In an environment of its own (tools/docs-env.sh), so that it need not agree with the tests' packages.
lock --output-file requirements/docs.lock requirements/docs.in
# Of npm's there is one package, which needs no other.
cd requirements/devcontainer
npm install --package-lock-only --save-dev --save-exact --omit-lockfile-registry-resolved --silent @devcontainers/cli@latest
