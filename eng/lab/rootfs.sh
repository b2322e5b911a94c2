# shellcheck shell=bash
# Root file systems of the suites, built once into the cache by mmdebstrap and never written to afterwards.

rootfs_packages=libvirt-daemon-system,libvirt-clients,qemu-system-x86,qemu-utils

# Real UEFI firmware and a TPM emulator are in one suite's root only: they cost time, and one suite shows what they do.
packages_of() {
    case $1 in
        trixie) echo "$rootfs_packages,ovmf,swtpm,swtpm-tools" ;;
        clients) echo libnbd-bin,nbdkit,qemu-utils ;;
        *) echo "$rootfs_packages" ;;
    esac
}

# Raise the number when the way a root file system is made changes: older caches are then built anew.
recipe_of() { echo "1 $(packages_of "$1")"; }

rootfs_of() { echo "$lab_cache/rootfs/$1"; }

stamp_value() { sed -n "s/^$2=//p" "$(rootfs_of "$1")/.lvb-stamp" 2>/dev/null; }

rootfs_is_current() { [ "$(stamp_value "$1" recipe)" = "$(recipe_of "$1")" ]; }

# forky is a moving suite that will be renamed; what stands in for it when it cannot be had.
suites_for() {
    case $1 in
        forky | clients) echo forky sid trixie ;;
        *) echo "$1" ;;
    esac
}

build_rootfs_from() {
    local name=$1 suite=$2 target=$3 mirror began=$SECONDS
    local -a options
    mirror=$(debian_mirror)
    mapfile -t options < <(apt_options)
    say "$name: building from $suite${mirror:+ at $mirror}"
    mmdebstrap --variant=apt --include="$(packages_of "$name")" "${options[@]}" \
        "$suite" "$target" ${mirror:+"$mirror"} >"$lab_cache/mmdebstrap-$name.log" 2>&1 || return 1
    {
        echo "recipe=$(recipe_of "$name")"
        echo "suite=$suite"
        echo "mirror=$(awk '$1 == "deb" { for (i = 2; i <= NF; i++) if ($i ~ "://") { print $i; exit } }' \
            "$target/etc/apt/sources.list")"
        echo "built=$(date -u +%Y-%m-%dT%H:%M:%SZ)"
        [ "$name" = clients ] || echo "libvirt=$(package_version "$target" libvirt-daemon)"
        echo "qemu=$(package_version "$target" qemu-utils)"
    } >"$target/.lvb-stamp"
    say "$name: built in $((SECONDS - began)) s"
}

# The upstream part of a package's version: 1:7.2+dfsg-7+deb12u18 gives 7.2.
package_version() {
    dpkg-query --admindir="$1/var/lib/dpkg" -W -f '${source:Upstream-Version}' "$2" | sed 's/[+~].*//'
}

suite_runs() { cat "$lab_running"/*/.lab/suite 2>/dev/null | grep -qxF "$1"; }

build_rootfs() {
    local name=$1 fresh=$2 suite work
    [ "$fresh" = fresh ] || ! rootfs_is_current "$name" || return 0
    [ ! -d "$(rootfs_of "$name")" ] || ! suite_runs "$name" \
        || die "$name: labs that run use the old root file system ('eng/lab.sh status'); stop them first"
    mkdir -p "$lab_cache/rootfs"
    # What an interrupted build left: nobody else builds this one while we hold its lock.
    rm -rf "$lab_cache/rootfs/.building-$name"
    work="$lab_cache/rootfs/.building-$name"
    for suite in $(suites_for "$name"); do
        if build_rootfs_from "$name" "$suite" "$work"; then
            rm -rf "$(rootfs_of "$name")"
            mv "$work" "$(rootfs_of "$name")"
            return 0
        fi
        say "$name: $suite cannot be had: $(grep -m1 '^E:' "$lab_cache/mmdebstrap-$name.log" || true)"
        rm -rf "$work"
    done
    die "$name: no root file system; see $lab_cache/mmdebstrap-$name.log"
}

ensure_rootfs() {
    need_root "building $1"
    ensure_packages
    with_cache_lock "rootfs-$1" build_rootfs "$1" "${2:-}"
}

lab_prepare() {
    local fresh='' suite
    may_install=yes
    [ "${1:-}" != --fresh ] || { fresh=fresh; shift; }
    [ $# -gt 0 ] || set -- "${lab_all_suites[@]}" clients
    for suite; do
        ensure_rootfs "$suite" "$fresh"
    done
    ensure_guest
    lab_versions
}

lab_versions() {
    local suite
    for suite in "${lab_all_suites[@]}"; do
        [ -n "$(stamp_value "$suite" suite)" ] || continue
        echo "$suite libvirt $(stamp_value "$suite" libvirt) qemu $(stamp_value "$suite" qemu)" \
            "(from $(stamp_value "$suite" suite), built $(stamp_value "$suite" built))"
    done
}

# The newest NBD clients there are, for tests of our server: a shell line in a root of their own that has DIR.
lab_clients() {
    [ $# -eq 2 ] || die "usage: clients DIR COMMAND"
    ensure_rootfs clients
    exec unshare --mount --propagation private bash "$lab_source/clients" "$(rootfs_of clients)" "$1" "$2"
}
