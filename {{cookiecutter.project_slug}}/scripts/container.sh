#!/bin/sh
# Runs one command of the project inside its container, building the image when it is not there.
#   scripts/container.sh python -m project.train seed=7
#   scripts/container.sh --image            builds the image if need be, and prints its name
# From the environment:
#   ENGINE      docker or podman, with options if need be; the first that answers when not given
#   BASE_IMAGE  the image to build on; remembered in .base-image until another is given
#   TARGET      runtime (default), or dev for tests and lints
#   NETWORK     none (default), or bridge for a command that needs the network
#   CA_BUNDLE   certificates to trust while building and when online; default SSL_CERT_FILE
set -eu

target=${TARGET:-runtime}
network=${NETWORK:-none}
ca=${CA_BUNDLE:-${SSL_CERT_FILE:-}}
# The one fixed place of the project: DVC and Weights & Biases remember absolute paths.
mount=/project

fail() {
    printf 'error: %s\n' "$1" >&2
    exit 2
}

# Sets `engine` to the first command that reaches a running engine, and `facts` to what it says.
find_engine() {
    if [ -n "${ENGINE:-}" ]; then set -- "$ENGINE"; else set -- docker /usr/bin/docker podman; fi
    for engine in "$@"; do
        command -v "${engine%% *}" >/dev/null 2>&1 || continue
        # Not quoted: ENGINE may hold options. A hung daemon must not hang us where timeout exists.
        # shellcheck disable=SC2086
        if facts=$(${limit} $engine info 2>&1) && can_build; then return; fi
        case $facts in *"ermission denied"*) denied=$engine ;; esac
        case $facts in *"no BuildKit"*) old=$engine ;; esac
    done
    [ -z "${denied:-}" ] || fail "you may not use the socket of $denied: add yourself to the group docker and log in again, or use rootless Docker or ENGINE=podman"
    [ -z "${old:-}" ] || fail "$old has no BuildKit, so it can't build the image: install its buildx plugin, or set ENGINE to another engine"
    fail "no container engine answers${ENGINE:+ as ENGINE=$ENGINE}: install Docker or Podman and start it, then run this command again"
}

# Docker's client from 23 on builds with a plugin that is not always there; before, it was built in.
can_build() {
    case $engine in *podman*) return 0 ;; esac
    # shellcheck disable=SC2086
    case $($engine --version) in *" "1?.* | *" "20.*) return 0 ;; esac
    # shellcheck disable=SC2086
    $engine buildx version >/dev/null 2>&1 || {
        facts="no BuildKit"
        return 1
    }
}

build() {
    printf 'building the image %s on %s, once: this takes about a minute\n' "$image" "$base" >&2
    set -- build --target "$target" --tag "$image" --build-arg "BASE_IMAGE=$base"
    if [ -n "$ca" ]; then set -- "$@" --secret "id=ca,src=$ca"; fi
    # On a terminal the engine draws its progress; elsewhere its log matters only if it fails.
    log=$(mktemp)
    # shellcheck disable=SC2086
    if [ -t 2 ]; then
        DOCKER_BUILDKIT=1 $engine "$@" . >&2 && built=yes
    else
        if DOCKER_BUILDKIT=1 $engine "$@" . >"$log" 2>&1; then built=yes; else cat "$log" >&2; fi
    fi
    rm -f "$log"
    [ "${built:-}" = yes ] || fail "the image could not be built, as told above: if it is the base that can't be pulled, give another with BASE_IMAGE=<name>; behind a proxy with its own certificates, set CA_BUNDLE=<file>"
}

cd "$(dirname "$0")/.."
if [ -n "${BASE_IMAGE:-}" ]; then
    base=$BASE_IMAGE
    [ "$(cat .base-image 2>/dev/null)" = "$base" ] || echo "$base" >.base-image
else
    base=$(cat .base-image 2>/dev/null || echo python:3.13-slim-trixie)
fi
if command -v timeout >/dev/null 2>&1; then limit="timeout 10"; else limit=""; fi
find_engine
[ -z "$ca" ] || [ -r "$ca" ] || fail "the certificates $ca can't be read: correct CA_BUNDLE or SSL_CERT_FILE"

# The name follows from all that goes in, so an image is built once and never out of date.
locks="requirements/build.lock requirements/runtime.lock"
[ "$target" = runtime ] || locks="$locks requirements/dev.lock"
# shellcheck disable=SC2086
tag=$({ printf '%s\n' "$base" "$target" && cat Dockerfile $locks; } | git hash-object --stdin)
image=ml-project:$(printf %.12s "$tag")
# shellcheck disable=SC2086
id=$($engine images --quiet --no-trunc "$image")
if [ -z "$id" ] || [ "${1:-}" = --image ]; then
    [ -n "$id" ] || build
    # shellcheck disable=SC2086
    id=$($engine images --quiet --no-trunc "$image")
fi
if [ "${1:-}" = --image ]; then
    echo "$image"
    exit 0
fi

# Files belong to the caller; a root who works in somebody's folder makes files of that owner.
user=$(id -u):$(id -g)
if [ "$user" = 0:0 ]; then
    # shellcheck disable=SC2012
    user=$(ls -nd . | awk '{print $3 ":" $4}')
fi
case $engine in
*podman*)
    case $facts in *"rootless: true"*) set -- --userns keep-id "$image" "$@" ;; *) set -- "$image" "$@" ;; esac
    ;;
*)
    # A rootless Docker maps its caller to root inside.
    case $facts in *rootless*) user=0:0 ;; esac
    set -- "$image" "$@"
    ;;
esac

case " $* " in *" tracking=online "*) network=bridge ;; esac
if [ "$network" != none ]; then
    [ ! -f .env ] || set -- --env-file .env "$@"
    for name in WANDB_API_KEY WANDB_BASE_URL; do
        if [ -n "$(printenv "$name")" ]; then set -- --env "$name" "$@"; fi
    done
    if [ -n "$ca" ]; then
        set -- --mount "type=bind,source=$ca,target=/run/ca.pem,readonly" \
            --env SSL_CERT_FILE=/run/ca.pem --env REQUESTS_CA_BUNDLE=/run/ca.pem "$@"
    fi
fi
if [ -t 0 ]; then set -- --interactive "$@"; fi
if [ -t 1 ]; then set -- --tty "$@"; fi

GIT_COMMIT=$(git rev-parse --verify --quiet HEAD 2>/dev/null || true)
case $(git status --porcelain 2>/dev/null | head -n 1) in "") GIT_DIRTY=false ;; *) GIT_DIRTY=true ;; esac
IMAGE_ID=$id BASE_IMAGE=$base
export GIT_COMMIT GIT_DIRTY IMAGE_ID BASE_IMAGE

# shellcheck disable=SC2086
exec $engine run --rm --init --user "$user" \
    --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges \
    --network "$network" --pids-limit 4096 \
    --mount "type=bind,\"source=$(pwd)\",target=$mount" \
    --env GIT_COMMIT --env GIT_DIRTY --env IMAGE_ID --env BASE_IMAGE \
    "$@"
