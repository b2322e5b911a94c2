# shellcheck shell=bash
# Starting, ending and looking into a lab. A lab is a directory: DIR/.lab holds its state, DIR/sock its sockets, and
# the rest is the test's, seen at the same path inside and outside.

write_configuration() {
    local dir=$1
    mkdir -p "$dir/.lab" "$dir/sock"
    cp "$lab_source/init" "$dir/.lab/init"
    cat >"$dir/.lab/libvirtd.conf" <<TEXT
unix_sock_dir = "$dir/sock"
unix_sock_rw_perms = "0777"
auth_unix_ro = "none"
auth_unix_rw = "none"
host_uuid = "$(cat /proc/sys/kernel/random/uuid)"
log_outputs = "2:file:$dir/.lab/libvirtd.log"
TEXT
    # Everything runs as root without labels or cgroups: the container is the only boundary, and disks and sockets
    # in the shared directory must be usable from outside.
    cat >"$dir/.lab/qemu.conf" <<TEXT
user = "root"
group = "root"
dynamic_ownership = 0
remember_owner = 0
security_driver = "none"
namespaces = []
cgroup_controllers = []
stdio_handler = "file"
TEXT
}

# The directory must be new or empty, so that 'stop' may remove all of it.
claim_directory() {
    local dir=$1
    case $dir in
        /*) ;;
        *) die "give the shared directory as an absolute path, not '$dir'" ;;
    esac
    # A socket's path may have 107 bytes, and libvirt's and QEMU's sockets get names below DIR.
    [ ${#dir} -le 70 ] || die "the path '$dir' is too long for unix sockets below it; use one of at most 70 characters"
    mkdir -p "$dir"
    [ -z "$(ls -A "$dir")" ] || die "'$dir' is not empty: a lab takes a new directory, since stopping it removes all of it"
}

# The registry names every running lab and the process it was started for.
register() {
    local dir=$1 engine=$2 init=$3 owner=
    [ -z "${LVB_LAB_OWNER:-}" ] || owner=$(process_identity "$LVB_LAB_OWNER" || true)
    process_identity "$init" >"$dir/.lab/init.pid"
    echo "$engine" >"$dir/.lab/engine"
    echo "$owner" >"$dir/.lab/owner"
    with_registry_lock ln -sfn "$dir" "$lab_running/$(container_name "$dir")"
}

lab_start() {
    [ $# -eq 2 ] || die "usage: start SUITE DIR"
    local suite=$1 dir=$2 engine init uri
    need_root start
    lab_sweep
    ensure_rootfs "$suite"
    ensure_guest
    engine=$(choose_engine)
    claim_directory "$dir"
    write_configuration "$dir"
    uri="qemu+unix:///system?socket=$dir/sock/libvirt-sock"
    echo "$uri" >"$dir/.lab/uri"
    echo "$suite" >"$dir/.lab/suite"
    init=$("run_$engine" "$suite" "$dir") || fail_start "$dir" "the container did not start"
    register "$dir" "$engine" "$init"
    wait_until 60 answers "$dir" "$uri" || fail_start "$dir" "libvirtd does not answer"
    say "$suite: $engine, $(virsh -q -c "$uri" version --daemon 2>/dev/null | sed -n 's/^Running hypervisor: //p;
        s/^Running against daemon: /libvirt /p' | paste -sd, | sed 's/,/, /')"
    echo "$uri"
}

answers() {
    is_alive "$(cat "$1/.lab/init.pid")" || fail_start "$1" "the container ended"
    [ -S "${2##*socket=}" ] && virsh -q -c "$2" uri >/dev/null 2>&1
}

fail_start() {
    tail -n 20 "$1/.lab/container.log" "$1/.lab/libvirtd.log" >&2 2>/dev/null || true
    [ ! -e "$1/.lab/init.pid" ] || lab_stop "$1"
    die "$1: $2"
}

lab_stop() { with_registry_lock stop_lab "${1:?usage: stop DIR}"; }

stop_lab() {
    local dir=$1 init name
    [ -d "$dir/.lab" ] || die "'$dir' holds no lab"
    name=$(container_name "$dir")
    init=$(cat "$dir/.lab/init.pid" 2>/dev/null || true)
    # With its PID 1 the kernel ends every process of the container, and with the last one its mounts.
    ! is_alive "$init" || kill -KILL "${init%%:*}"
    case $(cat "$dir/.lab/engine" 2>/dev/null || true) in
        podman) podman rm --force --ignore "$name" >/dev/null ;;
        docker) docker rm --force "$name" >/dev/null 2>&1 || true ;;
    esac
    wait_until 10 is_gone "$init" || die "the container of '$dir' does not end (process ${init%%:*})"
    rm -rf "$dir"
    rm -f "$lab_running/$name"
}

is_gone() { ! is_alive "$1"; }

# Ends what a killed test run left: labs whose owner is dead, and entries whose container or directory is gone.
lab_sweep() { with_registry_lock sweep_labs; }

sweep_labs() {
    local entry dir owner
    for entry in "$lab_running"/*; do
        [ -L "$entry" ] || continue
        dir=$(readlink "$entry")
        if [ ! -d "$dir/.lab" ]; then
            rm -f "$entry"
            continue
        fi
        owner=$(cat "$dir/.lab/owner" 2>/dev/null || true)
        if { [ -n "$owner" ] && ! is_alive "$owner"; } || is_gone "$(cat "$dir/.lab/init.pid" 2>/dev/null)"; then
            say "removing what a dead test run left in $dir"
            stop_lab "$dir"
        fi
    done
}
