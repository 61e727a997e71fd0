#!/bin/sh
# Writes docs/checklist.md and docs/checklist-power.svg: what the debugging checklist finds.
#   tools/with-engine.sh tools/checklist.sh
set -eu
cd "$(dirname "$0")/.."
project='{{cookiecutter.project_slug}}'
text=$(cd "$project" && TARGET=dev ./scripts/container.sh python -m tests.checks.proof power.svg)
mv "$project/power.svg" docs/checklist-power.svg
{
    cat <<'TEXT'
# What the debugging checklist finds

Written by `make checklist`. Each planted mistake is looked at by the whole list, with p-values
corrected for its length; so are tables without a fault, with several seeds and two models.

![Share found, by effect and rows](checklist-power.svg)
TEXT
    printf '%s\n' "$text"
} >docs/checklist.md
