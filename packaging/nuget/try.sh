#!/usr/bin/env bash
# Builds a project and runs it on a fresh root file system of the lab, which has the .NET SDK and Debian's libraries, and
# neither a NuGet cache nor anything of this source. What is written outside the directories goes to memory.
# packaging/nuget/try.sh SUITE PROJECT DIRECTORIES ARGUMENT...     as root; directories, by colons, are there too
set -Eeuo pipefail
trap 'echo "$0: line $LINENO failed" >&2' ERR

if [ "${1:-}" != inside ]; then
    here=$(dirname "$(realpath "$0")")
    root=${LVB_LAB_CACHE:-/var/cache/lvb-lab}/rootfs/$1
    [ -d "$root" ] || bash "$here/../../eng/lab.sh" prepare "$1"
    exec unshare --mount bash "$0" inside "$root" "${@:2}"
fi

project=$3
sdk=$(dirname "$(realpath "$(command -v dotnet)")")
top=$(mktemp -d)
trap 'umount -l "$top" && rmdir "$top"' EXIT
mount -t tmpfs tmpfs "$top"
mkdir "$top/upper" "$top/work" "$top/root"
mount -t overlay overlay -o "lowerdir=$2,upperdir=$top/upper,workdir=$top/work" "$top/root"
IFS=: read -ra directories <<<"$4"
for directory in /proc /dev "$sdk" "${directories[@]}"; do
    mkdir -p "$top/root$directory"
    mount --rbind "$directory" "$top/root$directory"
done
cp --remove-destination /etc/resolv.conf "$top/root/etc/resolv.conf"
# The way to the registries, and whom this machine trusts there, are the machine's.
mkdir -p "$top/root/etc/ssl/certs"
cp -L --remove-destination /etc/ssl/certs/ca-certificates.crt "$top/root/etc/ssl/certs/"
# No process of the build outlives it.
on() {
    env -i HOME=/root PATH="$sdk:/usr/sbin:/usr/bin:/sbin:/bin" LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
        DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 MSBUILDDISABLENODEREUSE=1 \
        SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt HTTPS_PROXY="${HTTPS_PROXY:-${https_proxy:-}}" \
        LVBACKUP_STATE="${LVBACKUP_STATE:-}" chroot "$top/root" "$@"
}

on apt-get -qq update
on apt-get -qq install -y --no-install-recommends libvirt0 libnbd0 libzstd1 >/dev/null
on dotnet build "$project" --output "$project/out" --nologo -p:UseSharedCompilation=false
on dotnet "$project/out/$(basename "$project"/*.csproj .csproj).dll" "${@:5}"
