#!/usr/bin/env bash
# A guest that boots straight from the repository beside the same guest on a local qcow2 image: from the command's begin
# until the guest's agent answers, and until the guest has read all files of its disk besides. Medians of ROUNDS taken in
# turns, in one run on one machine. Prints the table of docs/performance.md. As root.
#   eng/build.sh && tests/Benchmarks/boot.sh
set -Eeuo pipefail
cd "$(dirname "$0")/../.."
rounds=${ROUNDS:-7}
suite=${SUITE:-bookworm}
# Unix sockets are made below it, so it is short.
work=${LVB_BENCH_DIR:-/var/tmp/lvb-boot}
lvbackup=$PWD/artifacts/bin/lvbackup

[ "$(id -u)" = 0 ] || { echo "a libvirtd of its own is started: run it as root" >&2; exit 1; }
[ -x "$lvbackup" ] || { echo "build first: eng/build.sh" >&2; exit 1; }
[ ! -e "$work" ] || { echo "'$work' exists, from a run that was killed: eng/lab.sh stop $work" >&2; exit 1; }

# The median of the numbers on standard input; of an even count the lower one of the two in the middle.
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

seconds() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.3f\n", b - a }'; }

wait_for_agent() {
    until virsh -q -c "$uri" qemu-agent-command "$1" '{"execute":"guest-ping"}' --timeout 5 >/dev/null 2>&1; do
        sleep 0.05
    done
}

# run CASE DOMAIN COMMAND...   starts the domain by the command, and notes both times.
run() {
    local case=$1 domain=$2 begin up
    shift 2
    sync
    begin=$EPOCHREALTIME
    "$@" >/dev/null
    wait_for_agent "$domain"
    up=$EPOCHREALTIME
    bash eng/lab.sh vm-run "$work" "$domain" \
        'mkdir -p /mnt && mount -t ext4 -o ro /dev/vda /mnt && cat /mnt/[0-9]* >/dev/null' >/dev/null
    seconds "$begin" "$EPOCHREALTIME" >>"$work/$case.read"
    seconds "$begin" "$up" >>"$work/$case.up"
}

row() {
    awk -v t="$1" -v a="$(median <"$work/ours.$2")" -v b="$(median <"$work/local.$2")" -v most="${3:-}" 'BEGIN {
        met = most == "" ? "" : a / b <= most ? "met" : "MISSED"
        printf "| %s | %.2f s | %.2f s | %.2f | %s | %s |\n", t, a, b, a / b, most == "" ? "" : "<= " most, met }'
}

trap '[ ! -e "$work/.lab" ] || bash eng/lab.sh stop "$work"' EXIT
uri=$(LVB_LAB_OWNER=$$ bash eng/lab.sh start "$suite" "$work")
export LVBACKUP_REPO=$work/repo LVBACKUP_STATE=$work/state LIBVIRT_DEFAULT_URI=$uri
bash eng/lab.sh vm-start "$work" origin 256M >/dev/null
bash eng/lab.sh vm-run "$work" origin 'mke2fs -q -t ext4 /dev/vda && mkdir -p /mnt && mount -t ext4 /dev/vda /mnt \
    && for i in $(seq 64); do head -c 1048576 /dev/urandom >/mnt/$i || exit 1; done; umount /mnt' >/dev/null
"$lvbackup" -q init >/dev/null
point=$("$lvbackup" -q backup origin)
virsh -q destroy origin
"$lvbackup" -q restore "$point" --to "$work/local" --define --name local >/dev/null
for ((round = 1; round <= rounds; round++)); do
    echo "bench: round $round of $rounds" >&2
    run local local virsh -q start local
    virsh -q destroy local
    run ours ours "$lvbackup" -q boot "$point" --name ours --to "$work/ours.disks"
    "$lvbackup" -q boot --name ours --discard >/dev/null
done
virsh -q undefine local --checkpoints-metadata
echo "| from the command's begin until | \`lvbackup boot\` | restored qcow2, \`virsh start\` | ratio | must be | |"
echo "|---|---|---|---|---|---|"
row "the guest's agent answers" up 1.5
row "and 64 MiB of files are read" read
