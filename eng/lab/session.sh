# shellcheck shell=bash
# A private unprivileged libvirtd of this machine. libvirtd run by root is always the system daemon, so it runs as
# nobody; root's clients reach it by its socket.

lab_session() {
    local dir=${1:?usage: session DIR} init uri outer
    need_root session
    ensure_packages
    lab_sweep
    claim_directory "$dir"
    # libvirt puts monitor sockets below the configuration directory.
    [ ${#dir} -le 45 ] || die "the path '$dir' is too long for a session's sockets; use one of at most 45 characters"
    write_configuration "$dir"
    mkdir -p "$dir/home" "$dir/c/libvirt" "$dir/run"
    # An unprivileged daemon chooses its socket by XDG_RUNTIME_DIR and refuses settings meant for root.
    echo "log_outputs = \"2:file:$dir/home/libvirtd.log\"" >"$dir/.lab/libvirtd.conf"
    echo 'stdio_handler = "file"' >"$dir/c/libvirt/qemu.conf"
    chown -R nobody:nogroup "$dir/home" "$dir/c" "$dir/run"
    chmod 0700 "$dir/run"
    chmod 0755 "$dir" "$dir/.lab"
    announce "$dir" namespaces
    uri="qemu+unix:///session?socket=$dir/run/libvirt/libvirt-sock"
    echo "$uri" >"$dir/.lab/uri"
    echo session >"$dir/.lab/suite"
    setsid unshare --mount --pid --net --fork --mount-proc --propagation private \
        bash "$dir/.lab/init" "$dir" nobody </dev/null >"$dir/.lab/container.log" 2>&1 9>&- &
    outer=$!
    wait_until 5 child_of "$outer" >/dev/null || die "$dir: the daemon did not start"
    init=$(child_of "$outer")
    await_daemon "$dir" "$init"
    echo "$uri"
}
