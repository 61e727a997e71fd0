#!/bin/sh
# Renders a project, runs its determinism matrix and keeps the table as docs/determinism.md.
#   tools/determinism.sh   run by tools/with-engine.sh, which sets ENGINE and BASE_IMAGE; needs .venv
set -eu
cd "$(dirname "$0")/.."
. tools/lib.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' HUP TERM

render "$work"
# Every model that is shipped, those of extras included.
printf "%s\n" xgboost lightgbm >>"$work/my-ml-project/requirements/extras.txt"
unset MAKEFLAGS MFLAGS MAKELEVEL
code=0
make -C "$work/my-ml-project" --no-print-directory determinism || code=$?
cp "$work/my-ml-project/reports/determinism.md" docs/determinism.md
exit $code
