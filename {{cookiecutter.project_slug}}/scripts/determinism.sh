#!/bin/sh
# Trains every model under variations that must not matter, each in a fresh copy of the project below
# .cache, and compares: 0 no difference, 1 a difference, 2 it can't be said.
#   MODELS="forest" ONLY="again cores" scripts/determinism.sh     default: all
#   PODMAN      how to start Podman, with options if need be
# What is varied inside of a container is in src/project/variations.py; what is outside, here.
set -eu
cd "$(dirname "$0")/.."
project=$(pwd)
plan=$(./scripts/container.sh python -m project.determinism plan "${MODELS:-}" "${ONLY:-}" </dev/null)
mkdir -p .cache
work=$(mktemp -d "$project/.cache/determinism.XXXXXX")
other=54321:54321

remove() {
    # What another user made only that user can delete.
    [ ! -d "$work/uid/src" ] ||
        (cd "$work/uid" && RUN_AS=$other ./scripts/container.sh find runs data .dvc -mindepth 1 -delete) 2>/dev/null || true
    rm -rf "$work"
}
trap remove EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

copy() {
    mkdir -p "$1/data" "$1/.dvc"
    cp -R conf src scripts requirements Dockerfile .dockerignore dvc.yaml "$1"
    cp -R data/sample "$1/data"
    cp .dvc/config "$1/.dvc"
    # DVC wants a repository; its own, so that nothing of this one is looked at.
    git init --quiet "$1"
    [ ! -f .base-image ] || cp .base-image "$1"
}

# Trains in the folder $1 of `work`, and takes the result out of it.
train() {
    (
        cd "$work/$1"
        ./scripts/container.sh python -m project.determinism train "$name" "${MODELS:-}" </dev/null
    ) && mv "$work/$1/$name.json" "$work"
}

unavailable() {
    printf '{"unavailable": "%s"}\n' "$1" >"$work/$name.json"
}

in_new_image() {
    # A remark makes another name of it, so that the image in use stays.
    echo "# built anew for make determinism: $(date)" >>"$work/image/Dockerfile"
    new=$(cd "$work/image" && ./scripts/container.sh --image --no-cache) || {
        unavailable "the image can't be built now"
        return
    }
    train image
    ./scripts/container.sh --engine rmi "$new" >/dev/null
}

in_podman() {
    engine=${PODMAN:-podman}
    if ! command -v "${engine%% *}" >/dev/null; then
        unavailable "${engine%% *} is not installed"
    elif ! ENGINE=$engine ./scripts/container.sh --engine info >/dev/null 2>&1; then
        unavailable "$engine does not answer"
    else
        base=${BASE_IMAGE:-$(cat .base-image 2>/dev/null || true)}
        # A base that was made here is in no registry.
        if [ -n "$base" ] && ! ENGINE=$engine ./scripts/container.sh --engine image inspect "$base" >/dev/null 2>&1; then
            ./scripts/container.sh --engine save "$base" 2>/dev/null |
                ENGINE=$engine ./scripts/container.sh --engine load >/dev/null 2>&1 || true
        fi
        (export ENGINE="$engine" && train podman) || unavailable "Podman can't build or run the image"
    fi
}

emulated() {
    emulator=$(command -v qemu-x86_64-static) || {
        unavailable "qemu-x86_64-static is not installed"
        return
    }
    cp "$emulator" "$work/emulated/qemu"
    train emulated
}

# shellcheck disable=SC2086
set -- $plan
total=$#
number=0
for name in $plan; do
    number=$((number + 1))
    start=$(date +%s)
    case $name in
    again) folder=reference ;;
    folder) folder="another folder, with: signs é" ;;
    *) folder=$name ;;
    esac
    [ -d "$work/$folder" ] || copy "$work/$folder"
    case $name in
    uid) (chmod -R a+rwX "$work/uid" && export RUN_AS=$other && train uid) ;;
    image) in_new_image ;;
    podman) in_podman ;;
    emulated) emulated ;;
    *) train "$folder" ;;
    esac
    printf '%s/%s %s: %s s\n' "$number" "$total" "$name" "$(($(date +%s) - start))" >&2
done
./scripts/container.sh python -m project.determinism table ".cache/${work##*/}" </dev/null
