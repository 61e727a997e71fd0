#!/bin/sh
# Runs one command of the project inside its container, building the image when it is not there.
#   scripts/container.sh python -m project.train seed=7
#   scripts/container.sh --image            builds the image if need be, and prints its name
#   scripts/container.sh --engine info      hands a command to the engine that was found
#   scripts/container.sh --image --no-cache builds it in any case, and anew from the first step
#   scripts/container.sh --network          prints the network of the project's own cluster
# From the environment:
#   ENGINE      docker or podman, with options if need be; the first that answers when not given
#   BASE_IMAGE  the image to build on; remembered in .base-image until another is given
#   TARGET      runtime (default), dev for tests and lints, sbom, or release: stages of the Dockerfile
#   RELEASE     the folder that scripts/release.sh laid out, for TARGET=release
#   RUN_AS      uid:gid to run as; default whose the folder is
#   NETWORK     none (default), or bridge for a command that needs the network; compute=dask takes
#               that of `make cluster`, which has no way out
#   GPUS        all, or what the engine's --gpus takes: devices of the machine to hand in
#   REMOTE      import <address> for the one that fetches the source, or
#               yes for a command that needs the DVC remote, maybe for one that may: scripts/remote.sh
#   RECORDED    a project whose runs and data are to be read beside this one: scripts/reproduce.sh
#   CA_BUNDLE   certificates to trust while building and when online; default SSL_CERT_FILE
set -eu

command="${1:-} ${2:-} ${3:-}"
target=${TARGET:-runtime}
network=${NETWORK:-none}
ca=${CA_BUNDLE:-${SSL_CERT_FILE:-}}
# The one fixed place of the project: DVC and Weights & Biases remember absolute paths.
mount=/project
# Where the image says what it was built on; a name of the Open Container Initiative.
label=org.opencontainers.image.base.digest

# Each folder has a cluster of its own; scripts/cluster.sh starts it.
cluster_name() {
    (cd "$(dirname "$0")/.." && printf 'ml-cluster-%s' "$(pwd | cksum | cut -d ' ' -f 1)")
}
if [ "${1:-}" = --network ]; then
    cluster_name
    echo
    exit 0
fi

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

# Docker's client from 23 on builds with a plugin that is not always there; before, it was built in,
# and before 18 there was none.
can_build() {
    case $engine in *podman*) return 0 ;; esac
    # shellcheck disable=SC2086
    case $($engine --version) in
    *" "1[0-7].*) ;;
    *" "1[89].* | *" "20.*) return 0 ;;
    *)
        # shellcheck disable=SC2086
        if $engine buildx version >/dev/null 2>&1; then return; fi
        ;;
    esac
    facts="no BuildKit"
    return 1
}

build() {
    printf 'building the image %s on %s, once: this takes about a minute\n' "$image" "$base" >&2
    # On a terminal the engine draws its progress; elsewhere its log matters only if it fails.
    log=$(mktemp)
    # Pulled first, so that what is built on can be recorded; if it can't be had the build will tell.
    # shellcheck disable=SC2086
    $engine image inspect "$base" >/dev/null 2>&1 || $engine pull "$base" >"$log" 2>&1 || true
    set -- build ${no_cache:+--no-cache} --file Dockerfile --target "$target" --tag "$image" \
        --build-arg "BASE_IMAGE=$base" --build-arg "EXTRAS=$extras" --label "$label=$(base_digest)"
    if [ -n "$ca" ]; then set -- "$@" --secret "id=ca,src=$ca"; fi # pragma: allowlist secret
    # shellcheck disable=SC2086
    if [ -t 2 ]; then
        DOCKER_BUILDKIT=1 $engine "$@" "$context" >&2 && built=yes
    else
        if DOCKER_BUILDKIT=1 $engine "$@" "$context" >"$log" 2>&1; then built=yes; else cat "$log" >&2; fi
    fi
    if grep -q 'no space left on device' "$log"; then full=yes; else full=''; fi
    rm -f "$log"
    # shellcheck disable=SC2086
    [ "${built:-}" = yes ] || ${limit} $engine info >/dev/null 2>&1 || fail "the engine $engine stopped while it built the image: when \`$engine info\` answers, run the command again"
    [ "${built:-}" = yes ] || [ -z "$full" ] || fail "the image could not be built, since the disk is full where $engine keeps its images: free some space there, for example by \`$engine system prune\`, and run this again"
    [ "${built:-}" = yes ] || fail "the image could not be built, as told above: if it is the base that can't be pulled, give another with BASE_IMAGE=<name>; behind a proxy with its own certificates, set CA_BUNDLE=<file>"
}

# What a pulled base is known by is its digest; one that was made here has only its layers.
base_digest() {
    # shellcheck disable=SC2086
    $engine image inspect --format \
        '{{if .RepoDigests}}{{index .RepoDigests 0}}{{else}}{{range .RootFS.Layers}}{{.}} {{end}}{{end}}' \
        "$base" 2>/dev/null | sed 's/^.*@//; s/ *$//' || true
}

