# shellcheck shell=bash
# Looking into labs from the host: process ids, killing and starting libvirtd, and what there is on this machine.

lab_of() {
    [ -d "${1:?give the directory of a lab}/.lab" ] || die "'$1' holds no lab"
    is_alive "$(cat "$1/.lab/init.pid")" || die "the container of '$1' has ended"
}

# Host process ids of everything in the same PID namespace as the lab's init.
container_processes() {
    local init namespace
    init=$(cat "$1/.lab/init.pid")
    namespace=$(readlink "/proc/${init%%:*}/ns/pid")
    # The brackets of "pid:[4026531836]" are no pattern. Processes end meanwhile, which find calls a failure.
    find /proc/[0-9]*/ns/pid -maxdepth 0 -lname "${namespace/\[/\\[}" 2>/dev/null | cut -d/ -f3 || true
}

lab_pids() {
    local dir=${1:?usage: pids DIR} pid line name
    lab_of "$dir"
    line=$(cat "$dir/.lab/init.pid")
    echo "init ${line%%:*}"
    for pid in $(container_processes "$dir"); do
        # A process that ends meanwhile has no command line any more.
        line=$(tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" || true)
        case $line in
            libvirtd\ * | */libvirtd\ *) echo "libvirtd $pid" ;;
            *qemu-system-*\ -name\ *)
                name=${line#*-name guest=}
                echo "qemu ${name%%,*} $pid"
                ;;
        esac
    done
}

lab_kill_daemon() {
    local pid
    for pid in $(lab_pids "${1:?usage: kill-daemon DIR}" | sed -n 's/^libvirtd //p'); do
        kill -KILL "$pid"
        wait_until 10 is_gone_pid "$pid" || die "libvirtd $pid does not end"
    done
}

is_gone_pid() { [ ! -e "/proc/$1" ]; }

lab_restart_daemon() {
    local dir=${1:?usage: restart-daemon DIR} init uri
    lab_kill_daemon "$dir"
    init=$(cat "$dir/.lab/init.pid")
    uri=$(cat "$dir/.lab/uri")
    rm -f "${uri##*socket=}"
    kill -USR1 "${init%%:*}"
    wait_until 60 answers "$dir" || die "libvirtd of '$dir' does not answer after its restart"
}

# Runs a command of this machine that finds the lab's TPM states, variable stores and firmware at libvirt's own paths.
lab_host_view() {
    [ $# -ge 2 ] || die "usage: host-view DIR COMMAND..."
    local dir=$1 rootfs
    shift
    lab_of "$dir"
    rootfs=$(rootfs_of "$(cat "$dir/.lab/suite")")
    [ -d "$rootfs/usr/share/OVMF" ] || die "the lab of '$dir' has no UEFI firmware; trixie has"
    exec unshare --mount --propagation private bash "$lab_source/host-view" "$dir" "$rootfs" "$@"
}

lab_status() {
    local entry dir
    say "engine: $(choose_engine); kvm: $(kvm_works && echo yes || echo 'no, guests are emulated')"
    say "cache: $lab_cache ($(du -sh "$lab_cache" 2>/dev/null | cut -f1 || true)), mirror: $(recorded_mirror)"
    lab_versions
    [ ! -e "$guest_dir/initrd" ] || echo "guest $guest_dir"
    for entry in "$lab_running"/*; do
        [ -L "$entry" ] || continue
        dir=$(readlink "$entry")
        echo "running $dir $(cat "$dir/.lab/suite" 2>/dev/null) $(cat "$dir/.lab/engine" 2>/dev/null)"
    done
}
