# shellcheck shell=bash
# Reads through our NBD server, beside qemu-nbd with a raw file of the same data: both from memory, both over a unix
# socket. The first pass over a server unpacks and checks each chunk, the second one also keeps it; later ones find it.

random_reads=100000

serve_round() {
    [ -d "$work/repo" ] || ours_full
    if [ ! -x "$work/random-reads" ]; then
        gcc -O2 -o "$work/random-reads" tests/Benchmarks/random-reads.c -lnbd
        qemu-img convert -U -f qcow2 -O raw "$work/bench.qcow2" "$work/served.raw"
    fi
    find "$work/repo" "$work/served.raw" -type f -exec cat {} + >/dev/null
    qemu-nbd --fork --persistent --read-only --shared 16 --format raw --socket "$work/qemu.nbd" \
        --pid-file "$work/qemu-nbd.pid" "$work/served.raw"
    lvbackup export-start -r "$work/repo" "$(point_of "$work/repo")" --name bench --socket "$work/ours.nbd" >/dev/null
    local theirs="nbd+unix:///?socket=$work/qemu.nbd" ours="nbd+unix:///vda?socket=$work/ours.nbd"
    measure serve-first-ours nbdcopy --connections=4 "$ours" null:
    measure serve-second-ours nbdcopy --connections=4 "$ours" null:
    measure serve-sequential-qemu nbdcopy --connections=4 "$theirs" null:
    measure serve-sequential-ours nbdcopy --connections=4 "$ours" null:
    measure serve-random-qemu "$work/random-reads" "$theirs" "$random_reads"
    measure serve-random-ours "$work/random-reads" "$ours" "$random_reads"
    lvbackup export-stop -q bench
    # The same, asked of a server that has read nothing yet.
    lvbackup export-start -r "$work/repo" "$(point_of "$work/repo")" --name bench --socket "$work/ours.nbd" >/dev/null
    measure serve-random-first-ours "$work/random-reads" "$ours" "$random_reads"
    lvbackup export-stop -q bench
    kill "$(cat "$work/qemu-nbd.pid")"
}

# 10,000 changed chunks of a full disk of 1 TiB: each anywhere, and in runs of 1 MiB.
delta_round() {
    local run points
    for run in 1 16; do
        if [ ! -d "$work/repo-delta-$run" ]; then program delta "$work/repo-delta-$run" 1024 10000 "$run"; fi
        find "$work/repo-delta-$run" -type f -exec cat {} + >/dev/null
        mapfile -t points < <(find "$work/repo-delta-$run/points" -name '*.json' -printf '%f\n' | sort)
        measure_ours "ours-delta-$run" diff "${points[0]%.json}" "${points[1]%.json}" -r "$work/repo-delta-$run" --json
    done
}