# Sets `id` and `base_digest` of the image; they are empty when it is not there.
find_image() {
    # shellcheck disable=SC2086
    found=$($engine image inspect --format "{{.Id}} {{index .Config.Labels \"$label\"}}" "$image" 2>/dev/null) || found=' '
    id=${found%% *} base_digest=${found#* }
}

# Whether the engine that made the container is gone: it answers no more, or is a new one, which knows
# of nothing that ever happened to it. Podman is no server that could be.
engine_lost() {
    [ -n "$scratch" ] && [ -s "$scratch/id" ] || return 1
    case $engine$facts in *podman* | *rootless:\ [tf]*) return 1 ;; esac
    # shellcheck disable=SC2086
    ${limit} $engine info >/dev/null 2>&1 || return 0
    # Until a second from now: times are whole seconds to it.
    # shellcheck disable=SC2086
    known=$(${limit} $engine events --since 24h --until=-1s --filter "container=$(cat "$scratch/id")" 2>/dev/null) &&
        [ -z "$known" ]
}

cd "$(dirname "$0")/.."
if [ -n "${BASE_IMAGE:-}" ]; then
    base=$BASE_IMAGE
else
    base=$(cat .base-image 2>/dev/null || echo python:3.13-slim-trixie)
fi
if command -v timeout >/dev/null 2>&1; then limit="timeout 10"; else limit=""; fi
find_engine
if [ "${1:-}" = --engine ]; then
    shift
    # shellcheck disable=SC2086
    exec $engine "$@"
fi
command -v git >/dev/null 2>&1 || fail "git is needed and not found: install it, then run this command again"
[ -z "$ca" ] || [ -r "$ca" ] || fail "the certificates $ca can't be read: correct CA_BUNDLE or SSL_CERT_FILE"

