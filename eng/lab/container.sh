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
listen_tls = 0
listen_tcp = 0
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
    [ -z "$(ls -A "$dir")" ] \
        || die "'$dir' is not empty: a lab takes a new directory, since stopping it removes all of it"
}

# Storage that tests may fill up: DIR/small, 32 MiB in memory, seen inside and outside like all of DIR. It is there
# before the container, which gets the mounts that are below DIR when it starts.
make_small_storage() {
    mkdir "$1/small"
    mount -t tmpfs -o size=32m,mode=1777 small "$1/small"
}

# The registry names every lab and the process it was started for, before there is anything to clean up.
announce() {
    local dir=$1 engine=$2 owner=
    [ -z "${LVB_LAB_OWNER:-}" ] || owner=$(process_identity "$LVB_LAB_OWNER" || true)
    echo "$owner" >"$dir/.lab/owner"
    process_identity $$ >"$dir/.lab/starter"
    echo "$engine" >"$dir/.lab/engine"
    with_registry_lock ln -sfn "$dir" "$lab_running/$(container_name "$dir")"
    # shellcheck disable=SC2064  # the directory of now
    trap "abandon_start '$dir'" EXIT
}

# However 'start' ends before it is done: it leaves nothing.
abandon_start() {
    tail -n 20 "$1/.lab/container.log" "$1/.lab/libvirtd.log" >&2 2>/dev/null || true
    lab_stop "$1"
}

# await_daemon DIR INIT: done when libvirtd answers.
await_daemon() {
    local dir=$1 init=$2
    process_identity "$init" >"$dir/.lab/init.pid" || die "$dir: the container ended at once"
    wait_until 60 answers "$dir" || die "$dir: libvirtd does not answer"
    trap - EXIT
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
    announce "$dir" "$engine"
    make_small_storage "$dir"
    uri="qemu+unix:///system?socket=$dir/sock/libvirt-sock"
    echo "$uri" >"$dir/.lab/uri"
    echo "$suite" >"$dir/.lab/suite"
    init=$("run_$engine" "$suite" "$dir") || die "$dir: $engine started no container"
    await_daemon "$dir" "$init"
    say "$suite: $engine, $(virsh -q -c "$uri" version --daemon 2>/dev/null | sed -n 's/^Running hypervisor: //p;
        s/^Running against daemon: /libvirt /p' | paste -sd, | sed 's/,/, /')"
    echo "$uri"
}

answers() {
    local uri
    is_alive "$(cat "$1/.lab/init.pid")" || die "$1: the container ended"
    uri=$(cat "$1/.lab/uri")
    [ -S "${uri##*socket=}" ] && virsh -q -c "$uri" uri >/dev/null 2>&1
}

# The container's PID 1 as this machine sees it. It is looked for where 'start' did not live to write it down.
init_of() {
    local process
    if [ -s "$1/.lab/init.pid" ]; then
        cat "$1/.lab/init.pid"
        return
    fi
    for process in /proc/[0-9]*; do
        if [ "$(sed -n 's/^NSpid:.*\t//p' "$process/status" 2>/dev/null || true)" = 1 ] && [ "${process##*/}" != 1 ] \
            && tr '\0' '\n' 2>/dev/null <"$process/cmdline" | grep -qxF "$1"; then
            process_identity "${process##*/}" || true
            return
        fi
    done
}

lab_stop() { with_registry_lock stop_lab "${1:?usage: stop DIR}"; }

stop_lab() {
    local dir=$1 init name
    [ -d "$dir/.lab" ] || die "'$dir' holds no lab"
    name=$(container_name "$dir")
    init=$(init_of "$dir")
    # With its PID 1 the kernel ends every process of the container, and with the last one its mounts.
    ! is_alive "$init" || kill -KILL "${init%%:*}"
    case $(cat "$dir/.lab/engine" 2>/dev/null || true) in
        podman) podman rm --force --ignore "$name" >/dev/null ;;
        docker) docker rm --force "$name" >/dev/null 2>&1 || true ;;
    esac
    wait_until 10 is_gone "$init" || die "the container of '$dir' does not end (process ${init%%:*})"
    ! mountpoint -q "$dir/small" || umount --lazy "$dir/small"
    rm -rf "$dir"
    rm -f "$lab_running/$name"
}

is_gone() { ! is_alive "$1"; }

# Ends what a killed test run left: labs whose owner is dead, and those whose start or container ended on its own.
lab_sweep() { with_registry_lock sweep_labs; }

sweep_labs() {
    local entry dir
    for entry in "$lab_running"/*; do
        [ -L "$entry" ] || continue
        dir=$(readlink "$entry")
        if [ ! -d "$dir/.lab" ]; then
            rm -f "$entry"
        elif is_left_over "$dir/.lab"; then
            say "removing what a dead test run left in $dir"
            stop_lab "$dir"
        fi
    done
}

is_left_over() {
    local owner
    owner=$(cat "$1/owner" 2>/dev/null || true)
    if [ -n "$owner" ] && ! is_alive "$owner"; then
        return 0
    fi
    # While it starts there is no init to ask about.
    ! is_alive "$(cat "$1/starter" 2>/dev/null)" && ! is_alive "$(cat "$1/init.pid" 2>/dev/null)"
}
