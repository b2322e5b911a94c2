# shellcheck shell=bash
# A private /dev: the few nodes that QEMU and libvirt use, and others only when asked for. Sourced by the two programs
# that make mount namespaces.

# make_private_dev TARGET [NODE...]: TARGET is an empty directory; the nodes are the host's own, bound.
make_private_dev() {
    local target=$1 node
    shift
    mount -t tmpfs -o mode=755,nosuid dev "$target"
    for node in null zero full random urandom tty "$@"; do
        : >"$target/$node"
        mount --bind "/dev/$node" "$target/$node"
    done
    ln -s /proc/self/fd "$target/fd"
    ln -s /proc/self/fd/0 "$target/stdin"
    ln -s /proc/self/fd/1 "$target/stdout"
    ln -s /proc/self/fd/2 "$target/stderr"
}