# The name follows from all that goes in, so an image is built once and never out of date.
extras=$(sed 's/#.*//' requirements/extras.txt | xargs)
locks="requirements/build.lock requirements/runtime.lock"
for name in $extras; do
    [ -f "requirements/extras/$name.lock" ] || {
        known=$(for file in requirements/extras/*.lock; do basename "$file" .lock; done | xargs)
        fail "requirements/extras.txt names '$name', and there is no requirements/extras/$name.lock: the extras are $known"
    }
    locks="$locks requirements/extras/$name.lock"
done
case $target in runtime | release) ;; *) locks="$locks requirements/$target.lock" ;; esac
# shellcheck disable=SC2086
tag=$({ printf '%s\n' "$base" "$target" && cat Dockerfile $locks; } | git hash-object --stdin)
image=ml-project:$(printf %.12s "$tag") context=. no_cache=''
find_image
# A release is known by its run, and built each time: from what is there already, where it is the same.
if [ "$target" = release ]; then
    context=${RELEASE:-} id=''
    image=ml-release:$(cat "$context/name" 2>/dev/null) || fail "no release is laid out: use make release RUN=<id>"
fi
case "${1:-} ${2:-}" in
"--image --no-cache") no_cache=yes ;;
"--image "?*) fail "make image takes no '$2': it knows ARGS=--no-cache, which builds the image anew" ;;
esac
if [ -z "$id" ] || [ -n "$no_cache" ]; then
    build
    find_image
fi
# Only now, since a name that can't be built on is not worth remembering.
[ -z "${BASE_IMAGE:-}" ] || [ "$(cat .base-image 2>/dev/null)" = "$base" ] || echo "$base" >.base-image
if [ "${1:-}" = --image ]; then
    echo "$image"
    exit 0
fi

# A source that is still an address is fetched first, by a container of its own: what reads the
# data then has no network.
case "${REMOTE:-} $*" in
import* | *project.data.remote*) ;;
*"python -m project."*)
    if grep -q '^source:[^#]*://' conf/data.yaml; then
        REMOTE=import scripts/container.sh python -m project.data.source "" >&2 </dev/null || exit
    fi
    ;;
esac

# shellcheck source=/dev/null
. scripts/limits.sh

# Files belong to the caller; a root who works in somebody's folder makes files of that owner.
user=$(id -u):$(id -g)
owner=''
if [ "$user" = 0:0 ]; then
    # POSIX has no stat, and `ls -n` prints numbers.
    # shellcheck disable=SC2012
    user=$(ls -nd . | awk '{print $3 ":" $4}')
    [ "$user" = 0:0 ] || owner=$user
fi
user=${RUN_AS:-$user}
case $engine in
*podman*)
    case $facts in *"rootless: true"*) set -- --userns keep-id "$image" "$@" ;; *) set -- "$image" "$@" ;; esac
    ;;
*)
    # A rootless Docker maps its caller to root inside. "false" is said by a Podman of that name.
    case $facts in *"rootless: false"*) ;; *rootless*) user=${RUN_AS:-0:0} ;; esac
    set -- "$image" "$@"
    ;;
esac

case "$network $* " in "none "*" tracking=online "*) network=bridge ;; esac
# shellcheck source=/dev/null
[ -z "${REMOTE:-}" ] || . scripts/remote.sh
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
# An address in ARGS is another cluster's, and needs the network; else it is this project's own.
case " $* " in
*" compute.address="[!\ ]*) [ "$network" != none ] || network=bridge ;;
*" compute=dask "*)
    if [ "$network" = none ]; then
        network=$(cluster_name)
        # shellcheck disable=SC2086
        $engine network inspect "$network" >/dev/null 2>&1 || fail "compute=dask: no cluster of this project runs: start one by \`make cluster WORKERS=2\`, or name another by compute.address=tcp://<host>:8786"
    fi
    ;;
esac
if [ -n "${GPUS:-}" ]; then
    # shellcheck disable=SC2086
    case $($engine info --format '{{json .}}' 2>/dev/null) in
    *'"nvidia"'* | *nvidia.com/gpu*) set -- --gpus "$GPUS" "$@" ;;
    *) fail "GPUS=$GPUS: the engine $engine has no runtime for graphics processors: install NVIDIA's container toolkit and restart the engine, or leave GPUS out" ;;
    esac
fi
if [ -n "${RECORDED:-}" ]; then
    set -- --mount "type=bind,\"source=$RECORDED\",target=/recorded,readonly" "$@"
fi
if [ -t 0 ]; then set -- --interactive "$@"; fi
if [ -t 1 ]; then set -- --tty "$@"; fi

GIT_COMMIT=$(git rev-parse --verify --quiet HEAD 2>/dev/null || true)
case $(git status --porcelain 2>/dev/null | head -n 1) in "") GIT_DIRTY=false ;; *) GIT_DIRTY=true ;; esac
# What makes runs is started as `python -m`; what repeats one need not keep its code again, nor do
# tests.
CODE_PATCH=''
case "$GIT_DIRTY $command" in
*" project.reproduce" | *" project.compute") ;;
"true python -m "*)
    CODE_PATCH=$(./scripts/snapshot.sh "$GIT_COMMIT" "$owner" 2>/dev/null) ||
        echo "note: the code that is in no commit could not be kept, so a run made now can't be repeated" >&2
    ;;
esac
IMAGE_ID=$id BASE_IMAGE=$base BASE_IMAGE_DIGEST=$base_digest
export GIT_COMMIT GIT_DIRTY CODE_PATCH IMAGE_ID BASE_IMAGE BASE_IMAGE_DIGEST

# Swap would only hide the limit.
[ -z "$memory_bytes" ] || set -- --memory "$memory_bytes" --memory-swap "$memory_bytes" "$@"
[ -z "$cpus" ] || set -- --cpus "$cpus" "$@"
scratch=$(mktemp -d 2>/dev/null) || scratch=''
set -- run --rm --init --user "$user" ${scratch:+"--cidfile=$scratch/id"} \
    --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges \
    --network "$network" --pids-limit 4096 \
    --mount "type=bind,\"source=$(pwd)\",target=$mount" \
    --env GIT_COMMIT --env GIT_DIRTY --env CODE_PATCH --env IMAGE_ID --env BASE_IMAGE --env BASE_IMAGE_DIGEST \
    "$@"
# We stay, to tell what happened. In the background, since only `wait` lets a signal in, which goes on
# to the engine's client; that of Ctrl-C reaches both.
exec 3<&0
# shellcheck disable=SC2086
$engine "$@" <&3 3<&- &
client=$!
trap 'kill -TERM $client' TERM
trap 'kill -HUP $client' HUP
trap : INT
while
    code=0
    wait "$client" || code=$?
    kill -0 "$client" 2>/dev/null
do :; done
case $code in
125 | 137 | 143) if engine_lost; then lost=yes; fi ;;
esac
[ -z "$scratch" ] || rm -rf "$scratch"
[ -z "${lost:-}" ] || fail "the engine $engine stopped while this command ran, or was restarted: when \`$engine info\` answers, run the command again, which goes on from what is whole; what there was before is untouched"
case $code:$memory_gb$cpus in
125:?*) fail "the engine refused these limits, as told above: change compute.memory_gb=${memory_gb:-null} or compute.cpus=${cpus:-null} in conf/compute/ or ARGS; null is no limit" ;;
137:*) [ -z "$memory_gb" ] || fail "the command was killed at its limit of $memory_gb GB of memory: raise compute.memory_gb in conf/compute/ or ARGS, or take fewer compute.workers; what there was is untouched" ;;
esac
exit "$code"
