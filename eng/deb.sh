#!/usr/bin/env bash
# Makes the Debian package: the program with a .NET runtime of its own, manual pages, completion, systemd units.
# eng/deb.sh [DIR [COMPRESSION]]   where to; default artifacts/deb, xz. Prints the package's path.
set -euo pipefail
compression=${2:-xz}
out=$(realpath -m "${1:-$(dirname "$0")/../artifacts/deb}")
cd "$(dirname "$0")/.."

# shellcheck source=eng/packages.sh
. eng/packages.sh
need_dotnet
need_packages dpkg-deb:dpkg gzip:gzip

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/lvbackup
program=$root/usr/lib/lvbackup

# The host looks for the runtime beside the program and nowhere else.
bash eng/build.sh "$program" -p:AppHostRelativeDotNet=dotnet >&2
runtime=$(dotnet --list-runtimes | awk '$1 == "Microsoft.NETCore.App" && $2 ~ /^10\./ { version = $2; path = $3 }
    END { gsub(/[][]/, "", path); print path "/" version }')
dotnet_root=$(dirname "$(dirname "$(dirname "$runtime")")")
install -d "$program/dotnet/shared/Microsoft.NETCore.App" "$program/dotnet/host"
cp -r "$runtime" "$program/dotnet/shared/Microsoft.NETCore.App/"
cp -r "$dotnet_root/host/fxr" "$program/dotnet/host/"
find "$program" -type f -exec chmod 644 {} + && chmod 755 "$program/lvbackup"

install -d "$root/usr/bin" "$root/usr/share/man/man1"
ln -s ../lib/lvbackup/lvbackup "$root/usr/bin/lvbackup"
"$program/lvbackup" __manual "$root/usr/share/man/man1"
gzip -9n "$root"/usr/share/man/man1/*

completion() { install -D -m 644 /dev/stdin "$root/$2" < <("$program/lvbackup" completion "$1"); }
completion bash usr/share/bash-completion/completions/lvbackup
completion zsh usr/share/zsh/vendor-completions/_lvbackup
completion fish usr/share/fish/vendor_completions.d/lvbackup.fish

install -D -m 644 -t "$root/lib/systemd/system" packaging/systemd/lvbackup.service packaging/systemd/lvbackup.timer
install -d -m 755 "$root/etc/lvbackup/policies"
install -D -m 644 packaging/deb/lvbackup.default "$root/etc/default/lvbackup"

documentation=$root/usr/share/doc/lvbackup
install -D -m 644 -t "$documentation" README.md CONTRIBUTING.md packaging/deb/copyright
# As in the sources, so that the pages' links work.
install -D -m 644 -t "$documentation/docs" docs/*
find samples \( -name bin -o -name obj \) -prune -o -type f -exec cp --parents -t "$documentation" {} +
install -m 644 -t "$documentation" "$dotnet_root/LICENSE.txt" "$dotnet_root/ThirdPartyNotices.txt"
gzip -9nc CHANGELOG.md >"$documentation/changelog.gz"

version=$("$program/lvbackup" --version | cut -d' ' -f2)
install -d "$root/DEBIAN"
sed "s/@VERSION@/$version/; s/@SIZE@/$(du -sk "$root" | cut -f1)/" packaging/deb/control >"$root/DEBIAN/control"
echo /etc/default/lvbackup >"$root/DEBIAN/conffiles"
install -m 755 -t "$root/DEBIAN" packaging/deb/postinst packaging/deb/prerm packaging/deb/postrm
(cd "$root" && find usr lib etc -type f -exec md5sum {} +) >"$root/DEBIAN/md5sums"

mkdir -p "$out"
package=$out/lvbackup_${version}_amd64.deb
dpkg-deb --root-owner-group -Z"$compression" -z1 --build "$root" "$package" >&2
echo "$package"
