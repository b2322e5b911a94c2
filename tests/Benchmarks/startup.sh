#!/usr/bin/env bash
# Start-up of lvbackup beside virsh, in one run: medians of ROUNDS (default 21) taken in turns, and their ratio.
#   eng/build.sh && tests/Benchmarks/startup.sh
set -euo pipefail
cd "$(dirname "$0")/../.."
rounds=${ROUNDS:-21}
lvbackup=artifacts/bin/lvbackup
[ -x $lvbackup ] || { echo "build first: eng/build.sh" >&2; exit 1; }

# Milliseconds that a command takes.
measure() {
    local start=$EPOCHREALTIME
    "$@" >/dev/null
    local end=$EPOCHREALTIME
    awk -v a="$start" -v b="$end" 'BEGIN { printf "%.2f\n", (b - a) * 1000 }'
}

median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

compare() {
    local title=$1 ours=$2 theirs=$3 round a=() b=()
    for ((round = 0; round < rounds; round++)); do
        # shellcheck disable=SC2206,SC2086  # the words of a command
        a+=("$(measure $ours)") b+=("$(measure $theirs)")
    done
    local ours_ms theirs_ms
    ours_ms=$(printf '%s\n' "${a[@]}" | median) theirs_ms=$(printf '%s\n' "${b[@]}" | median)
    awk -v t="$title" -v a="$ours_ms" -v b="$theirs_ms" \
        'BEGIN { printf "%-18s lvbackup %6.1f ms   virsh %6.1f ms   ratio %.2f\n", t, a, b, a / b }'
}

compare "--version" "$lvbackup --version" "virsh --version"
compare "checkpoint-list" "$lvbackup -c test:///default checkpoint-list test" "virsh -c test:///default checkpoint-list test"
