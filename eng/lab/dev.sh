# shellcheck shell=bash
# A private /dev: the few nodes that QEMU and libvirt use, and /dev/kvm only when told so. Sourced by the two
# programs that make mount namespaces.

# make_private_dev TARGET [kvm]: TARGET is an empty directory; the nodes are the host's own, bound.
make_private_dev() {
    local target=$1 node
    mount -t tmpfs -o mode=755,nosuid dev "$target"
    for node in null zero full random urandom tty ${2:-}; do
        : >"$target/$node"
        mount --bind "/dev/$node" "$target/$node"
    done
    mkdir "$target/pts" "$target/shm"
    mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts "$target/pts"
    mount -t tmpfs -o mode=1777 shm "$target/shm"
    ln -s pts/ptmx "$target/ptmx"
    ln -s /proc/self/fd "$target/fd"
    ln -s /proc/self/fd/0 "$target/stdin"
    ln -s /proc/self/fd/1 "$target/stdout"
    ln -s /proc/self/fd/2 "$target/stderr"
}
