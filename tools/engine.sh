#!/bin/sh
# Makes sure that a container engine answers, and stops the one that it started.
#   tools/engine.sh start   finds an engine that answers and can build; else, on Debian and Ubuntu,
#                           installs Docker and starts its daemon
#   tools/engine.sh name    prints that engine's command, e.g. /usr/bin/docker
#   tools/engine.sh stop    stops the daemon that `start` started by hand, and no other
# From the environment:
#   ENGINE    the only command to try, with options if need be
#   ENGINES   the commands to try in turn else; default docker, /usr/bin/docker, podman
set -eu
cd "$(dirname "$0")/.."
. tools/lib.sh

# dockerd is in a folder that a user's PATH often lacks.
PATH=$PATH:/usr/sbin:/sbin
state=$PWD/.cache/engine
pidfile=$state/dockerd.pid
log=$state/dockerd.log

# Sets `engine` to the first command that reaches an engine and can build; else `denied` and
# `old` say which command may not use its socket, and which can't build.
find_engine() {
    denied='' old=''
    # shellcheck disable=SC2086
    if [ -n "${ENGINE:-}" ]; then set -- "$ENGINE"; else set -- ${ENGINES:-docker /usr/bin/docker podman}; fi
    for engine in "$@"; do
        command -v "${engine%% *}" >/dev/null 2>&1 || continue
        # Not quoted: ENGINE may hold options, and `limit` is empty where there is no timeout.
        # shellcheck disable=SC2086
        if facts=$($limit $engine info 2>&1); then
            if can_build; then return 0; fi
            old=$engine
        else
            case $facts in *"ermission denied"*) denied=$engine ;; esac
        fi
    done
    return 1
}

# Docker's client builds with a plugin that may be missing; before 23 it was built in, as in podman.
can_build() {
    # shellcheck disable=SC2086
    case $($engine --version 2>/dev/null) in *podman* | *" 20."* | *" 19."*) return 0 ;; esac
    # shellcheck disable=SC2086
    $engine buildx version >/dev/null 2>&1
}

explain() {
    [ -z "$denied" ] || fail "you may not use the socket of $denied: join its group (sudo usermod -aG docker $(id -un)) and log in again, or run this with sudo"
    [ -z "$old" ] || fail "$old has no BuildKit, so it can't build images: install its buildx plugin, or set ENGINE to another engine"
    [ -z "${ENGINE:-}" ] || fail "no engine answers as ENGINE=$ENGINE: start it, or unset ENGINE"
    [ -z "${DOCKER_HOST:-}" ] || fail "no engine answers at DOCKER_HOST=$DOCKER_HOST: start it, or unset DOCKER_HOST"
    fail "no container engine answers: install Docker with its buildx plugin, or Podman, start it, then run this command again"
}

# True while process $1 is a dockerd that runs: the number in an old file may name another by now.
is_dockerd() {
    case $(cat "/proc/$1/stat" 2>/dev/null) in "$1 (dockerd) "[!ZX]*) return 0 ;; *) return 1 ;; esac
}

any_dockerd() {
    for process in /proc/[0-9]*; do
        if is_dockerd "${process#/proc/}"; then return 0; fi
    done
    return 1
}

start() {
    if find_engine; then
        say "engine: $engine answers"
        return
    fi
    # Docker is ours to install and start only where it is the local one, on Debian, and lacking.
    case ${ENGINE:-docker} in docker | /usr/bin/docker) ;; *) explain ;; esac
    if [ -n "$denied${DOCKER_HOST:-}" ] || ! is_debian; then explain; fi
    if [ ! -x /usr/bin/docker ] || { [ -z "$old" ] && ! command -v dockerd >/dev/null; }; then
        # Later releases have the client and its build plugin in packages of their own.
        apt_install docker.io 'docker-cli?' 'docker-buildx?'
    fi
    if ! find_engine; then
        [ -z "$denied$old" ] || explain
        start_daemon
    fi
    say "engine: $engine answers"
}

start_daemon() {
    mkdir -p "$state"
    if [ -d /run/systemd/system ]; then
        say "starting Docker by systemd"
        as_root systemctl start docker || fail "systemd could not start Docker: see systemctl status docker"
    elif any_dockerd; then
        say "waiting for the dockerd that already runs"
    else
        say "starting dockerd by hand, with its log in $log"
        rm -f "$pidfile" "$log"
        # start-stop-daemon, in every Debian, gives it a session of its own and none of our open files:
        # a pipe held open by the daemon would leave whoever reads our output waiting for its end.
        as_root start-stop-daemon --start --quiet --background --output "$log" --pidfile "$pidfile" \
            --exec "$(command -v dockerd)" -- --pidfile "$pidfile" ||
            fail "dockerd could not be started, as told above: run this as root"
    fi
    tries=0
    until find_engine; do
        [ -z "$denied$old" ] || explain
        tries=$((tries + 1))
        # The first second is for the daemon to appear at all.
        if [ $tries -gt 150 ] || { [ $tries -gt 5 ] && ! any_dockerd; }; then
            if [ -e "$log" ]; then tail -n 20 "$log" >&2; fi
            fail "Docker does not answer after it was started: mend what its log says (${log}), then run this command again"
        fi
        sleep 0.2
    done
}

stop() {
    pid=$(cat "$pidfile" 2>/dev/null || true)
    if [ -z "$pid" ] || ! is_dockerd "$pid"; then
        say "engine: nothing to stop, since tools/engine.sh started none that still runs"
        return
    fi
    as_root kill "$pid"
    tries=0
    while is_dockerd "$pid"; do
        tries=$((tries + 1))
        [ $tries -le 150 ] || fail "dockerd (process $pid) did not end within 30 s: see $log"
        sleep 0.2
    done
    say "engine: stopped the dockerd that tools/engine.sh had started"
}

if command -v timeout >/dev/null 2>&1; then limit="timeout 10"; else limit=""; fi
case ${1:-} in
start) start ;;
stop) stop ;;
name) if find_engine; then echo "$engine"; else explain; fi ;;
*) fail "say what to do: tools/engine.sh start, name or stop" ;;
esac
