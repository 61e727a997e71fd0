# shellcheck shell=sh disable=SC2034,SC2154
# Gives a container what the DVC remote needs, or the address that a source is imported from: its
# folder, or the network and the user's keys.
# Sourced by scripts/container.sh where REMOTE is set; puts options before the positional parameters.

case $REMOTE in
"import "*://*) url=${REMOTE#import } ;;
"import "?*) url="" ;; # told by the program
import*)
    source=$(sed -n "s/^source:[ ]*[\"']\{0,1\}\([^\"' ]*\).*/\1/p" conf/data.yaml)
    case $source in
    *://*) url=$source ;;
    *) url=$(sed -n "s/^ *path: *[\"']\{0,1\}\([a-z0-9]*:[^\"']*\).*/\1/p" "$source.dvc" 2>/dev/null || true) ;;
    esac
    ;;
*)
    # As DVC reads it: .dvc/config.local, which git ignores, comes last and wins.
    url=$(cat .dvc/config .dvc/config.local 2>/dev/null | awk '
        /^[ \t]*\[/ { section = $0; gsub(/[]["\047 \t]/, "", section) }
        match($0, /^[ \t]*(remote|url)[ \t]*=[ \t]*/) {
            value = substr($0, RLENGTH + 1)
            sub(/[ \t\r]+$/, "", value)
            if (section == "core") name = value; else url[section] = value
        }
        END { print url["remote" name] }')
    ;;
esac

case $url in
ssh://*)
    network=${NETWORK:-bridge}
    # What lets `ssh` in on this machine: its configuration, known hosts and keys, the agent, the name.
    if [ -d "${HOME:-}/.ssh" ]; then
        set -- --mount "type=bind,\"source=$HOME/.ssh\",target=/tmp/.ssh,readonly" "$@"
    fi
    # Sockets of macOS don't reach the engine's virtual machine.
    if [ -S "${SSH_AUTH_SOCK:-}" ] && [ "$(uname)" = Linux ]; then
        set -- --mount "type=bind,\"source=$SSH_AUTH_SOCK\",target=/run/agent" --env SSH_AUTH_SOCK=/run/agent "$@"
    fi
    login=$(id -un 2>/dev/null || echo app)
    set -- --env "USER=$login" --env "LOGNAME=$login" "$@"
    ;;
s3://*)
    network=${NETWORK:-bridge}
    if [ -d "${HOME:-}/.aws" ]; then
        set -- --mount "type=bind,\"source=$HOME/.aws\",target=/tmp/.aws,readonly" "$@"
    fi
    for name in AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_PROFILE AWS_REGION \
        AWS_DEFAULT_REGION AWS_ENDPOINT_URL; do
        if [ -n "$(printenv "$name")" ]; then set -- --env "$name" "$@"; fi
    done
    ;;
http://* | https://*)
    # To a remote over HTTP nothing can be sent: told by the program.
    case $REMOTE in import*) network=${NETWORK:-bridge} ;; esac
    ;;
"" | *://*) ;; # told by the program
*)
    case $url in /*) folder=$url ;; *) folder=.dvc/$url ;; esac
    [ -d "$folder" ] || [ "$REMOTE" = maybe ] || fail "the remote of .dvc/config, ${url#../}, is no folder of this machine: mount its disk, make it with mkdir -p, or name another with make remote URL=<folder>"
    if [ -d "$folder" ]; then
        set -- --mount "type=bind,\"source=$(cd "$folder" && pwd)\",target=/remote" --env REMOTE_FOLDER=/remote "$@"
    fi
    ;;
esac
