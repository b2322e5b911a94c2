using System.Text;

namespace LibvirtBackup.Integration.Tests.Lab;

/// <summary>
/// The domain XML of a lab guest: a kernel of its own, virtio disks, the agent's channel, a serial log.
/// </summary>
internal static class LabGuestXml
{
    public static string Build(
        LabHost host,
        string name,
        string directory,
        IReadOnlyList<(LabDisk Disk, string Path)> disks,
        bool usesKvm)
    {
        var devices = new StringBuilder();
        for (int i = 0; i < disks.Count; i++)
        {
            (LabDisk disk, string path) = disks[i];
            devices.AppendLine(
                $"""
                    <disk type='file' device='disk'>
                      <driver name='qemu' type='{disk.Format}' {disk.DriverAttributes}/>
                      <source file='{path}'/>
                      <target dev='{LabDisk.TargetOf(i)}' bus='virtio'/>
                    </disk>
                """);
        }

        return $"""
            <domain type='{(usesKvm ? "kvm" : "qemu")}'>
              <name>{name}</name>
              <memory unit='MiB'>160</memory>
              <vcpu>1</vcpu>
              <os>
                <type arch='x86_64' machine='pc'>hvm</type>
                <kernel>{host.GuestDirectory}/vmlinuz</kernel>
                <initrd>{host.GuestDirectory}/initrd</initrd>
                <cmdline>console=ttyS0 quiet panic=-1 mitigations=off no_timer_check</cmdline>
              </os>
              <features><acpi/></features>
              <on_poweroff>destroy</on_poweroff>
              <on_reboot>destroy</on_reboot>
              <on_crash>destroy</on_crash>
              <devices>
            {devices}
                <controller type='usb' model='none'/>
                <serial type='file'><source path='{directory}/serial.log'/></serial>
                <channel type='unix'>
                  <source mode='bind' path='{directory}/agent'/>
                  <target type='virtio' name='org.qemu.guest_agent.0'/>
                </channel>
                <memballoon model='none'/>
              </devices>
            </domain>
            """;
    }
}
