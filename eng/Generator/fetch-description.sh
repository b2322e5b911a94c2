#!/bin/sh
# Fetches the newest libvirt API description and its C headers, and prints the folder that holds them.
#
#   eng/Generator/fetch-description.sh [FOLDER]
#
# FOLDER (default: LIBVIRT_API_DIR, else ~/.cache/libvirt-backup/libvirt-api) receives
#   libvirt-api.xml  libvirt-qemu-api.xml  include/libvirt/*.h  VERSION
# They come from the libvirt-dev package of the newest suite that the machine's own Debian mirror has. Nothing is
# installed, and nothing lands in the repository: libvirt's texts are LGPL, this project is MIT.
# LIBVIRT_SUITE picks another suite, LIBVIRT_MIRROR another mirror. A folder that is filled already is kept.
set -eu

folder=${1:-${LIBVIRT_API_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/libvirt-backup/libvirt-api}}
if [ -s "$folder/VERSION" ]; then
    echo "$folder"
    exit 0
fi

suite=${LIBVIRT_SUITE:-forky}
mirror=${LIBVIRT_MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' \
    | grep -v security | head -n 1)}
[ -n "$mirror" ] || mirror=$(bash "$(dirname "$0")/../lab.sh" mirror)
[ -n "$mirror" ] || { echo "no Debian mirror is known: set LIBVIRT_MIRROR to one, or run eng/lab.sh prepare first" >&2; exit 1; }
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/state/lists/partial" "$work/cache/archives/partial" "$work/out"
: > "$work/state/status"
echo "deb [signed-by=$keyring] $mirror $suite main" > "$work/sources.list"

# The machine's own apt settings stay (a proxy, say), but not its lists, its packages or its hooks.
# Parts are read after the file in APT_CONFIG, so what overrides them must be a part itself.
mkdir "$work/parts"
cp /etc/apt/apt.conf.d/* "$work/parts/" 2>/dev/null || true
echo "Dir::Etc::parts \"$work/parts\";" > "$work/apt.conf"
cat > "$work/parts/zz-private" <<CONF
Dir::State "$work/state";
Dir::State::status "$work/state/status";
Dir::Cache "$work/cache";
Dir::Etc::sourcelist "$work/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Acquire::Check-Valid-Until "false";
Acquire::Languages "none";
APT::Sandbox::User "root";
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Post-Invoke;
#clear Acquire::IndexTargets::deb::DEP-11;
CONF

private_apt() {
    APT_CONFIG="$work/apt.conf" apt-get -qq "$@"
}

private_apt update >&2
(cd "$work" && private_apt download libvirt-dev >&2)
dpkg-deb --extract "$work"/libvirt-dev_*.deb "$work/out"

mkdir -p "$folder/include"
cp "$work/out/usr/share/libvirt/api/libvirt-api.xml" "$work/out/usr/share/libvirt/api/libvirt-qemu-api.xml" "$folder/"
cp -r "$work/out/usr/include/libvirt" "$folder/include/"
# Last, so that a broken run leaves a folder that the next run fills again.
dpkg-deb --field "$work"/libvirt-dev_*.deb Version > "$folder/VERSION"
echo "$folder"
