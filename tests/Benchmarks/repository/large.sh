# shellcheck shell=bash
# What grows with the disk, its fragmentation and the number of points, rather than with the data.

# 2 TiB in 2^20 extents, served by nbdkit, read through QEMU as any other disk of a domain.
extents_round() {
    if [ -z "${extents_pid:-}" ]; then
        gcc -shared -fPIC -O2 -o "$work/extents.so" tests/Benchmarks/extents.c
        nbdkit --foreground --unix "$work/extents.sock" "$work/extents.so" size="${EXTENTS_SIZE:-2T}" &
        extents_pid=$!
        while [ ! -S "$work/extents.sock" ]; do sleep 0.1; done
        note_value extents "$(nbdinfo --map "nbd+unix:///?socket=$work/extents.sock" | wc -l)"
        define_domain extents "<driver name='qemu' type='raw'/><source protocol='nbd'><host transport='unix' \
            socket='$work/extents.sock'/></source>" network
    fi
    lvbackup init -q -r "$work/repo-extents"
    measure_ours ours-extents backup extents -r "$work/repo-extents" --json
    rm -rf "$work/repo-extents"
}

empty_round() {
    if [ ! -e "$work/empty.qcow2" ]; then
        qemu-img create -q -f qcow2 "$work/empty.qcow2" 8T
        define_domain empty "<driver name='qemu' type='qcow2'/><source file='$work/empty.qcow2'/>" file
    fi
    lvbackup init -q -r "$work/repo-empty"
    measure_ours ours-empty backup empty -r "$work/repo-empty" --json
    rm -rf "$work/repo-empty"
    drop_checkpoints empty
}

points_round() {
    local point
    if [ ! -d "$work/repo-points" ]; then
        program points "$work/repo-points" 10000
        # What a listing leaves for the next one.
        lvbackup list -r "$work/repo-points" >/dev/null
    fi
    point=$(find "$work/repo-points/points" -name '*-000fff.json' -printf '%f')
    measure_ours ours-list list -r "$work/repo-points"
    measure_ours ours-list-json list -r "$work/repo-points" --json
    measure_ours ours-list-domain list web07 -r "$work/repo-points"
    measure_ours ours-show show "${point%.json}" -r "$work/repo-points"
}
