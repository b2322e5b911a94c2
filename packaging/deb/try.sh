#!/usr/bin/env bash
# Installs the Debian package on a fresh root file system of the lab, uses it, and purges it. What is written goes to an
# overlay in memory.
# packaging/deb/try.sh SUITE PACKAGE     as root
set -Eeuo pipefail
trap 'echo "$0: line $LINENO failed" >&2' ERR

if [ "${1:-}" != inside ]; then
    here=$(dirname "$(realpath "$0")")
    root=${LVB_LAB_CACHE:-/var/cache/lvb-lab}/rootfs/$1
    [ -d "$root" ] || bash "$here/../../eng/lab.sh" prepare "$1"
    exec unshare --mount --pid --fork --kill-child bash "$0" inside "$root" "$(realpath "$2")"
fi

top=$(mktemp -d)
trap 'umount -l "$top" && rmdir "$top"' EXIT
mount -t tmpfs tmpfs "$top"
mkdir "$top/upper" "$top/work" "$top/root"
mount -t overlay overlay -o "lowerdir=$2,upperdir=$top/upper,workdir=$top/work" "$top/root"
mount -t proc proc "$top/root/proc"
mount --rbind /dev "$top/root/dev"
cp --remove-destination /etc/resolv.conf "$top/root/etc/resolv.conf"
cp "$3" "$top/root/tmp/lvbackup.deb"
on() { DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 chroot "$top/root" "$@"; }

echo 'man-db man-db/auto-update boolean false' | on debconf-set-selections
on apt-get -qq update
on apt-get -qq install -y --no-install-recommends man-db >/dev/null
remains() { on find / -xdev \( -path /proc -o -path /tmp -o -path /sys \) -prune -o -iname '*lvbackup*' -print; }
[ -z "$(remains)" ]
on apt-get -qq install -y --no-install-recommends /tmp/lvbackup.deb >/dev/null
[ -z "$(on dpkg --verify lvbackup)" ]

# What the pages link to is there.
grep -roE '\]\([^)]+\)' "$top/root/usr/share/doc/lvbackup" --include='*.md' | while IFS=: read -r page link; do
    link=${link#](}
    link=${link%)}
    link=${link%%#*}
    case $link in http*: | https* | '') continue ;; esac
    [ -e "$(dirname "$page")/$link" ] || { echo "$page links to '$link', which is not there" >&2; exit 1; }
done

on lvbackup --version
on lvbackup init --repo /tmp/repository >/dev/null
on lvbackup verify --repo /tmp/repository >/dev/null
mkdir "$top/root/var/lib/lvbackup" # as the service makes it

for page in $(on dpkg -L lvbackup | sed -n 's|^/usr/share/man/man1/\(.*\)\.1\.gz$|\1|p'); do
    text=$(MANWIDTH=80 on man --warnings -P cat "$page" 2>"$top/said")
    [ -n "$text" ] && [ ! -s "$top/said" ] || { cat "$top/said" >&2; exit 1; }
done
on man -P cat lvbackup | grep -q 'lvbackup-backup(1)'

# shellcheck disable=SC2016  # for the shell within
found=$(on bash -c '. /usr/share/bash-completion/completions/lvbackup
    COMP_LINE="lvbackup back" COMP_POINT=13 COMP_WORDS=(lvbackup back) COMP_CWORD=1
    _lvbackup; printf "%s\n" "${COMPREPLY[@]}"')
grep -qx backup <<<"$found"

echo changed >>"$top/root/etc/default/lvbackup"
touch "$top/root/etc/lvbackup/backup.key"
on dpkg --configure -a
on apt-get -qq remove -y lvbackup >/dev/null
grep -qx changed "$top/root/etc/default/lvbackup" # a changed configuration outlives removal
on apt-get -qq purge -y lvbackup >/dev/null
rm "$top/root/etc/lvbackup/backup.key" # or this fails: a key is not the package's to remove
rmdir "$top/root/etc/lvbackup"
left=$(remains)
[ -z "$left" ] || { echo "purge leaves: $left" >&2; exit 1; }
echo "installed, used and purged on $(sed -n 's/^PRETTY_NAME=//p' "$top/root/etc/os-release")"
