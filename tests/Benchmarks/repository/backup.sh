# shellcheck shell=bash
# Cases that read the whole disk, or what changed of it. All of them read from the same QEMU: the peers that copy an NBD
# export get the one of a pull-mode backup, which is what lvbackup and virtnbdbackup read as well.

pull_job() {
    cat >"$work/pull.xml" <<TEXT
<domainbackup mode='pull'>
  <server transport='unix' socket='$work/pull.sock'/>
  <disks>
    <disk name='vda' backup='yes' type='file' backupmode='full'><scratch file='$work/scratch.qcow2'/></disk>
  </disks>
</domainbackup>
TEXT
    virsh -q -c "$uri" backup-begin bench "$work/pull.xml" >/dev/null
    export_uri="nbd+unix:///vda?socket=$work/pull.sock"
}

end_job() { virsh -q -c "$uri" domjobabort bench >/dev/null; }

peer_backups() {
    pull_job
    measure nbdcopy-null nbdcopy "$export_uri" null:
    measure nbdcopy-raw nbdcopy "$export_uri" "$work/peer.raw"
    rm "$work/peer.raw"
    measure convert-qcow2 qemu-img convert -f raw -O qcow2 "$export_uri" "$work/peer.qcow2"
    rm "$work/peer.qcow2"
    measure convert-zstd qemu-img convert -f raw -O qcow2 -c -o compression_type=zstd "$export_uri" "$work/peer.qcow2"
    note_value bytes-convert-zstd "$(stat -c %s "$work/peer.qcow2")"
    rm "$work/peer.qcow2"
    end_job
    push_job
    virtnbd_full -z
    note_value bytes-virtnbd-z "$(du -sb "$work/virtnbd" | cut -f1)"
    virtnbd_full
}

# libvirt's push mode ends with an event.
push_job() {
    local begin events
    cat >"$work/push.xml" <<TEXT
<domainbackup mode='push'>
  <disks><disk name='vda' backup='yes' type='file' backupmode='full'>
    <driver type='qcow2'/><target file='$work/push.qcow2'/>
  </disk></disks>
</domainbackup>
TEXT
    sync
    begin=$EPOCHREALTIME
    virsh -q -c "$uri" event bench job-completed --timeout 600 >/dev/null &
    events=$!
    virsh -q -c "$uri" backup-begin bench "$work/push.xml" >/dev/null
    wait "$events"
    note_time push-qcow2 "$begin" "$EPOCHREALTIME"
    virsh -q -c "$uri" domjobinfo bench --completed >/dev/null || true
    rm "$work/push.qcow2"
}

virtnbdbackup_here() {
    local name=$1
    shift
    measure "$name" virtnbdbackup -U "$uri" -d bench -n -S "$work" -f "$work/virtnbd.sock" -o "$work/virtnbd" "$@"
}

virtnbd_full() {
    rm -rf "$work/virtnbd"
    drop_checkpoints bench
    virtnbdbackup_here "virtnbd-full${1:-}" -l full "$@"
}

ours_backups() {
    ours_full
    note_value bytes-ours-full "$(du -sb "$work/repo" | cut -f1)"
    measure_ours ours-again backup bench -r "$work/repo" --level full --json
    find "$work/repo" -type f | sort >"$work/before"
    measure_ours ours-unchanged backup bench -r "$work/repo" --json
    find "$work/repo" -type f | sort | comm -13 "$work/before" - >"$work/new"
    note_value files-unchanged "$(wc -l <"$work/new")"
    grep -q "/points/" "$work/new" || fail "the unchanged incremental left no manifest"
}

ours_full() {
    lvbackup init -q -r "$work/repo"
    measure_ours ours-full backup bench -r "$work/repo" --json
}

# 512 writes of 64 KiB of random bytes, each to a place of its own, made by QEMU as if the guest had made them.
scatter_writes() {
    local seed
    seed=$(cksum <<<"$1" | cut -d' ' -f1)
    rm -rf "$work/patterns"
    mkdir "$work/patterns"
    openssl enc -aes-128-ctr -nosalt -pass "pass:$seed" -pbkdf2 -in /dev/zero 2>/dev/null | head -c 32M \
        | split -b 65536 -a 4 -d - "$work/patterns/p" || true
    awk -v seed="$seed" -v slots=$((disk_mib * 16)) -v directory="$work/patterns" 'BEGIN {
        srand(seed)
        device = "/machine/peripheral/virtio-disk0/virtio-backend"
        for (i = 0; i < 512; i++) {
            do slot = int(rand() * slots); while (slot in used)
            used[slot]
            printf "qemu-monitor-command bench --hmp '\''qemu-io -d %s \"write -s %s/p%04d %dk 64k\"'\''\n",
                device, directory, i, slot * 64
        }
        printf "qemu-monitor-command bench --hmp '\''qemu-io -d %s flush'\''\n", device
    }' >"$work/writes"
    virsh -q -c "$uri" <"$work/writes" >"$work/out" 2>"$work/err"
    ! grep -iE 'error|fail' "$work/out" "$work/err" >&2 || fail "the writes failed"
}

# Both see the same writes, each since its own full.
incrementals() {
    [ -d "$work/virtnbd" ] || virtnbd_full
    [ -d "$work/repo" ] || ours_full
    scatter_writes "$1"
    measure_ours ours-incremental backup bench -r "$work/repo" --json
    note_value dirty-incremental "$(number_in dirtyBytes <"$work/out")"
    note_value stored-incremental "$(number_in storedBytes <"$work/out")"
    # virtnbdbackup refuses to work beside anybody else's checkpoint.
    drop_checkpoints bench lvb.
    virtnbdbackup_here virtnbd-incremental -l inc
}

# Every round begins with the disk as it was made.
forget_round() {
    rm -rf "$work/repo" "$work/virtnbd" "$work/state"
    drop_checkpoints bench
    virsh -q -c "$uri" destroy bench >/dev/null
    put_reference_disk
    virsh -q -c "$uri" start --paused bench >/dev/null
}
