#!/usr/bin/env bash
# The main job on a small real VM, from nothing: makes a tiny virtual machine through libvirt's embedded driver, backs it up
# twice while it runs and writes, restores both points, and compares every byte with copies taken while nothing wrote.
set -euo pipefail
cd "$(dirname "$0")/.."

# shellcheck source=eng/packages.sh
. eng/packages.sh
need_dotnet
need_packages virsh:libvirt-clients qemu-img:qemu-utils qemu-nbd:qemu-utils mmdebstrap:mmdebstrap \
    "$(library libnbd.so.0):libnbd0" "$(library libzstd.so.1):libzstd1"
[ "$(id -u)" = 0 ] || { echo "the demo starts a virtual machine without a daemon: run it as root" >&2; exit 1; }

bold='' plain=''
[ ! -t 1 ] || [ -n "${NO_COLOR:-}" ] || { bold=$'\033[1m' plain=$'\033[0m'; }
say() { printf '\n%s== %s%s\n' "$bold" "$*" "$plain"; }
lab() { bash eng/lab.sh "$@"; }
lvbackup() { lab embed "$root" "$PWD/artifacts/bin/lvbackup" "$@"; }

say "Building lvbackup"
bash eng/build.sh

root=$(mktemp -d /tmp/lvb-demo-XXXX)
trap 'lab embed-stop "$root" >/dev/null 2>&1 || true; rm -rf "$root"' EXIT
export LIBVIRT_DEFAULT_URI="qemu:///embed?root=$root" LVBACKUP_REPO="$root/repo" LVBACKUP_STATE="$root/state"

say "Starting a tiny VM with two disks"
lab guest >/dev/null
lab vm-start "$root" demo 256M 64M
# Nothing may write between a copy and the backup that is compared with it: ext4 would initialise its tables later.
lab vm-run "$root" demo 'mke2fs -q -t ext4 -E lazy_itable_init=0,lazy_journal_init=0 /dev/vda'
lab vm-run "$root" demo 'mkdir -p /mnt/a && mount -o noatime /dev/vda /mnt/a'
lab vm-run "$root" demo 'dd if=/dev/urandom of=/mnt/a/file bs=1M count=24 2>/dev/null; echo first >/mnt/a/note; sync'
lab vm-run "$root" demo 'dd if=/dev/urandom of=/dev/vdb bs=1M count=8 conv=fsync 2>/dev/null'

say "First backup"
lvbackup init
lab vm-copy "$root" demo "$root/truth1"
lvbackup backup demo

say "The guest changes a note, deletes a file and trims, discards and overwrites blocks"
lab vm-run "$root" demo 'echo second >/mnt/a/note; rm /mnt/a/file; sync; fstrim /mnt/a'
lab vm-run "$root" demo 'blkdiscard -o 1M -l 2M /dev/vdb; dd if=/dev/urandom of=/dev/vdb bs=64k seek=80 count=1 conv=fsync 2>/dev/null'

say "Second backup: incremental"
lab vm-copy "$root" demo "$root/truth2"
lvbackup backup demo
lvbackup list demo

say "Restoring both points"
number=0
for point in $(lvbackup list demo --json | grep -o '"point": *"[^"]*"' | cut -d'"' -f4); do
    number=$((number + 1))
    lvbackup restore "$point" --to "$root/restored$number"
    for disk in vda vdb; do
        qemu-img compare -q -f raw -F qcow2 "$root/truth$number/$disk.raw" "$root/restored$number/$disk.qcow2"
        qemu-img check -q "$root/restored$number/$disk.qcow2"
    done
    echo "point $number, $point: vda and vdb are byte-identical to the copies taken at that moment"
done
[ "$number" = 2 ] || { echo "expected 2 points, found $number" >&2; exit 1; }

say "Proved: a full and an incremental backup of a running, writing, trimming guest restore to exactly its bytes"
