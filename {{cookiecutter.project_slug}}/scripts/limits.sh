# shellcheck shell=sh disable=SC2034,SC2154
# What conf/compute/ lets a container use: sets `memory_gb`, the same as `memory_bytes`, and `cpus`,
# empty for no limit. Sourced with the command's words as positional parameters, since a container is
# bounded before Python can read a configuration. An override in them wins over the chosen file, and
# what that file leaves out is conf/compute/local.yaml's.

# Prints the limit whose name comes first; the command's words follow.
limit_of() {
    key=$1 group='' given=''
    shift
    for word in "$@"; do
        case $word in
        compute=*) group=${word#compute=} ;;
        compute."$key"=* | +compute."$key"=* | ++compute."$key"=*) given=${word#*=} ;;
        esac
    done
    [ -n "$group" ] || group=$(sed -n 's/^ *- *compute: *\([^ #]*\).*/\1/p' conf/config.yaml 2>/dev/null || true)
    for name in "$group" local; do
        [ -n "$given" ] || [ ! -f "conf/compute/$name.yaml" ] ||
            given=$(sed -n "s/^$key: *\([^ #]*\).*/\1/p" "conf/compute/$name.yaml")
    done
    case $given in
    null | "") ;;
    *[!0-9.]* | *.*.* | .) fail "compute.$key is '$given': give a number such as 4, or null for no limit" ;;
    *[1-9]*) echo "$given" ;;
    *) fail "compute.$key is $given: give a number above 0, or null for no limit" ;;
    esac
}

memory_gb=$(limit_of memory_gb "$@")
# In bytes, since engines differ in what they call a gigabyte.
memory_bytes=$([ -z "$memory_gb" ] || awk "BEGIN { printf \"%.0f\", $memory_gb * 1e9 }")
cpus=$(limit_of cpus "$@")
