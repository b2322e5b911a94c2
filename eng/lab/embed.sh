# shellcheck shell=bash
# libvirt's embedded driver without a daemon: qemu:///embed?root=ROOT inside the program itself. Where /dev/kvm exists
# but cannot run a guest the first define takes a minute, so the program gets a private /dev without it.

lab_embed() {
    [ $# -ge 2 ] || die "usage: embed ROOT COMMAND..."
    local root=$1
    shift
    need_root embed
    case $root in
        /*) ;;
        *) die "give the embedded root as an absolute path, not '$root'" ;;
    esac
    [ ${#root} -le 60 ] || die "the path '$root' is too long for sockets below it; use one of at most 60 characters"
    mkdir -p "$root/etc" "$root/log"
    # In the embedded driver libvirt's own log goes to the program's standard error; it belongs into a file.
    export LIBVIRT_LOG_OUTPUTS="${LIBVIRT_LOG_OUTPUTS:-2:file:$root/log/libvirt.log}"
    [ -e "$root/etc/qemu.conf" ] || cat >"$root/etc/qemu.conf" <<'TEXT'
user = "root"
group = "root"
dynamic_ownership = 0
remember_owner = 0
security_driver = "none"
namespaces = []
cgroup_controllers = []
stdio_handler = "file"
TEXT
    if kvm_works; then
        exec "$@"
    fi
    exec unshare --mount --propagation private bash "$lab_source/without-kvm" "$@"
}

# Ends the guests of an embedded root, which outlive the program that started them, and removes the root.
lab_embed_stop() {
    local root=${1:?usage: embed-stop ROOT} file pid
    [ -e "$root/etc/qemu.conf" ] || die "'$root' is no embedded root"
    for file in "$root"/run/qemu/*.pid; do
        [ -e "$file" ] || continue
        pid=$(cat "$file")
        # The id may belong to another process by now: only a QEMU of this root is ended.
        if tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -qF "$root/"; then
            kill -KILL "$pid"
            wait_until 10 is_gone_pid "$pid" || die "QEMU $pid does not end"
        fi
    done
    rm -rf "$root"
}
