# shellcheck shell=bash
# What every part of the lab uses: where things live, how it speaks, and which process is which.

# shellcheck disable=SC2034  # read by the other parts
lab_all_suites=(bullseye bookworm trixie forky)
lab_cache=${LVB_LAB_CACHE:-/var/cache/lvb-lab}
lab_running=${LVB_LAB_RUN:-/run/lvb-lab}

say() { echo "lab: $*" >&2; }

# The exit code of a failure that has been explained.
explained=9

die() {
    say "$*"
    exit "$explained"
}

# 'set -e' ends a script without a word; where that was not foreseen, say at least where.
trap '[ $? -eq "$explained" ] || say "unexpected failure in ${BASH_SOURCE[0]##*/} line $LINENO: $BASH_COMMAND"' ERR

need_root() {
    [ "$(id -u)" = 0 ] || die "'$1' needs root: namespaces and chroots are made; run it with sudo"
}

# A number that changes when this process id is used again: pid:start time in clock ticks.
process_identity() {
    local stat
    # 'read' and not $(<file): where the file is gone, the latter ends the whole shell under 'set -e'.
    { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 1
    # The name in parentheses may hold spaces, so fields are counted after the last ')'.
    # shellcheck disable=SC2086
    set -- "$1" ${stat##*) }
    # A zombie has ended, whether or not its parent has asked.
    [ "$2" != Z ] || return 1
    echo "$1:${21}"
}

is_alive() { [ -n "$1" ] && [ "$(process_identity "${1%%:*}" || true)" = "$1" ]; }

# Runs a command until it succeeds, at most the given number of seconds.
wait_until() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@"; do
        [ "$SECONDS" -lt "$deadline" ] || return 1
        sleep 0.05
    done
}

# The registry of running labs is changed by one process at a time: test runs start and stop labs side by side.
with_registry_lock() {
    mkdir -p "$lab_running"
    (
        flock 9
        "$@"
    ) 9>"$lab_running/.lock"
}

# Only one process builds a cached thing; the others wait for it and find it built.
with_cache_lock() {
    local name=$1
    shift
    mkdir -p "$lab_cache" || die "cannot make $lab_cache; set LVB_LAB_CACHE to a directory that root can write"
    (
        flock 9
        "$@"
    ) 9>"$lab_cache/.lock-$name"
}

# KVM counts only when the processor can run any guest: a /dev/kvm without vmx or svm (absent, broken or
# paravirtual KVM) makes libvirt probe QEMU again and again, and guests hang.
kvm_works() {
    [ -c /dev/kvm ] && grep -qwE 'vmx|svm' /proc/cpuinfo && (: <>/dev/kvm) 2>/dev/null
}
