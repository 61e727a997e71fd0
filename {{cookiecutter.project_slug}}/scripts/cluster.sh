#!/bin/sh
# Starts or stops the cluster of compose.yaml: a scheduler and workers of Dask's on this machine.
#   scripts/cluster.sh up 2     two workers, or so many if some run already
#   scripts/cluster.sh down     stops and removes them, and their network
# From the environment: ENGINE as in scripts/container.sh; COMPOSE, a command in place of the engine's
# own `compose`; ARGS, overrides for the workers, such as compute.kernel=nehalem for their pins, or
# compute.memory_gb=4 and compute.cpus=1 for what each may use.
set -eu
cd "$(dirname "$0")/.."

fail() {
    printf 'error: %s\n' "$1" >&2
    exit 2
}

find_compose() {
    for compose in "${COMPOSE:-${ENGINE:-docker} compose}" "docker-compose" "podman-compose"; do
        # Not quoted: these are commands with arguments.
        # shellcheck disable=SC2086
        if command -v "${compose%% *}" >/dev/null 2>&1 && $compose version >/dev/null 2>&1; then return; fi
    done
    fail "there is no compose: install your engine's plugin (docker-compose-plugin, docker-compose or podman-compose)"
}

case "${1:-} ${2:-}" in
"up "*[!0-9]* | "up " | "up 0"*) fail "WORKERS is '${2:-}': give a whole number of workers, such as make cluster WORKERS=2" ;;
esac
find_compose
NETWORK=$(./scripts/container.sh --network)
IMAGE=none RUN_AS=none COMPUTE=${ARGS:-}
export IMAGE RUN_AS NETWORK COMPUTE
if [ "$1" = down ]; then
    # shellcheck disable=SC2086
    exec $compose -p "$NETWORK" down --remove-orphans
fi
sed 's/#.*//' requirements/extras.txt | grep -qw dask || fail "make cluster needs the extra 'dask': add the line dask to requirements/extras.txt and run the command again, which builds it into the image"
workers=$2
# Split on purpose: these are words.
# shellcheck disable=SC2086
set -- compute=dask ${ARGS:-}
# shellcheck source=/dev/null
. scripts/limits.sh
MEMORY=${memory_bytes:-0} CPUS=${cpus:-0}
export MEMORY CPUS
IMAGE=$(./scripts/container.sh --image)
# The project is only read. POSIX has no stat, and `ls -n` prints numbers.
# shellcheck disable=SC2012
RUN_AS=$(ls -nd . | awk '{print $3 ":" $4}')
# shellcheck disable=SC2086
$compose -p "$NETWORK" up --detach --scale "worker=$workers" || fail "the cluster could not be started, as told above${memory_gb:+ (compute.memory_gb=$memory_gb)}${cpus:+ (compute.cpus=$cpus)}: mend that and run the command again, or remove what there is of it by \`make cluster-down\`"
