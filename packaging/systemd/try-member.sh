#!/usr/bin/env bash
# What a member of the group libvirt can do, with the socket, polkit and its rules as the distribution has them; and
# what others are told. A part of try.sh, which runs it where the guest 'web' runs.
set -Eeuo pipefail
trap 'echo "$0: line $LINENO failed" >&2' ERR
export LIBVIRT_DEFAULT_URI=qemu:///system
image=/var/lib/libvirt/images/web.qcow2

# as USER ARGUMENTS...: lvbackup, run by a user who has just logged in.
as() {
    local user=$1
    shift
    runuser -l "$user" -c "cd / && LIBVIRT_DEFAULT_URI=$LIBVIRT_DEFAULT_URI LVBACKUP_REPO=/srv/$user/repo lvbackup $*"
}

# refused TEXT COMMAND...: it fails, and says so.
refused() {
    local text=$1 said
    shift
    ! said=$("$@" 2>&1) || { echo "done: $*" >&2; return 1; }
    [[ $said == *"$text"* ]] || { echo "$*: $said" >&2; return 1; }
}

# write OFFSET: the guest writes.
write() {
    virsh -q qemu-monitor-command web --hmp \
        "qemu-io -d /machine/peripheral/virtio-disk0/virtio-backend \"write -P 9 $1 64k\"" >/dev/null
    virsh -q qemu-monitor-command web --hmp \
        'qemu-io -d /machine/peripheral/virtio-disk0/virtio-backend flush' >/dev/null
}

useradd --create-home --groups libvirt member
chmod 700 /home/member # as newer distributions have it
useradd --create-home stranger
install -d -o member /srv/member

refused 'usermod -aG libvirt stranger' as stranger doctor --host
refused 'usermod -aG libvirt stranger' as stranger checkpoint-list web

as member init -q
as member doctor --host --scratch /var/tmp >/dev/null
for round in 1 2; do
    write ${round}M
    point=$(as member backup web --scratch /var/tmp -q)
    as member restore "$point" --to "/srv/member/$round" --format raw -q >/dev/null
    qemu-img compare -U -f qcow2 -F raw $image "/srv/member/$round/vda.raw"
done
[ "$(as member list web --json | grep -c '"level": "incremental"')" = 1 ]

refused "let it pass there ('chmod o+x'), or give another --scratch-dir" as member snapshot-open web --name one
qemu-img convert -U -O raw $image /srv/then.raw
as member snapshot-open web --name one --scratch-dir /var/tmp >/dev/null
refused 'another --state-dir' as member export-start --view one
as member snapshot-close one
state='--state-dir /srv/member/state'
as member snapshot-open web --name two "$state" >/dev/null
write 5M
as member export-start --view two "$state" >/dev/null
qemu-img compare -f raw -F raw 'nbd+unix:///vda?socket=/srv/member/state/exports/two/nbd' /srv/then.raw
as member snapshot-close two "$state"
[ -z "$(find /srv/member/state/scratch /srv/member/state/nbd /var/tmp -mindepth 1 -name 'lvb-*')" ]

for round in 1 2; do
    write $((round + 6))M
    as member push web --to /srv/member/set -q >/dev/null
done
newest=$(find /srv/member/set -name vda.qcow2 | sort | tail -n 1)
qemu-img compare -U $image "$newest"
[ -z "$(find /srv/member/set -mindepth 1 \( -type d -o -name vda.qcow2 \) \( ! -user member -o -perm /077 \))" ]
echo "a member of the group libvirt: backed up, restored, looked at, pushed"
