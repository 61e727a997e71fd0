# Shell functions that the tools share; read by them with `. tools/lib.sh` from the repo's root.
# shellcheck shell=sh

# Messages go to stderr: some tools print a name on stdout for others to read.
say() { printf '%s\n' "$*" >&2; }

fail() {
    say "error: $*"
    exit 2
}

as_root() {
    need_root
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# Called by itself before `as_root` where what that says goes into a log.
need_root() {
    [ "$(id -u)" = 0 ] || command -v sudo >/dev/null 2>&1 ||
        fail "this needs root: run it again as root, or install sudo"
}

# Renders a project with the default answers into the folder $1, from a copy without what git ignores:
# caches of a checkout that is worked in must not reach a project. A file that git lists but that is
# deleted here is passed over.
render() {
    copy=$(mktemp -d)
    git ls-files -z --cached --others --exclude-standard -- cookiecutter.json hooks '{{cookiecutter.project_slug}}' |
        tar --null --files-from - --ignore-failed-read --create --file - | tar --extract --file - --directory "$copy"
    code=0
    .venv/bin/cookiecutter --no-input --default-config --output-dir "$1" "$copy" || code=$?
    rm -rf "$copy"
    return "$code"
}

is_debian() { [ -e /etc/debian_version ] && command -v apt-get >/dev/null 2>&1; }

# Installs the Debian packages $@; a name that ends in ? is left out where this release has no such package.
apt_install() {
    need_root
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
