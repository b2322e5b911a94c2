using LibvirtBackup.Interop.Xml;

namespace LibvirtBackup.Domain.Tests.Recovery.Simulation;

/// <summary>The definition of a simulated domain.</summary>
internal static class SimulatedDefinition
{
    /// <summary>Block devices, for of files more is looked at than their names.</summary>
    internal static DomainXml Of(SimulatedDomain domain, Guid uuid) => DomainXml.Parse(
        $"<domain type='kvm'><name>web</name><uuid>{uuid}</uuid><devices>"
        + string.Concat(domain.Images.Select(image =>
            "<disk type='block' device='disk'><driver name='qemu' type='qcow2'/>"
            + $"<source dev='{image.Value.Path}'/><target dev='{image.Key}' bus='virtio'/></disk>"))
        + "</devices></domain>");
}
