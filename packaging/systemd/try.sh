#!/usr/bin/env bash
# Runs the hardened service under a real systemd: a container boots a root file system of the lab, with libvirtd and a
# guest that is paused, and starts lvbackup.service. Two policies back the guest up to /srv; then the
# unit boots a point for a test; the journal has no secret of all that. A member of the group libvirt backs up too
# (try-member.sh). QEMU is its own user. What is written goes to an overlay in memory.
# packaging/systemd/try.sh PROGRAM_DIRECTORY     as root; the program is what eng/build.sh makes
set -Eeuo pipefail
trap 'echo "$0: line $LINENO failed" >&2' ERR
suite=bookworm

points() { lvbackup list -r /srv/backup --json | sed -n 's/.*"point": *"\([^"]*\)".*/\1/p'; }

# start UNIT   and say what it said where it fails.
start() {
    systemctl start "$1" && return
    journalctl --no-pager --output=cat --unit="$1"
    return 1
}

checks() {
    local image=/var/lib/libvirt/images/web.qcow2 uri=qemu:///system
    systemd-analyze verify --man=no lvbackup.service lvbackup.timer
    until virsh -q -c $uri uri >/dev/null 2>&1; do sleep 0.1; done
    qemu-img create -q -f qcow2 $image 16M
    qemu-io -c 'write -q -P 7 1M 4M' $image
    virsh -q -c $uri define /root/web.xml >/dev/null
    virsh -q -c $uri start --paused web >/dev/null
    export LVBACKUP_PASSPHRASE_FILE=/etc/lvbackup/phrase # for the unit it is in /etc/default/lvbackup
    lvbackup init -q -r /srv/backup --encrypt

    start lvbackup.service
    [ "$(points | wc -l)" = 2 ] # of two policies, on two tracks
    for point in $(points); do
        lvbackup -q restore "$point" -r /srv/backup --to "/srv/$point" --format raw >/dev/null
        qemu-img compare -U -f qcow2 -F raw $image "/srv/$point/vda.raw"
    done
    virsh -c $uri domjobinfo web | grep -q 'Job type: *None'
    [ -z "$(find /var/lib/lvbackup/jobs -mindepth 1)" ]
    start lvbackup.service
    [ "$(points | wc -l)" = 2 ] # nothing was due

    # The same unit, for what a policy does later.
    sed "s|^ExecStart=.*|ExecStart=/usr/bin/lvbackup test-restore -r /srv/backup $(points | tail -n 1) --run-for 1s|" \
        /etc/systemd/system/lvbackup.service >/etc/systemd/system/proof.service
    start proof.service
    [ "$(virsh -q -c $uri list --all --name)" = web ] # and no more

    journalctl --sync
    journalctl --no-pager --output=export >/root/journal
    grep -q 'the webhook was not reached' /root/journal # what is said gets there
    grep -q '^LVBACKUP_PASSPHRASE_FILE=/etc/lvbackup/phrase$' /srv/hook
    if grep -a 'Xy-' /root/journal /srv/hook; then return 1; fi
    echo "$(systemctl --version | head -n 1): backed up, restored, test-restored, and the journal has no secret"
    bash /root/try-member.sh
}

case ${1:-} in
    checks)
        checks
        exit
        ;;
    inside)
        bash "$0" checks >/root/said 2>&1 && echo good >/root/result
        exec systemctl --no-block exit
        ;;
esac

if [ "${1:-}" != own ]; then
    here=$(dirname "$(realpath "$0")")
    root=${LVB_LAB_CACHE:-/var/cache/lvb-lab}/rootfs/$suite
    [ -d "$root" ] || bash "$here/../../eng/lab.sh" prepare "$suite"
    exec unshare --mount bash "$0" own "$root" "$(realpath "$1")" "$here"
fi

root=$2 program=$3 here=$4
top=$(mktemp -d)
trap 'umount -l "$top" && rmdir "$top"' EXIT
mount -t tmpfs tmpfs "$top"
mkdir "$top/upper" "$top/work" "$top/root"
mount -t overlay overlay -o "lowerdir=$root,upperdir=$top/upper,workdir=$top/work" "$top/root"
box=$top/root
cp -r "$program" "$box/usr/lib/lvbackup"
ln -s ../lib/lvbackup/lvbackup "$box/usr/bin/lvbackup"
cp -L /usr/lib/x86_64-linux-gnu/libnbd.so.0 "$box/usr/lib/x86_64-linux-gnu/"
cp "$here/lvbackup.service" "$here/lvbackup.timer" "$box/etc/systemd/system/"
cp "$0" "$here/try-member.sh" "$box/root/"
cp /usr/bin/setfacl "$box/usr/bin/"
mkdir -p "$box/etc/lvbackup/policies" "$box/usr/share/dotnet"
for secret in phrase hook token; do # the address is one of nobody
    echo "http://127.0.0.1:9/Xy-$secret" >"$box/etc/lvbackup/$secret"
done
echo LVBACKUP_PASSPHRASE_FILE=/etc/lvbackup/phrase >"$box/etc/default/lvbackup"
cat >"$box/etc/lvbackup/policies/all.yaml" <<TEXT
version: 1
name: all
domains: {all: true}
repository: {directory: /srv/backup}
schedule: {full: yearly on january 1 at 00:00}
hooks:
  after: {run: [/bin/sh, -c, "env >/srv/hook"]}
notify:
  on: [success, warning, failure]
  webhook: {url-file: /etc/lvbackup/hook, token-file: /etc/lvbackup/token, timeout: 1s}
TEXT
cat >"$box/etc/lvbackup/policies/second.yaml" <<TEXT
version: 1
name: second
domains: {names: [web]}
repository: {directory: /srv/backup}
track: second
schedule: {incremental: daily at 00:00}
TEXT
cat >"$box/root/web.xml" <<TEXT
<domain type='qemu'>
  <name>web</name>
  <memory unit='MiB'>32</memory>
  <vcpu>1</vcpu>
  <os><type arch='x86_64' machine='pc'>hvm</type></os>
  <devices>
    <disk type='file' device='disk'><driver name='qemu' type='qcow2'/>
      <source file='/var/lib/libvirt/images/web.qcow2'/><target dev='vda' bus='virtio'/></disk>
    <controller type='usb' model='none'/>
    <memballoon model='none'/>
  </devices>
</domain>
TEXT
printf '%s\n' 'cgroup_controllers = []' 'security_driver = "none"' 'namespaces = []' >>"$box/etc/libvirt/qemu.conf"
cat >"$box/etc/systemd/system/try.service" <<TEXT
[Service]
Type=oneshot
ExecStart=/bin/bash /root/try.sh inside
TEXT
mkdir -p "$box/etc/systemd/system/multi-user.target.wants"
ln -s ../try.service "$box/etc/systemd/system/multi-user.target.wants/try.service"
systemd-nspawn --quiet --register=no --keep-unit --private-network --directory="$box" \
    --bind-ro=/usr/share/dotnet --boot systemd.unit=multi-user.target >"$top/boot" 2>&1 </dev/null || true
cat "$box/root/said" 2>/dev/null || tail -n 40 "$top/boot"
[ "$(cat "$box/root/result" 2>/dev/null)" = good ]
