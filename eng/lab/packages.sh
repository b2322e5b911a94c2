# shellcheck shell=bash
# The packages that the lab's host side needs, each with the command that shows it is there.

lab_packages=(
    mmdebstrap:mmdebstrap
    virsh:libvirt-clients
    qemu-img:qemu-utils
    qemu-system-x86_64:qemu-system-x86
    nbdinfo:libnbd-bin
    nbdkit:nbdkit
    busybox:busybox-static
    setpriv:util-linux
    mount:mount
    ssh:openssh-client
    sshd:openssh-server
    setfacl:acl
)

missing_packages() {
    local row
    for row in "${lab_packages[@]}"; do
        command -v "${row%%:*}" >/dev/null || echo "${row#*:}"
    done
    # The embedded driver insists on Debian's default user for QEMU, which this package's installation makes.
    getent passwd libvirt-qemu >/dev/null && command -v libvirtd >/dev/null || echo libvirt-daemon-system
    # On Debian the driver is a package of its own; the session daemon and the embedded driver load it.
    compgen -G '/usr/lib*/*/libvirt/connection-driver/libvirt_driver_qemu.so' >/dev/null \
        || compgen -G '/usr/lib*/libvirt/connection-driver/libvirt_driver_qemu.so' >/dev/null \
        || echo libvirt-daemon-driver-qemu
}

# Set by the commands that are asked to change the machine; the others only say what is missing.
may_install=no

ensure_packages() {
    local missing
    mapfile -t missing < <(missing_packages)
    [ ${#missing[@]} -gt 0 ] || return 0
    local line="apt-get install -y --no-install-recommends ${missing[*]}"
    if [ "$may_install" = no ] || [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        die "packages are missing; run as root 'eng/lab.sh prepare' or: $line"
    fi
    mkdir -p "$lab_cache"
    say "$line"
    export DEBIAN_FRONTEND=noninteractive
    # shellcheck disable=SC2086
    $line >"$lab_cache/apt.log" 2>&1 \
        || { apt-get update && $line; } >"$lab_cache/apt.log" 2>&1 \
        || { tail -20 "$lab_cache/apt.log" >&2; die "apt-get failed, see $lab_cache/apt.log"; }
}
