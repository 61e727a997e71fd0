#!/bin/sh
# Builds the site of docs/ into .cache/site, without network; fails at a broken link.
#   tools/docs.sh   needs .venv
set -eu
cd "$(dirname "$0")/.."
tools/docs-env.sh
.cache/docs-env/bin/mkdocs --quiet build --strict
