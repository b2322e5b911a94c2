# shellcheck shell=bash
# Restores and verification. qemu-img converts the same data from an image of this machine to the same kind of file.

peer_restore() {
    [ -d "$work/virtnbd" ] || virtnbd_full
    measure virtnbd-restore virtnbdrestore -U "$uri" -n -f "$work/virtnbd.sock" -L "$work/virtnbdrestore.log" \
        -i "$work/virtnbd" -o "$work/restored"
    rm -rf "$work/restored"
    local format
    for format in raw qcow2; do
        measure "convert-to-$format" qemu-img convert -U -f qcow2 -O "$format" "$work/bench.qcow2" "$work/peer"
        rm "$work/peer"
        # qemu-img leaves the data in memory; this time it also waits for the disk, as lvbackup always does.
        measure "convert-durable-$format" \
            qemu-img convert -U -t writeback -f qcow2 -O "$format" "$work/bench.qcow2" "$work/peer"
        rm "$work/peer"
    done
}

ours_restores() {
    [ -d "$work/repo" ] || ours_full
    local point format
    # Packs are written past the page cache; what the peers read from is in it.
    find "$work/repo" -type f -exec cat {} + >/dev/null
    point=$(lvbackup list -r "$work/repo" --json | grep -o '"point": *"[^"]*"' | tail -n 1 | cut -d'"' -f4)
    for format in raw qcow2; do
        measure_ours "ours-restore-$format" restore "$point" -r "$work/repo" --to "$work/restored" --format "$format"
        qemu-img compare -q -U -f qcow2 -F "$format" "$work/bench.qcow2" "$work/restored/vda.$format" \
            || fail "the restored disk differs"
        rm -rf "$work/restored"
    done
}

ours_verify() {
    [ -d "$work/repo" ] || ours_full
    if ! lvbackup --help | grep -q '^ *verify'; then
        say "  this lvbackup has no verify: left out"
        return
    fi
    measure_ours ours-verify verify -r "$work/repo"
}
