# shellcheck shell=bash
# Times commands and keeps what they came to: one line per run in $work/times and $work/values.

say() { echo "bench: $*" >&2; }
fail() { say "$*"; exit 1; }

# measure NAME COMMAND...   seconds of the whole command, and the largest resident size of any of its processes in KiB.
# Nothing that an earlier case wrote is still on its way to the disk.
measure() {
    local name=$1 begin end
    shift
    sync
    begin=$EPOCHREALTIME
    /usr/bin/time --quiet -o "$work/usage" -f '%M %U %S' "$@" >"$work/out" 2>"$work/err" </dev/null \
        || { tail -n 5 "$work/err" "$work/out" >&2; fail "case '$name' failed: $*"; }
    end=$EPOCHREALTIME
    note_time "$name" "$begin" "$end" "$(tail -n 1 "$work/usage")"
}

# note_time NAME BEGIN END [KIB USER SYSTEM]
note_time() {
    awk -v n="$1" -v a="$2" -v b="$3" -v u="${4:-0 0 0}" 'BEGIN { printf "%s %.3f %s\n", n, b - a, u }' \
        | tee -a "$work/times" \
        | awk '{ printf "bench:   %-24s %8.3f s %7.1f MiB  user %s system %s\n", $1, $2, $3 / 1024, $4, $5 }' >&2
}

# note_value NAME NUMBER
note_value() {
    echo "$1 $2" >>"$work/values"
    say "  $1 = $2"
}

# median FILE NAME   the lower one of two in the middle.
median() {
    awk -v n="$2" '$1 == n { print $2 }' "$1" 2>/dev/null | sort -n \
        | awk '{ v[NR] = $1 } END { if (NR) print v[int((NR + 1) / 2)] }'
}

# The largest resident size in MiB of the runs whose names match.
peak() {
    awk -v n="$1" '$1 ~ n && $3 > max { max = $3 } END { if (max) printf "%.0f", max / 1024 }' "$work/times" 2>/dev/null
}

# number_in NAME   the first "NAME": N of a JSON document on standard input.
number_in() { grep -o "\"$1\": *[0-9]*" | head -n 1 | grep -o '[0-9]*$'; }
