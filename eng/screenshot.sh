#!/usr/bin/env bash
# Pictures of the HTML report in a real browser, light and dark, wide and narrow, of a repository with all that a report can show.
# eng/screenshot.sh [DIR]   where to; default artifacts/screenshots. report.png there is docs/report.png.
# Not a part of the tests: the browser is 300 MB. They check that the file is whole by itself and asks for nothing.
set -euo pipefail
out=$(realpath -m "${1:-$(dirname "$0")/../artifacts/screenshots}")
cd "$(dirname "$0")/.."

# shellcheck source=eng/packages.sh
. eng/packages.sh
need_packages chromium:chromium
[ -x artifacts/bin/lvbackup ] || bash eng/build.sh

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
repository=$work/backup
artifacts/bin/lvbackup init --repo "$repository" --quiet

# sealed FILE BODY   a document of the repository (docs/repository-format.md)
sealed() {
    mkdir -p "$(dirname "$repository/$1")"
    printf '{"sha256":"%s","body":%s}' "$(printf %s "$2" | sha256sum | cut -d' ' -f1)" "$2" >"$repository/$1"
}

# point DAYS-AGO DOMAIN UUID LEVEL READ STORED [WARNING]
midnight=$(date -u -d 0:00 +%s)
number=0
point() {
    number=$((number + 1))
    local time id warnings='[]'
    time=$(date -u -d "@$((midnight + 7200 - $1 * 86400))" +%Y-%m-%dT%H:%M:%S+00:00)
    id=$(date -u -d "$time" +%Y%m%dT%H%M%SZ)-$(printf %06x $((number * 7919 % 16777216)))
    [ -z "${7:-}" ] || warnings="[\"$7\"]"
    sealed "points/$id.json" "{\"id\":\"$id\",\"repositoryId\":\"0123abcd\",\"domain\":\"$2\",\"domainUuid\":\"$3\",\
\"track\":\"default\",\"generation\":1,\"sequence\":$number,\"level\":\"$4\",\"reason\":null,\"time\":\"$time\",\
\"parent\":null,\"checkpoint\":null,\"quiesced\":true,\"domainXml\":\"<domain/>\",\"warnings\":$warnings,\
\"disks\":[{\"name\":\"vda\",\"virtualSizeBytes\":68719476736,\"format\":\"qcow2\",\"level\":\"$4\",\"reason\":null,\
\"root\":\"hole\",\"dirtyMap\":null,\"readBytes\":$5,\"dirtyBytes\":$5,\"storedBytes\":$6}],\
\"timings\":{\"frozen\":\"00:00:00.2\",\"begin\":\"00:00:00.1\",\"copy\":\"00:00:0$((number % 9)).5\"},\"madeBy\":\"lvbackup 0.1.0\"}"
    last=$id
}

mail=11111111-1111-4111-8111-111111111111 web=22222222-2222-4222-8222-222222222222
db=33333333-3333-4333-8333-333333333333
for day in $(seq 45 -1 0); do
    case $((day % 30)) in
        15) point "$day" mail "$mail" Full 34359738368 19327352832 ;;
        1 | 8 | 22) point "$day" mail "$mail" Differential $((day * 300000000 + 900000000)) 700000000 ;;
        *) point "$day" mail "$mail" Incremental $((day * 9000000 + 150000000)) $((day * 5000000 + 40000000)) ;;
    esac
done
for day in $(seq 20 -1 6); do
    point "$day" web-frontend-production-europe-west-1 "$web" Incremental 90000000 30000000 \
        'the guest agent did not answer within 5 s: the point is crash-consistent'
done
point 1 database "$db" Full 51539607552 30064771072
point 0 database "$db" Incremental 73400320 41943040
sealed damaged/1.json "{\"blobs\":[],\"points\":[\"$last\"]}"
mkdir -p "$repository/packs/00"
truncate -s 50G "$repository/packs/00/$(printf 0%.0s {1..64})"

artifacts/bin/lvbackup report --repo "$repository" --html "$work/report.html" --quiet || [ $? = 4 ]
sed -i "s|$work||g" "$work/report.html"

mkdir -p "$out"
picture() { # NAME WIDTH HEIGHT SCHEME (0: dark, 1: light)
    chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$work/browser" \
        --blink-settings=preferredColorScheme="$4" --window-size="$2,$3" --screenshot="$out/$1.png" \
        "file://$work/report.html" 2>/dev/null
}
picture report 1000 620 1
picture wide-light 1200 1900 1
picture wide-dark 1200 1900 0
picture narrow-light 500 2200 1
picture narrow-dark 500 2200 0
ls "$out"/*.png
