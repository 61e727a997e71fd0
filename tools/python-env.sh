#!/bin/sh
# Makes .venv from requirements/*.lock; returns at once when it is there and no lock has changed.
#   tools/python-env.sh
# Needs a Python of 3.11 or later; on Debian and Ubuntu it is installed where missing. pip's own settings hold.
set -eu
cd "$(dirname "$0")/.."
. tools/lib.sh

lock=requirements/dev.lock
# Packages that are there for the tables in them: what they would need to be imported stays away.
tables=requirements/tables.lock
# Scripts in an environment name it by its full path, so a moved repo needs a new one.
stamp="$PWD $(cat "$lock" "$tables" | cksum)"
if [ -x .venv/bin/python ] && [ "$(cat .venv/.stamp 2>/dev/null)" = "$stamp" ]; then exit 0; fi

# Runs the command rather than looks for it: a version manager leaves names that answer with an error.
find_python() {
    for python in python3 python3.13 python3.12 python3.11; do
        if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then return 0; fi
    done
    return 1
}

if ! find_python && is_debian && ! command -v python3 >/dev/null 2>&1; then apt_install python3 python3-venv; fi
find_python || fail "Python 3.11 or later is needed and not found: install it, then run this command again"
# Debian keeps what venv needs in a package of its own, named by the version where it isn't the default.
if ! "$python" -c 'import ensurepip' 2>/dev/null && is_debian; then
    apt_install "$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"
fi

say "making .venv from $lock"
"$python" -m venv --clear .venv || fail "Python's venv module does not work, as told above: install it, then run this command again"
.venv/bin/python -m pip install -qq --disable-pip-version-check --only-binary :all: --require-hashes -r "$lock" ||
    fail "the packages of $lock could not be installed, as told above: see that pip reaches its index, then run this command again"
.venv/bin/python -m pip install -qq --disable-pip-version-check --no-deps --require-hashes -r "$tables" ||
    fail "the packages of $tables could not be installed, as told above: see that pip reaches its index, then run this command again"
printf '%s\n' "$stamp" >.venv/.stamp
