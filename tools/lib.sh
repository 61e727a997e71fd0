# Shell functions that the tools share; read by them with `. tools/lib.sh` from the repo's root.
# shellcheck shell=sh

# Messages go to stderr: some tools print a name on stdout for others to read.
say() { printf '%s\n' "$*" >&2; }

fail() {
    say "error: $*"
    exit 2
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null 2>&1; then
        sudo "$@"
    else
        fail "this needs root: run it again as root, or install sudo"
    fi
}

is_debian() { [ -e /etc/debian_version ] && command -v apt-get >/dev/null 2>&1; }

# Installs the Debian packages $@; a name that ends in ? is left out where this release has no such package.
apt_install() {
    mkdir -p .cache
    apt_log=.cache/apt.log
    : >"$apt_log"
    # A fresh container has no package lists, and old lists name files that are gone: update only then.
    if ! apt-cache show "${1%\?}" >/dev/null 2>&1; then apt_update; fi
    for apt_package in "$@"; do
        shift
        case $apt_package in
        *\?) if apt-cache show "${apt_package%\?}" >/dev/null 2>&1; then set -- "$@" "${apt_package%\?}"; fi ;;
        *) set -- "$@" "$apt_package" ;;
        esac
    done
    say "installing by apt-get: $*"
    if apt_get install "$@" || { apt_update && apt_get install "$@"; }; then return; fi
    tail -n 20 "$apt_log" >&2
    fail "apt-get could not install $*, as told above: install it by hand, then run this command again"
}

apt_update() { apt_get update || say "apt-get could not renew its package lists; going on with the old ones"; }

apt_get() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq --yes --no-install-recommends \
        -o DPkg::Lock::Timeout=120 "$@" >>"$apt_log" 2>&1 </dev/null
}
