# shellcheck shell=bash
# The tables of docs/performance.md.

report() {
    cat <<TEXT
Measured $(date -u +%F) with $(artifacts/bin/lvbackup --version) on $(nproc) x $(model_name),
$(free -g | awk '/^Mem/ { print $2 }') GiB of memory; libvirt and QEMU of $suite ($(virsh -c "$uri" version --daemon \
        | sed -n 's/^Running hypervisor: //p; s/^Running against daemon: /libvirt /p' | paste -sd, | sed 's/,/, /')),
$(virtnbdbackup --version 2>&1 | sed 's/^/virtnbdbackup /'). Disk: $disk_mib MiB, $data_mib MiB of data. Medians of
$rounds rounds.

| case | lvbackup | peer | its time | ratio | must be | |
|---|---|---|---|---|---|---|
TEXT
    ratio "full into an empty repository" ours-full convert-zstd 'qemu-img convert -c, zstd' 0.65
    ratio "" ours-full virtnbd-full-z 'virtnbdbackup -z' 0.333
    ratio "" ours-full virtnbd-full 'virtnbdbackup, nothing compressed'
    ratio "" ours-full push-qcow2 "libvirt's push mode, nothing compressed"
    ratio "" ours-full nbdcopy-raw 'nbdcopy to raw'
    ratio "full, all chunks there" ours-again nbdcopy-null 'nbdcopy to null' 2
    ratio "incremental, 512 x 64 KiB" ours-incremental virtnbd-incremental 'virtnbdbackup inc' 0.4
    limit "incremental, nothing changed" ours-unchanged 0.35
    ratio "restore to raw" ours-restore-raw virtnbd-restore virtnbdrestore 0.333
    ratio "" ours-restore-raw convert-to-raw 'qemu-img convert' 1.5
    ratio "" ours-restore-raw convert-durable-raw 'the same, flushed' 1.5
    ratio "restore to qcow2" ours-restore-qcow2 virtnbd-restore virtnbdrestore 0.333
    ratio "" ours-restore-qcow2 convert-to-qcow2 'qemu-img convert' 1.5
    ratio "" ours-restore-qcow2 convert-durable-qcow2 'the same, flushed' 1.5
    ratio "served, sequential" serve-sequential-ours serve-sequential-qemu "qemu-nbd of a raw file" 1.43
    ratio "the same, for the first time" serve-first-ours serve-sequential-qemu "qemu-nbd of a raw file"
    ratio "the same, for the second time" serve-second-ours serve-sequential-qemu "qemu-nbd of a raw file"
    ratio "served, 4 KiB at random, 16 in flight" serve-random-ours serve-random-qemu "qemu-nbd of a raw file" 1.43
    ratio "the same, for the first time" serve-random-first-ours serve-random-qemu "qemu-nbd of a raw file"
    limit "diff, 10,000 chunks of 1 TiB, in runs of 16" ours-delta-16 0.2
    limit "diff, 10,000 chunks of 1 TiB, each anywhere" ours-delta-1 0.2
    limit "full of an empty 8 TiB disk" ours-empty 3
    limit "list, 10,000 points" ours-list 0.1
    limit "list --json, 10,000 points" ours-list-json 0.1
    limit "list of one domain of 20" ours-list-domain 0.1
    limit "show, 10,000 points" ours-show 0.1
    report_values
    ! wants chunks || report_chunks
    report_times
    report_limits
}

report_values() {
    local extents
    extents=$(median "$work/values" extents)
    printf '\n| figure | value | must be | |\n|---|---|---|---|\n'
    figure "bytes stored / dirty bytes, 512 x 64 KiB" "$(value_quotient stored-incremental dirty-incremental)" 2 most
    figure "files added when nothing changed" "$(median "$work/values" files-unchanged)" 1 most
    figure "verify, GiB/s of plain data" \
        "$(quotient "$data_mib" "$(median "$work/times" ours-verify)" 2 1024)" 1.2 least
    figure "peak memory, MiB" "$(peak '^ours-(full|again|unchanged|incremental|restore|verify|empty|list|show)')" \
        250 most
    figure "peak memory, 2 TiB in ${extents:-2^20} extents, MiB" "$(peak '^ours-extents')" 300 most
    figure "size of the repository / of qemu-img's zstd image" \
        "$(value_quotient bytes-ours-full bytes-convert-zstd)"
    figure "size of the repository / of virtnbdbackup -z" "$(value_quotient bytes-ours-full bytes-virtnbd-z)"
}

