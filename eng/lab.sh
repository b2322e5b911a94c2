#!/usr/bin/env bash
# The integration lab: libvirtd of several Debian suites in containers, and a tiny guest that really writes.
# docs/lab.md explains it; this file only dispatches.
set -Eeuo pipefail

lab_source=$(cd "$(dirname "${BASH_SOURCE[0]}")/lab" && pwd)
# shellcheck source=lab/common.sh
. "$lab_source/common.sh"
# shellcheck source=lab/packages.sh
. "$lab_source/packages.sh"
# shellcheck source=lab/mirror.sh
. "$lab_source/mirror.sh"
# shellcheck source=lab/rootfs.sh
. "$lab_source/rootfs.sh"
# shellcheck source=lab/guest.sh
. "$lab_source/guest.sh"
# shellcheck source=lab/engine.sh
. "$lab_source/engine.sh"
# shellcheck source=lab/container.sh
. "$lab_source/container.sh"
# shellcheck source=lab/session.sh
. "$lab_source/session.sh"
# shellcheck source=lab/embed.sh
. "$lab_source/embed.sh"
# shellcheck source=lab/vm.sh
. "$lab_source/vm.sh"
# shellcheck source=lab/remote.sh
. "$lab_source/remote.sh"
# shellcheck source=lab/status.sh
. "$lab_source/status.sh"

usage() {
    cat <<'TEXT'
eng/lab.sh prepare [--fresh] [SUITE...]  install what the lab needs, build the root file systems and the guest
eng/lab.sh guest                         the same for the tiny guest alone; prints the directory of kernel and initrd
eng/lab.sh start SUITE DIR               libvirtd of SUITE in a container sharing DIR; prints the connection URI
eng/lab.sh session DIR                   this machine's libvirtd, private and unprivileged; prints the URI
eng/lab.sh stop DIR                      end either of them and remove DIR
eng/lab.sh pids DIR                      host process ids: init, libvirtd, and "qemu NAME PID" for each guest
eng/lab.sh kill-daemon DIR               kill -9 libvirtd, leaving its guests alone
eng/lab.sh restart-daemon DIR            start libvirtd again (after killing it if it still runs)
eng/lab.sh host-view DIR COMMAND...      run COMMAND where libvirt's files and UEFI firmware are those of DIR (trixie)
eng/lab.sh remote DIR                    have it listen as another host: prints its URIs for ssh, TLS and TCP
eng/lab.sh network DIR COMMAND...        run COMMAND of this machine in the network of DIR
eng/lab.sh clients DIR LINE              run a shell line where DIR is and the NBD clients are forky's, the newest
eng/lab.sh embed ROOT COMMAND...         run COMMAND where qemu:///embed?root=ROOT works in seconds
eng/lab.sh embed-stop ROOT               end the guests of an embedded root and remove it
eng/lab.sh vm-start LAB NAME SIZE...     define and start a tiny guest (LAB: a DIR or ROOT of above), wait for its agent
eng/lab.sh vm-run LAB NAME COMMAND       run a line of its shell; its output and exit code become ours
eng/lab.sh vm-copy LAB NAME TARGET       copy its disks to TARGET/vda.raw and so on, paused meanwhile
eng/lab.sh virsh LAB ARGS...             virsh connected to LAB
eng/lab.sh status                        engine, cache, what runs
eng/lab.sh versions                      one line per prepared suite: SUITE libvirt VERSION qemu VERSION
eng/lab.sh mirror                        the Debian mirror that packages come from
eng/lab.sh sweep                         end labs whose test run died
Suites: bullseye bookworm trixie forky. Environment: LVB_LAB_CACHE, LVB_LAB_MIRROR, LVB_LAB_ENGINE (see docs/lab.md).
TEXT
}

command=${1:-help}
[ $# -eq 0 ] || shift
case $command in
    prepare) lab_prepare "$@" ;;
    guest)
        may_install=yes
        # shellcheck disable=SC2119  # not this script's arguments
        ensure_guest
        echo "$guest_dir"
        ;;
    start) lab_start "$@" ;;
    session) lab_session "$@" ;;
    stop) lab_stop "$@" ;;
    pids) lab_pids "$@" ;;
    kill-daemon) lab_kill_daemon "$@" ;;
    restart-daemon) lab_restart_daemon "$@" ;;
    host-view) lab_host_view "$@" ;;
    remote) lab_remote "$@" ;;
    network) lab_network "$@" ;;
    clients) lab_clients "$@" ;;
    embed) lab_embed "$@" ;;
    embed-stop) lab_embed_stop "$@" ;;
    vm-start) lab_vm_start "$@" ;;
    vm-run) lab_vm_run "$@" ;;
    vm-copy) lab_vm_copy "$@" ;;
    virsh) lab_virsh "$@" || exit ;;
    status) lab_status ;;
    versions) lab_versions ;;
    mirror) recorded_mirror ;;
    sweep) lab_sweep ;;
    help | -h | --help) usage ;;
    *)
        usage >&2
        exit 2
        ;;
esac
