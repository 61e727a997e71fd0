#!/bin/sh
# Renders a project, runs its determinism matrix and keeps the table as docs/determinism.md.
#   tools/determinism.sh   run by tools/with-engine.sh, which sets ENGINE and BASE_IMAGE; needs .venv
set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' HUP TERM

# As tools/demo.sh does: without what git ignores.
mkdir "$work/template"
git ls-files -z --cached --others --exclude-standard -- cookiecutter.json hooks '{{cookiecutter.project_slug}}' |
    tar --null --files-from - --ignore-failed-read --create --file - | tar --extract --file - --directory "$work/template"
.venv/bin/cookiecutter --no-input --default-config --output-dir "$work" "$work/template"
# Every model that is shipped, those of extras included.
printf "%s\n" xgboost lightgbm >>"$work/my-ml-project/requirements/extras.txt"
unset MAKEFLAGS MFLAGS MAKELEVEL
code=0
make -C "$work/my-ml-project" --no-print-directory determinism || code=$?
cp "$work/my-ml-project/reports/determinism.md" docs/determinism.md
exit $code
