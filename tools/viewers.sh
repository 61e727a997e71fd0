#!/bin/sh
# Installs what the tests look with: a browser for pages, tmux for the terminal.
# Returns at once when both are there.
#   tools/viewers.sh
set -eu
cd "$(dirname "$0")/.."
. tools/lib.sh

browser=''
for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null 2>&1; then browser=$name; fi
done
if [ -n "$browser" ] && command -v tmux >/dev/null 2>&1; then exit 0; fi
is_debian || fail "the tests look with Chromium (or Chrome) and tmux: install them, then run this command again"
# Without a font a page has no text to lay out.
[ -n "$browser" ] || apt_install chromium fonts-dejavu-core
command -v tmux >/dev/null 2>&1 || apt_install tmux
