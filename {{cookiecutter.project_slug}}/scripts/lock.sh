#!/bin/sh
# Resolves requirements/*.in into hash-locked *.lock files: `make lock` runs this in the container.
# Locks state versions and hashes only; from where a package comes is the business of each machine.
set -eu
cd requirements
# runtime comes before dev, which is constrained by it.
for name in build runtime dev; do
    uv pip compile --quiet --universal --python-version 3.13 --generate-hashes --no-emit-index-url \
        --no-header --cache-dir /tmp/uv ${UPGRADE:+--upgrade} -o "$name.lock" "$name.in"
done
git diff --stat -- . || true
