# shellcheck shell=bash
# A private libvirtd (the lab's container: no working /dev/kvm there that would make it probe QEMU for ever), the
# reference disk, and paused domains: nothing writes but us, and every byte is read through a live QEMU.

open_scene() {
    [ ! -e "$work" ] || fail "'$work' exists, from a run that was killed: remove it (eng/lab.sh stop $work)"
    bash eng/lab.sh prepare "$suite" >&2
    trap close_scene EXIT
    LVB_LAB_OWNER=$$ bash eng/lab.sh start "$suite" "$work" >/dev/null
    # Not the 'qemu+unix:' form of the lab: virtnbdbackup asks for a password there.
    uri="qemu:///system?socket=$work/sock/libvirt-sock"
    : >"$work/times"
    : >"$work/values"
    dotnet build tests/Benchmarks --configuration Release --nologo --verbosity quiet >&2
    make_reference_disk
    put_reference_disk
    define_domain bench "<driver name='qemu' type='qcow2' discard='unmap'/><source file='$work/bench.qcow2'/>" file
    data_mib=$((disk_mib * 3 / 4))
}

close_scene() {
    [ -z "${extents_pid:-}" ] || kill "$extents_pid" 2>/dev/null || true
    rm -rf "$cache"/bench-*.tmp
    [ ! -e "$work/.lab" ] || bash eng/lab.sh stop "$work"
}

program() { tests/Benchmarks/bin/Release/net10.0/LibvirtBackup.Benchmarks "$@"; }

make_reference_disk() {
    local image=$cache/bench-$disk_mib.qcow2
    [ ! -e "$image" ] || return 0
    say "making the reference disk of $disk_mib MiB"
    program disk "$work/reference.raw" "$disk_mib"
    qemu-img convert -f raw -O qcow2 "$work/reference.raw" "$image.tmp"
    rm "$work/reference.raw"
    mv "$image.tmp" "$image"
}

# Into the page cache too: what is measured is the tools, not the disk that the image happens to be on.
put_reference_disk() {
    cp "$cache/bench-$disk_mib.qcow2" "$work/bench.qcow2"
    sync
    cat "$work/bench.qcow2" >/dev/null
}

# define_domain NAME SOURCE TYPE   one disk, vda; started paused.
define_domain() {
    cat >"$work/$1.xml" <<TEXT
<domain type='qemu'>
  <name>$1</name>
  <memory unit='MiB'>32</memory>
  <vcpu>1</vcpu>
  <os><type arch='x86_64' machine='pc'>hvm</type></os>
  <devices>
    <disk type='$3' device='disk'>$2<target dev='vda' bus='virtio'/></disk>
    <controller type='usb' model='none'/>
    <memballoon model='none'/>
  </devices>
</domain>
TEXT
    virsh -q -c "$uri" define "$work/$1.xml" >/dev/null
    virsh -q -c "$uri" start --paused "$1" >/dev/null
}

lvbackup() { artifacts/bin/lvbackup -c "$uri" --state-dir "$work/state" --no-progress "$@"; }

# measure_ours NAME ARGUMENTS...
measure_ours() {
    local name=$1
    shift
    measure "$name" artifacts/bin/lvbackup -c "$uri" --state-dir "$work/state" --no-progress "$@"
}

# drop_checkpoints DOMAIN [PREFIX]
drop_checkpoints() {
    local name
    for name in $(virsh -q -c "$uri" checkpoint-list "$1" --name); do
        [[ $name == "${2:-}"* ]] || continue
        virsh -q -c "$uri" checkpoint-delete "$1" "$name" >/dev/null
    done
}
