#!/bin/sh
# Prints a command that understands compose.yaml: this machine's, or that of the base image's Debian,
# unpacked once into .cache/compose.
#   ENGINE=docker BASE_IMAGE=<image> tools/compose.sh
set -eu
cd "$(dirname "$0")/.."

if ${ENGINE:-docker} compose version >/dev/null 2>&1; then
    echo "${ENGINE:-docker} compose"
    exit
fi
folder=$PWD/.cache/compose
if [ ! -x "$folder/usr/bin/docker-compose" ]; then
    mkdir -p "$folder"
    # A package of this machine's own release may be too old for the engine.
    ${ENGINE:-docker} run --rm -v "$folder:/into" "$BASE_IMAGE" sh -c \
        'apt-get update -qq && cd /tmp && apt-get download -qq -o APT::Sandbox::User=root docker-compose \
        && dpkg -x docker-compose_*.deb /into' >&2
fi
echo "$folder/usr/bin/docker-compose"
