#!/bin/sh
# Builds the image of one model that answers over HTTP, and prints its name.
#   scripts/release.sh <promoted, latest or a run's id> [overrides of conf/]
# From the environment, beside what scripts/container.sh takes:
#   SERVE  yes runs the image until it is stopped, at 127.0.0.1:PORT, and keeps what is predicted in
#          logs/predictions.jsonl
set -eu
cd "$(dirname "$0")/.."

RELEASE=$(./scripts/container.sh python -m project.release "$@")
export RELEASE
# What runs the image in our place, at the end, knows of no trap.
trap 'rm -rf "$RELEASE"' EXIT
image=$(TARGET=release ./scripts/container.sh --image)
rm -rf "$RELEASE"
if [ -z "${SERVE:-}" ]; then
    echo "$image"
    exit 0
fi
fail() {
    printf 'error: %s\n' "$1" >&2
    exit 2
}
# shellcheck source=/dev/null
. scripts/limits.sh
mkdir -p logs
# Only loopback reaches it. Whose the folder is owns what is written; POSIX has no stat.
# shellcheck disable=SC2012
user=$(ls -nd logs | awk '{print $3 ":" $4}')
echo "answering at http://127.0.0.1:$PORT/invocations, and keeping rows and answers in logs/predictions.jsonl" >&2
exec ./scripts/container.sh --engine run --rm --init --user "${RUN_AS:-$user}" \
    --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges --pids-limit 512 \
    ${memory_bytes:+--memory "$memory_bytes" --memory-swap "$memory_bytes"} ${cpus:+--cpus "$cpus"} \
    --publish "127.0.0.1:$PORT:8080" \
    --mount "type=bind,\"source=$(pwd)/logs\",target=/logs" --env PREDICTION_LOG=/logs/predictions.jsonl \
    "$image" serve
