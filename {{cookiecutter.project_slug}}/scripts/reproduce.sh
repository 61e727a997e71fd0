#!/bin/sh
# Repeats runs from what they recorded, and compares: 0 identical, 1 different, 2 can't be repeated.
#   scripts/reproduce.sh <run id>|latest|all
# Each is repeated in a git worktree of its commit below .cache, by that commit's own scripts, with
# this project mounted read-only; so nothing that is yours can change.
set -u
cd "$(dirname "$0")/.." || exit
project=$(pwd)
wanted=${1:-latest}
tree=''
worst=0

fail() {
    printf 'error: %s\n' "$1" >&2
    return 2
}

remove() {
    [ -n "$tree" ] || return 0
    git worktree remove --force "$tree" 2>/dev/null
    rm -rf "$tree"
    rmdir .cache 2>/dev/null
    tree=''
}

# Makes a worktree of the run's commit, with what was not committed; an empty one stands for none.
restore() {
    if [ "$2" = - ]; then
        commit=$(GIT_AUTHOR_NAME=- GIT_AUTHOR_EMAIL=- GIT_AUTHOR_DATE=2000-01-01T00:00:00Z \
            GIT_COMMITTER_NAME=- GIT_COMMITTER_EMAIL=- GIT_COMMITTER_DATE=2000-01-01T00:00:00Z \
            git commit-tree -m 'Before the first commit' "$(git hash-object -t tree -w /dev/null)")
    else
        commit=$2
        git cat-file -e "$commit^{commit}" 2>/dev/null || {
            fail "run $1 was made from commit $(printf %.12s "$commit"), which this repository does not have: bring it back with git fetch (--unshallow in a shallow clone), or work in the clone that made it"
            return
        }
    fi
    mkdir -p .cache && tree=$(mktemp -d "$project/.cache/reproduce.XXXXXX") || return 2
    # Nobody's hooks, and no advice.
    said=$(git -c core.hooksPath=/dev/null worktree add --quiet --detach "$tree" "$commit" 2>&1) || {
        fail "commit $(printf %.12s "$commit") of run $1 can't be checked out: $(echo "$said" | tail -n 1)"
        return
    }
    patch=$project/runs/$1/code.patch
    # One that only names what was left out has nothing to apply.
    if [ -f "$patch" ] && grep -q '^diff --git' "$patch"; then
        said=$(cd "$tree" && git apply --whitespace=nowarn "$patch" 2>&1) || {
            fail "runs/$1/code.patch does not apply to commit $(printf %.12s "$commit"): $(echo "$said" | head -n 1)"
            return
        }
    fi
}

# The arguments are a line of the plan: run id, commit or -, base image or -, is the data here.
repeat() {
    if [ "$4" != yes ]; then
        REMOTE=yes ./scripts/container.sh python -m project.reproduce fetch "$1" || return
    fi
    restore "$1" "$2" || return
    base=${BASE_IMAGE:-$3}
    [ "$base" != - ] || base=''
    (
        cd "$tree/$(git rev-parse --show-prefix)" &&
            RECORDED=$project BASE_IMAGE=$base ./scripts/container.sh \
                python -m project.reproduce repeat "$1" "$wanted" </dev/null
    )
}

trap remove EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

git rev-parse --git-dir >/dev/null 2>&1 || {
    fail "this folder is not in a git repository (or git does not trust its owner), so the code of old runs is not here: work in the clone that made them"
    exit
}
plan=$(./scripts/container.sh python -m project.reproduce plan "$wanted" </dev/null) || exit
IFS='
'
for line in $plan; do
    IFS=' '
    # Split on purpose: no field has a blank in it.
    # shellcheck disable=SC2086
    case $line in
    error:*) printf '%s\n' "$line" >&2 && code=2 ;;
    *) repeat $line && code=0 || code=$? ;;
    esac
    remove
    case $code in
    0) ;;
    1) worst=1 ;;
    2) [ $worst = 1 ] || worst=2 ;;
    *) exit "$code" ;;
    esac
done
exit $worst
