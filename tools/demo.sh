#!/bin/sh
# Renders the template with its default answers into demo/, where it isn't yet, and trains there.
#   tools/with-engine.sh tools/demo.sh
# Reads the template as git sees it; writes demo/. ARGS reaches the project's `make train`.
set -eu
cd "$(dirname "$0")/.."
. tools/lib.sh

if [ ! -e demo/.rendered ]; then
    rm -rf demo
    render demo
    # Written last, so that what a broken call left is made anew.
    touch demo/.rendered
fi
set -- demo/*/Makefile
project=${1%/Makefile}
# The caller's make leaves flags for its children; this is a project of its own.
unset MAKEFLAGS MFLAGS MAKELEVEL
make -C "$project" --no-print-directory train
say "
to look at the project: cd $project && make help"
