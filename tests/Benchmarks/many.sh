#!/usr/bin/env bash
# A night of a host with many domains: `backup --all` of DOMAINS domains with two disks each, PARALLEL at the same time.
# Most are paused QEMUs, the rest is shut off; nothing writes but the script. Prints the table; with --write it also puts
# it into docs/performance.md, which says what it means. As root.
#   eng/build.sh && tests/Benchmarks/many.sh --write
#   DOMAINS=10 tests/Benchmarks/many.sh      # to try it
set -Eeuo pipefail
cd "$(dirname "$0")/../.."
domains=${DOMAINS:-100}
parallel=${PARALLEL:-8}
suite=${SUITE:-bookworm}
# Unix sockets are made below it, so it is short.
work=${LVB_BENCH_DIR:-/var/tmp/lvb-many}
shut_off=$((domains / 5))

# shellcheck source=eng/packages.sh
. eng/packages.sh
# shellcheck source=tests/Benchmarks/repository/measure.sh
. tests/Benchmarks/repository/measure.sh
# shellcheck source=tests/Benchmarks/repository/report.sh
. tests/Benchmarks/repository/report.sh

[ "$(id -u)" = 0 ] || fail "a libvirtd of its own is started: run it as root"
[ -x artifacts/bin/lvbackup ] || fail "build first: eng/build.sh"
[ ! -e "$work" ] || fail "'$work' exists, from a run that was killed: eng/lab.sh stop $work"
need_packages virsh:libvirt-clients qemu-img:qemu-utils /usr/bin/time:time

close_scene() { [ ! -e "$work/.lab" ] || bash eng/lab.sh stop "$work"; }

# The name of each domain, the running ones first.
names() { seq -f 'vm%03g' 1 "$domains"; }
running() { names | head -n $((domains - shut_off)); }

disk() { echo "<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='$work/$1.$2'/><target \
dev='$2' bus='virtio'/></disk>"; }

# Two disks of 64 MiB, with 4 MiB and 1 MiB of random bytes, which no other domain has.
make_domains() {
    local name
    say "making $domains domains"
    for name in $(names); do
        head -c 4M /dev/urandom >"$work/data.vda"
        head -c 1M /dev/urandom >"$work/data.vdb"
        for target in vda vdb; do
            truncate -s 64M "$work/data.$target"
            qemu-img convert -f raw -O qcow2 "$work/data.$target" "$work/$name.$target"
        done
        cat >"$work/domain.xml" <<TEXT
<domain type='qemu'>
  <name>$name</name>
  <memory unit='MiB'>32</memory>
  <vcpu>1</vcpu>
  <os><type arch='x86_64' machine='pc'>hvm</type></os>
  <devices>
    $(disk "$name" vda)
    $(disk "$name" vdb)
    <controller type='usb' model='none'/>
    <memballoon model='none'/>
  </devices>
</domain>
TEXT
        virsh -q -c "$uri" define "$work/domain.xml" >/dev/null
    done
    running | xargs -n 1 virsh -q -c "$uri" start --paused >/dev/null
}

# One MiB of each running domain, by QEMU.
write_a_mebibyte() {
    local name
    for name in $(running); do
        virsh -q -c "$uri" qemu-monitor-command "$name" --hmp \
            "qemu-io -d /machine/peripheral/virtio-disk0/virtio-backend \"write -P $1 8M 1M\"" >/dev/null
    done
}

# back_up CASE PARALLEL   and the most files that it and libvirtd had open meanwhile, and the daemon's threads.
back_up() {
    local watcher
    # shellcheck disable=SC2310  # it ends when it is killed
    watch "$1" & watcher=$!
    measure "$1" artifacts/bin/lvbackup -c "$uri" -r "$work/repo" --state-dir "$work/state" --no-progress --quiet \
        backup --all --parallel "$2"
    kill "$watcher"
    wait "$watcher" 2>/dev/null || true
    note_value "points-$1" "$(wc -l <"$work/out")"
    note_value "bytes-$1" "$(du -sb "$work/repo" | cut -f1)"
    note_value "files-$1" "$(find "$work/repo" -type f | wc -l)"
    note_value "open-$1" "$(sort -n "$work/open.$1" | tail -n 1)"
    note_value "daemon-open-$1" "$(sort -n "$work/daemon.$1" | tail -n 1)"
    note_value "daemon-kib-$1" "$(awk '/^VmRSS/ { print $2 }' "/proc/$daemon/status")"
}

watch() {
    local timer child
    : >"$work/open.$1"
    : >"$work/daemon.$1"
    while sleep 0.1; do
        for timer in $(pgrep -P $$ -x time || true); do
            child=$(pgrep -P "$timer" || true)
            [ -z "$child" ] || count_open "$child" >>"$work/open.$1"
        done
        count_open "$daemon" >>"$work/daemon.$1"
    done
}

count_open() { find "/proc/$1/fd" -mindepth 1 2>/dev/null | wc -l; }

value() { median "$work/values" "$1"; }

many_report() {
    cat <<TEXT
Measured $(date -u +%F) with $(artifacts/bin/lvbackup --version) on $(nproc) x $(model_name); libvirt and QEMU of $suite. $domains domains of
two disks, $shut_off of them shut off. One run.

| \`backup --all\` | seconds | per domain | must be | | points | repository grows by | in files | peak MiB | open files | libvirtd: open files | MiB |
|---|---|---|---|---|---|---|---|---|---|---|---|
TEXT
    many_row "first, all full, --parallel $parallel" first
    many_row "nothing changed, --parallel $parallel" unchanged first 1
    many_row "nothing changed, one after the other" sequential unchanged 1
    many_row "1 MiB changed in each that runs, --parallel $parallel" changed sequential
    printf '\nA listing of all %s points takes %s s.\n' "$((4 * domains))" "$(median "$work/times" list)"
}

# many_row TITLE CASE [CASE BEFORE] [MOST SECONDS PER DOMAIN]
many_row() {
    awk -v t="$1" -v s="$(median "$work/times" "$2")" -v n="$domains" -v most="${4:-}" -v points="$(value "points-$2")" \
        -v bytes="$(value "bytes-$2")" -v before="$(value "bytes-${3:-none}")" \
        -v files="$(value "files-$2")" -v had="$(value "files-${3:-none}")" -v peak="$(peak "^$2\$")" \
        -v open="$(value "open-$2")" -v daemon="$(value "daemon-open-$2")" -v kib="$(value "daemon-kib-$2")" 'BEGIN {
        met = most == "" ? "" : s / n < most ? "met" : "MISSED"
        printf "| %s | %.1f | %.3f s | %s | %s | %d | %.1f MiB | %d | %s | %s | %s | %.0f |\n", t, s, s / n,
            (most == "" ? "" : "< " most " s"), met, points, (bytes - before) / 1048576, files - had, peak, open, daemon,
            kib / 1024 }'
}

trap close_scene EXIT
bash eng/lab.sh prepare "$suite" >&2
uri=$(LVB_LAB_OWNER=$$ bash eng/lab.sh start "$suite" "$work")
: >"$work/times"
: >"$work/values"
daemon=$(bash eng/lab.sh pids "$work" | sed -n 's/^libvirtd //p')
make_domains
artifacts/bin/lvbackup init --quiet -r "$work/repo"
back_up first "$parallel"
back_up unchanged "$parallel"
back_up sequential 1
write_a_mebibyte 7
back_up changed "$parallel"
measure list artifacts/bin/lvbackup list -r "$work/repo"
many_report | tee "$work/report"
[ "${1:-}" != --write ] || write_report docs/performance.md 'many domains'
