#!/bin/sh
# Keeps the code that no commit holds: writes what differs from HEAD, files that are new included, as
# one patch below .cache/patches, and prints its name. A training copies it into its run.
#   scripts/snapshot.sh <commit or ''> <user>:<group> or ''      what HEAD is; whom the patch is for
# The index is a copy: nothing in .git is touched. What is above 10 MB is named, not kept.
set -eu
base=${1:-$(git hash-object -t tree /dev/null)}
owner=$2
large=20480 # blocks of 512 bytes

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# A copy of the index knows which files are unchanged; without a first `git add` there is none.
index=$(git rev-parse --git-path index)
[ ! -f "$index" ] || cp "$index" "$scratch/index"
export GIT_INDEX_FILE="$scratch/index"
# New files become known to it by name alone, so that no object is written.
git -c core.safecrlf=false -c advice.addEmbeddedRepo=false add --intent-to-add .
git update-index -q --refresh || true # which tells of files that differ by its exit code

# Not `find .`, which would walk through runs and data that git ignores. A name may begin with a dash,
# hence the "./"; the shell's variables are not expanded here.
# shellcheck disable=SC2016
big=$(git diff-index -z --name-only --relative --line-prefix=./ --diff-filter=d "$base" |
    xargs -0 sh -c 'find "$@" -prune -type f -size +'$large' -print' sh)
set -- .
IFS='
'
for name in $big; do set -- "$@" ":(exclude,literal)${name#./}"; done

folder=.cache/patches
if [ ! -d $folder ]; then
    mkdir -p $folder
    [ -z "$owner" ] || chown "$owner" .cache $folder
fi
{
    for name in $big; do printf 'left out: %s\n' "${name#./}"; done
    git diff-index --patch --binary --full-index --no-renames --no-ext-diff --no-textconv "$base" -- "$@"
} >"$folder/.$$"
# Runs have their copies; a program that was started before today has read it.
find $folder -type f -mtime +0 -exec rm -f {} +
patch=$folder/$(git hash-object --no-filters "$folder/.$$").patch
mv "$folder/.$$" "$patch"
[ -z "$owner" ] || chown "$owner" "$patch"
echo "$patch"
