# shellcheck shell=bash
# How a container is made: plain namespaces, podman or docker, the first that works here. All three run the same
# root file system and the same PID 1, and after that the host only needs that process's id.

works_namespaces() { unshare -m -p -n -f true 2>/dev/null; }
works_podman() { command -v podman >/dev/null && podman info >/dev/null 2>&1; }
works_docker() { command -v docker >/dev/null && docker info >/dev/null 2>&1; }

choose_engine() {
    local engine
    case ${LVB_LAB_ENGINE:-auto} in
        auto)
            for engine in namespaces podman docker; do
                ! "works_$engine" || { echo "$engine"; return; }
            done
            die "no engine works: namespaces need root with CAP_SYS_ADMIN; podman and docker do not answer"
            ;;
        namespaces | podman | docker)
            "works_$LVB_LAB_ENGINE" || die "LVB_LAB_ENGINE=$LVB_LAB_ENGINE does not work on this machine"
            echo "$LVB_LAB_ENGINE"
            ;;
        *) die "LVB_LAB_ENGINE is one of auto, namespaces, podman, docker" ;;
    esac
}

# run_ENGINE SUITE DIR starts the container in the background and prints the host's id of its PID 1.

run_namespaces() {
    local dir=$2 rootfs outer
    # Expanded before the '&': the background shell must have no other child than the container's init.
    rootfs=$(rootfs_of "$1")
    setsid unshare --mount --pid --net --ipc --uts --fork --propagation private \
        bash "$lab_source/enter" "$rootfs" "$dir" "$guest_dir" \
        </dev/null >"$dir/.lab/container.log" 2>&1 9>&- &
    outer=$!
    wait_until 5 child_of "$outer" >/dev/null || return 1
    child_of "$outer"
}

child_of() {
    local child
    # The one line ends without a line end, so 'read' fails even when it has read it.
    { read -r child _ <"/proc/$1/task/$1/children"; } 2>/dev/null || true
    [ -n "${child:-}" ] && echo "$child"
}

container_name() { echo "lvb-lab-$(echo -n "$1" | sha256sum | cut -c1-12)"; }

# crun cannot make its cgroup where version 2 is mounted beside version 1: there podman gets a view without it.
podman_here() {
    if mountpoint -q /sys/fs/cgroup/unified; then
        # shellcheck disable=SC2016  # expanded by the inner shell
        unshare --mount --propagation private \
            sh -c 'umount /sys/fs/cgroup/unified && exec podman --cgroup-manager=cgroupfs "$@"' podman "$@"
    else
        podman "$@"
    fi
}

# What podman and docker are told alike. libvirtd needs no privileges here beyond the usual ones of a container's root:
# it makes no bridges, cgroups or namespaces. A KVM that works is handed in; another one stays out.
container_options() {
    local dir=$1
    printf '%s\n' --detach --rm --name "$(container_name "$dir")" --network none --security-opt seccomp=unconfined \
        --volume "$dir:$dir" --volume "$guest_dir:$guest_dir:ro"
    ! kvm_works || echo --device=/dev/kvm
}

run_podman() {
    local suite=$1 dir=$2 name
    local -a options
    mapfile -t options < <(container_options "$dir")
    name=$(container_name "$dir")
    # Limits at or below ours: a root without CAP_SYS_RESOURCE may not raise them to podman's own defaults.
    podman_here run "${options[@]}" --cgroups disabled --ulimit "nofile=$(ulimit -n):$(ulimit -n)" \
        --ulimit nproc=4096:4096 --rootfs "$(rootfs_of "$suite"):O" \
        /bin/bash "$dir/.lab/init" "$dir" >"$dir/.lab/container.log" 2>&1 || return 1
    podman inspect --format '{{.State.Pid}}' "$name"
}

run_docker() {
    local suite=$1 dir=$2 name image
    local -a options
    mapfile -t options < <(container_options "$dir")
    name=$(container_name "$dir")
    image="lvb-lab:$suite-$(stamp_value "$suite" built | tr -dc 0-9)"
    docker image inspect "$image" >/dev/null 2>&1 \
        || tar -C "$(rootfs_of "$suite")" --one-file-system -c . | docker import - "$image" >/dev/null || return 1
    docker run "${options[@]}" "$image" /bin/bash "$dir/.lab/init" "$dir" >"$dir/.lab/container.log" 2>&1 || return 1
    docker inspect --format '{{.State.Pid}}' "$name"
}
