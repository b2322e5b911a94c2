# shellcheck shell=bash
# Where packages come from: the mirror and the settings of this machine's own apt.

# Prints the mirror, or nothing: then mmdebstrap takes the one that it knows for the suite (on Ubuntu, say).
debian_mirror() {
    [ -z "${LVB_LAB_MIRROR:-}" ] || { echo "$LVB_LAB_MIRROR"; return; }
    local found=
    if command -v apt-get >/dev/null; then
        # Security archives hold single packages only; PPAs and vendors' archives name another origin.
        # shellcheck disable=SC2016  # apt expands these
        found=$(apt-get indextargets --format '$(ORIGIN) $(REPO_URI)' 'Created-By: Packages' 2>/dev/null \
            | awk '$1 == "Debian" && $2 !~ /security/ { print $2; exit }')
    fi
    echo "${found%/}"
}

# The mirror, or the one that a root file system was made from; for scripts that cannot do without.
recorded_mirror() {
    local found
    found=$(debian_mirror)
    [ -n "$found" ] || found=$(sed -n 's/^mirror=//p' "$lab_cache"/rootfs/*/.lvb-stamp 2>/dev/null | head -n 1)
    echo "$found"
}

# Prints mmdebstrap's options that repeat the machine's proxy, retry and date settings.
apt_options() {
    command -v apt-config >/dev/null || return 0
    apt-config dump | sed -nE '/ "";$/d; s/^(Acquire::(https?::|Check-|Retries|ForceIPv).*)/--aptopt=\1/p'
}
