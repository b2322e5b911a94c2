namespace LibvirtBackup.Interop.Libvirt;

/// <summary>Figures of a domain (<c>virDomainInfo</c>).</summary>
/// <param name="State">The state.</param>
/// <param name="MaximumMemory">The memory it may have at most, in bytes.</param>
/// <param name="Memory">The memory it has now, in bytes.</param>
/// <param name="VirtualCpus">The number of virtual processors.</param>
/// <param name="CpuTime">The processor time that it used.</param>
public sealed record DomainInfo(
    VirDomainState State, long MaximumMemory, long Memory, int VirtualCpus, TimeSpan CpuTime);
