# shellcheck shell=bash
# Tiny virtual machines for people and scripts: in a container's lab or in an embedded root, LAB being its directory.
# (Tests have LabGuest instead.) The guest's disks are LAB/NAME/vda.qcow2 and so on.

lab_virsh() {
    local lab=$1 argument line=
    shift
    if [ -e "$lab/.lab/uri" ]; then
        virsh -q -c "$(cat "$lab/.lab/uri")" "$@" || return
        return
    fi
    for argument; do
        line+=" '${argument//\'/\'\\\'\'}'"
    done
    # An embedded driver that was just opened takes its running guests up in the background. Until that is done it says
    # that an agent is not connected, and a program that ends meanwhile may crash: that thread goes on while exit()
    # unloads libraries (libvirt 9.0). Statistics need the guests' job, so they wait for it. virsh's echo ends no line.
    (lab_embed "$lab" virsh -q -c "qemu:///embed?root=$lab" "domstats --balloon; echo lab-ready; $line") \
        | sed '1,/^lab-ready/ { /^lab-ready$/d; s/^lab-ready//; t; d }' || return
}

write_domain() {
    local directory=$1 name=$2 type=qemu image target
    shift 2
    ! kvm_works || type=kvm
    cat <<TEXT
<domain type='$type'>
  <name>$name</name>
  <memory unit='MiB'>160</memory>
  <vcpu>1</vcpu>
  <os>
    <type arch='x86_64' machine='pc'>hvm</type>
    <kernel>$guest_dir/vmlinuz</kernel>
    <initrd>$guest_dir/initrd</initrd>
    <cmdline>console=ttyS0 quiet panic=-1 mitigations=off no_timer_check</cmdline>
  </os>
  <features><acpi/></features>
  <on_poweroff>destroy</on_poweroff>
  <on_reboot>destroy</on_reboot>
  <on_crash>destroy</on_crash>
  <devices>
    <controller type='usb' model='none'/>
    <serial type='file'><source path='$directory/serial.log'/></serial>
    <channel type='unix'>
      <source mode='bind' path='$directory/agent'/>
      <target type='virtio' name='org.qemu.guest_agent.0'/>
    </channel>
    <memballoon model='none'/>
TEXT
    for image; do
        target=${image##*/}
        cat <<TEXT
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2' discard='unmap'/>
      <source file='$image'/>
      <target dev='${target%.qcow2}' bus='virtio'/>
    </disk>
TEXT
    done
    printf '  </devices>\n</domain>\n'
}

lab_vm_start() {
    [ $# -ge 3 ] || die "usage: vm-start LAB NAME SIZE..."
    local lab=$1 name=$2 directory=$1/$2 size letters=abcdefgh
    local -a images=()
    shift 2
    ensure_guest
    mkdir -p "$directory"
    for size; do
        images+=("$directory/vd${letters:${#images[@]}:1}.qcow2")
        qemu-img create -q -f qcow2 "${images[-1]}" "$size"
    done
    write_domain "$directory" "$name" "${images[@]}" >"$directory/domain.xml"
    lab_virsh "$lab" define "$directory/domain.xml"
    lab_virsh "$lab" start "$name"
    wait_until 90 agent_answers "$lab" "$name" \
        || die "the guest agent of $name does not answer; see $directory/serial.log"
}

agent_answers() { lab_virsh "$1" qemu-agent-command "$2" '{"execute":"guest-ping"}' >/dev/null 2>&1; }

json_number() { sed -n "s/.*\"$1\": *\(-\{0,1\}[0-9]*\).*/\1/p"; }
json_text() { sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p"; }

# Runs a line of the guest's shell; prints what it printed and ends with its exit code.
lab_vm_run() {
    [ $# -eq 3 ] || die "usage: vm-run LAB NAME COMMAND"
    local lab=$1 name=$2 command=$3 arguments answer code
    command=${command//\\/\\\\}
    command=${command//\"/\\\"}
    command=${command//$'\n'/\\n}
    arguments='"path":"/sbin/dash","arg":["-c","'"$command"'"],"env":["PATH=/sbin:/bin"],"capture-output":true'
    answer=$(lab_virsh "$lab" qemu-agent-command "$name" "{\"execute\":\"guest-exec\",\"arguments\":{$arguments}}") \
        || die "$name: the guest agent refused the command"
    arguments="\"pid\":$(json_number pid <<<"$answer")"
    while :; do
        answer=$(lab_virsh "$lab" qemu-agent-command "$name" \
            "{\"execute\":\"guest-exec-status\",\"arguments\":{$arguments}}") \
            || die "$name: the guest agent does not say how the command ended"
        [ "${answer/\"exited\":true/}" = "$answer" ] || break
        sleep 0.1
    done
    json_text out-data <<<"$answer" | base64 -d
    json_text err-data <<<"$answer" | base64 -d >&2
    code=$(json_number exitcode <<<"$answer")
    # A command that a signal ended has no exit code; shells say 128 and the signal.
    exit "${code:-$((128 + $(json_number signal <<<"$answer")))}"
}

# Copies the disks as raw images to TARGET while the guest is paused, which makes QEMU flush: what a backup made at
# this moment must restore to.
lab_vm_copy() {
    [ $# -eq 3 ] || die "usage: vm-copy LAB NAME TARGET"
    local lab=$1 name=$2 target=$3 image copy
    mkdir -p "$target"
    # shellcheck disable=SC2064  # the guest of now
    trap "lab_virsh '$lab' resume '$name'" EXIT
    lab_virsh "$lab" suspend "$name"
    for image in "$lab/$name"/vd?.qcow2; do
        copy=${image##*/}
        qemu-img convert -U -f qcow2 -O raw "$image" "$target/${copy%.qcow2}.raw"
    done
}