value_quotient() { quotient "$(median "$work/values" "$1")" "$(median "$work/values" "$2")" 2; }

report_times() {
    printf '\n| run | seconds (median) | least | most | user + system | peak MiB |\n|---|---|---|---|---|---|\n'
    local name
    cut -d' ' -f1 "$work/times" | sort -u | while read -r name; do
        awk -v n="$name" -v m="$(median "$work/times" "$name")" '
            $1 == n {
                if (!c++ || $2 < low) low = $2
                if ($2 > high) high = $2
                if ($3 > kib) kib = $3
                cpu += $4 + $5
            }
            END { printf "| %s | %.3f | %.3f | %.3f | %.2f | %.0f |\n", n, m, low, high, cpu / c, kib / 1024 }' \
            "$work/times"
    done
}

report_limits() {
    grep -q '^core-' "$work/values" || return 0
    printf '\n| limit of this machine | MB/s |\n|---|---|\n'
    grep -E '^(core|disk)-' "$work/values" | awk '{ printf "| %s | %s |\n", $1, $2 }'
    ! wants backup || printf '| NBD read from QEMU (nbdcopy to null) | %s |\n' \
        "$(quotient "$data_mib" "$(median "$work/times" nbdcopy-null)" 0 0.953674)"
}

model_name() { sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1; }

# ratio CASE OURS THEIRS PEER [MOST]
ratio() {
    local ours theirs
    ours=$(median "$work/times" "$2") theirs=$(median "$work/times" "$3")
    if [ -z "$ours" ] || [ -z "$theirs" ]; then
        echo "| $1 | not run | $4 | | | ${5:+<= $5} | |"
        return
    fi
    awk -v c="$1" -v a="$ours" -v b="$theirs" -v p="$4" -v most="${5:-}" 'BEGIN {
        met = most == "" ? "" : a / b <= most ? "met" : "MISSED"
        bound = most == "" ? "" : "<= " most
        printf "| %s | %.3f s | %s | %.3f s | %.2f | %s | %s |\n", c, a, p, b, a / b, bound, met }'
}

# limit CASE OURS SECONDS
limit() {
    local ours
    ours=$(median "$work/times" "$2")
    [ -n "$ours" ] || { echo "| $1 | not run | | | | <= $3 s | |"; return; }
    awk -v c="$1" -v a="$ours" -v most="$3" \
        'BEGIN { printf "| %s | %.3f s | | | | <= %s s | %s |\n", c, a, most, (a <= most ? "met" : "MISSED") }'
}

# figure NAME VALUE [BOUND most|least]
figure() {
    [ -n "$2" ] || { echo "| $1 | not run | ${3:-} | |"; return; }
    awk -v n="$1" -v v="$2" -v b="${3:-}" -v k="${4:-}" 'BEGIN {
        met = k == "" ? "" : (k == "most" ? v <= b : v >= b) ? "met" : "MISSED"
        printf "| %s | %s | %s | %s |\n", n, v, (b == "" ? "" : (k == "most" ? "<= " : ">= ") b), met }'
}

# quotient A B DIGITS [UNIT]   A / B / UNIT, nothing where one is missing.
quotient() {
    if [ -z "$1" ] || [ -z "$2" ]; then return; fi
    awk -v a="$1" -v b="$2" -v d="$3" -v u="${4:-1}" 'BEGIN { if (b > 0) printf "%.*f", d, a / b / u }'
}

# write_report FILE NAME   puts the report between the two lines of the file that mark its place.
write_report() {
    awk -v report="$work/report" -v name="$2" '
        $0 == "<!-- end of " name " -->" { inside = 0 }
        !inside { print }
        index($0, "<!-- " name ":") == 1 { inside = 1; print ""; while ((getline line < report) > 0) print line; print "" }' \
        "$1" >"$work/document"
    cp "$work/document" "$1"
}
