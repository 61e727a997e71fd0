#!/bin/sh
# Builds the site of docs/ into .cache/site, without network; fails at a broken link.
#   tools/docs.sh [options of mkdocs build]   needs .venv
set -eu
cd "$(dirname "$0")/.."
tools/docs-env.sh
exec .cache/docs-env/bin/mkdocs --quiet build --strict "$@"
