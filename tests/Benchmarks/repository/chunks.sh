# shellcheck shell=bash
# What the chunk size costs: the same full and the same scattered writes into repositories that differ in nothing else.

chunk_sizes="64 128 256 512 1024"

chunks_round() {
    local size
    for size in $chunk_sizes; do
        lvbackup init -q -r "$work/repo-$size" --chunk-size "${size}KiB"
        measure_ours "chunks-full-$size" backup bench -r "$work/repo-$size" --json
        note_value "chunks-bytes-$size" "$(du -sb "$work/repo-$size" | cut -f1)"
    done
    scatter_writes "chunks $1"
    for size in $chunk_sizes; do
        measure_ours "chunks-incremental-$size" backup bench -r "$work/repo-$size" --json
        note_value "chunks-stored-$size" "$(number_in storedBytes <"$work/out")"
        note_value "chunks-dirty-$size" "$(number_in dirtyBytes <"$work/out")"
        measure_ours "chunks-restore-$size" restore -r "$work/repo-$size" "$(point_of "$work/repo-$size")" \
            --to "$work/restored-$size" --format raw
        rm -rf "$work/restored-$size"
    done
    for size in $chunk_sizes; do rm -rf "$work/repo-$size"; done
}

point_of() { find "$1/points" -name '*.json' -printf '%f\n' | sort | tail -n 1 | sed 's/\.json$//'; }

report_chunks() {
    local size
    printf '\n| chunk size | full, s | size of the repository / 64 KiB | incremental, s | stored / dirty | restore to raw, s |\n'
    printf '|---|---|---|---|---|---|\n'
    for size in $chunk_sizes; do
        printf '| %s KiB | %s | %s | %s | %s | %s |\n' "$size" \
            "$(median "$work/times" "chunks-full-$size")" \
            "$(value_quotient "chunks-bytes-$size" chunks-bytes-64)" \
            "$(median "$work/times" "chunks-incremental-$size")" \
            "$(value_quotient "chunks-stored-$size" "chunks-dirty-$size")" \
            "$(median "$work/times" "chunks-restore-$size")"
    done
}
