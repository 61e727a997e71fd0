#!/bin/sh
# Prints the name of an image to build on: the public Python image, or the same made from Debian's packages.
#   tools/base-image.sh   needs an engine that answers (tools/engine.sh start)
# From the environment:
#   ENGINE       the engine's command; default: what `tools/engine.sh name` says
#   BASE_IMAGE   an image of your own; it is printed as it is
set -eu
cd "$(dirname "$0")/.."
. tools/lib.sh

public=python:3.13-slim-trixie
built=localhost/python:3.13-debian-trixie

there() {
    # Not quoted, here and below: ENGINE may hold options.
    # shellcheck disable=SC2086
    $engine image inspect "$1" >/dev/null 2>&1
}

# Where there is no network this fails within a second; a slow network gets a minute.
pull() {
    say "pulling $public"
    # shellcheck disable=SC2086
    $limit $engine pull --quiet "$public" >/dev/null 2>&1 </dev/null
}

# Writes the root file system of Debian 13 with its Python as a tar to stdout; $1 is mmdebstrap's mode,
# the rest a command to run it by. Equal packages make equal bits: one date for every file, and one
# way to write bytecode, which else follows the caller's environment.
bootstrap() {
    mode=$1
    shift
    # In single quotes, since mmdebstrap's shell fills in the $1 of the hook.
    # shellcheck disable=SC2016
    "$@" env SOURCE_DATE_EPOCH=1767225600 PYTHONDONTWRITEBYTECODE=1 TMPDIR="$folder" \
        mmdebstrap --mode="$mode" --quiet --variant=apt --include=python3,python3-venv,ca-certificates,tzdata,libstdc++6 \
        --aptopt='APT::Install-Recommends "false"' \
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
        --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
        --customize-hook='cd "$1" && rm -rf etc/resolv.conf etc/hostname var/log/* var/cache/ldconfig/aux-cache' \
        trixie - </dev/null
}

build() {
    is_debian || fail "the base image $public can't be pulled and only Debian and Ubuntu can build one: connect to its registry, or set BASE_IMAGE to an image with Python 3.13 that you have"
    say "$public can't be pulled, so an equivalent, $built, is built from Debian's packages, once: this takes about half a minute"
    if ! command -v mmdebstrap >/dev/null 2>&1 || [ ! -e /usr/share/keyrings/debian-archive-keyring.gpg ]; then
        apt_install mmdebstrap debian-archive-keyring mount uidmap
    fi
    folder=$(mktemp -d)
    # One file system: were a mount of the new root left, nothing beyond it is touched.
    trap 'rm -rf --one-file-system "$folder"' EXIT
    trap 'exit 1' HUP INT TERM
    # mmdebstrap works in there too, in another user's name when it has no root.
    chmod 755 "$folder"
    tar=$folder/base.tar
    if [ "$(id -u)" = 0 ]; then
        bootstrap root >"$tar" 2>"$folder/log" || no_base
    # Without root it takes user namespaces, which some systems forbid.
    elif ! bootstrap unshare >"$tar" 2>"$folder/log"; then
        need_root
        bootstrap root as_root >"$tar" 2>"$folder/log" || no_base
    fi
    sum=$(sha256sum "$tar")
    # The image's id holds the time of its import; this label names what is in it.
    # shellcheck disable=SC2086
    $engine import -c 'ENV LANG=C.UTF-8' -c 'CMD ["python3"]' -c "LABEL base.rootfs.sha256=${sum%% *}" \
        "$tar" "$built" >/dev/null || fail "$engine could not take in the base image, as told above: most often its disk is full, so free some space there, for example by \`$engine system prune\`"
}

no_base() {
    tail -n 20 "$folder/log" >&2
    fail "the base image could not be built from Debian's packages, as told above: see that they can be reached, or set BASE_IMAGE to an image with Python 3.13 that you have"
}

if command -v timeout >/dev/null 2>&1; then limit="timeout 60"; else limit=""; fi
if [ -n "${BASE_IMAGE:-}" ]; then
    echo "$BASE_IMAGE"
    exit
fi
engine=${ENGINE:-$(tools/engine.sh name)}
if there "$public"; then
    echo "$public"
elif there "$built"; then
    echo "$built"
elif pull; then
    echo "$public"
else
    build
    echo "$built"
fi
