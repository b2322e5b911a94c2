# shellcheck shell=bash
# What one core and the disk of this machine do at best: the ratios are explained by them.

measure_limits() {
    say "limits of this machine"
    local seconds=1
    note_value "core-sha256" "$(openssl_speed sha256 $seconds)"
    note_value "core-aes-256-gcm" "$(openssl_speed aes-256-gcm $seconds)"
    extract_stripe 0
    note_value "core-zstd1-random" "$(zstd_speed)"
    extract_stripe 1
    note_value "core-zstd1-text" "$(zstd_speed)"
    note_value "disk-write-cached" "$(dd_speed conv=fdatasync)"
    note_value "disk-write-direct" "$(dd_speed oflag=direct conv=fdatasync)"
    rm -f "$work/sample" "$work/written"
}

# MB/s with blocks of a chunk's size.
openssl_speed() {
    openssl speed -seconds "$2" -bytes 65536 -evp "$1" 2>/dev/null | tail -n 1 \
        | awk '{ sub(/k$/, "", $NF); printf "%.0f", $NF / 1000 }'
}

# extract_stripe N   of the reference disk: 0 is random, 1 is text-like.
extract_stripe() {
    local stripe=$((disk_mib / 8 < 64 ? disk_mib / 8 : 64))
    qemu-img convert -U -O raw --image-opts \
        "driver=raw,offset=$(($1 * stripe))M,size=${stripe}M,file.driver=qcow2,file.file.filename=$work/bench.qcow2" \
        "$work/sample"
}

zstd_speed() {
    zstd -q -b1 -i1 -B65536 "$work/sample" 2>&1 | sed -nE 's|.*\([0-9.]+\) +([0-9]+).*|\1|p' | tail -n 1
}

dd_speed() {
    local begin=$EPOCHREALTIME
    dd if=/dev/zero of="$work/written" bs=16M count=64 "$@" status=none
    awk -v a="$begin" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.0f", 64 * 16 * 1.048576 / (b - a) }'
}
