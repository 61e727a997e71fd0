#!/bin/sh
# Renders the template with its default answers into demo/, where it isn't yet, and trains there.
#   tools/with-engine.sh tools/demo.sh
# Reads the template as git sees it; writes demo/. ARGS reaches the project's `make train`.
set -eu
cd "$(dirname "$0")/.."
. tools/lib.sh

render() {
    copy=$(mktemp -d)
    trap 'rm -rf "$copy"' EXIT
    trap 'exit 1' HUP INT TERM
    # A copy without what git ignores: caches of a checkout that is worked in must not reach a project.
    # A file that git lists but that is deleted here is passed over.
    git ls-files -z --cached --others --exclude-standard -- cookiecutter.json hooks '{{cookiecutter.project_slug}}' |
        tar --null --files-from - --ignore-failed-read --create --file - | tar --extract --file - --directory "$copy"
    rm -rf demo
    .venv/bin/cookiecutter --no-input --default-config --output-dir demo "$copy"
    # Written last, so that what a broken call left is made anew.
    touch demo/.rendered
}

[ -e demo/.rendered ] || render
set -- demo/*/Makefile
project=${1%/Makefile}
# The caller's make leaves flags for its children; this is a project of its own.
unset MAKEFLAGS MFLAGS MAKELEVEL
make -C "$project" --no-print-directory train
say "
to look at the project: cd $project && make help"
