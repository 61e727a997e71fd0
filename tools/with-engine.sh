#!/bin/sh
# Runs a command with a container engine and a base image at hand, setting up what is missing.
#   tools/with-engine.sh .venv/bin/pytest -m docker
# Gives the command ENGINE and BASE_IMAGE in its environment.
set -eu
root=$(dirname "$0")/..
"$root/tools/engine.sh" start
ENGINE=$("$root/tools/engine.sh" name)
export ENGINE
BASE_IMAGE=$("$root/tools/base-image.sh")
export BASE_IMAGE
exec "$@"
