namespace LibvirtBackup.Interop.Libvirt;

/// <summary>What a domain is doing.</summary>
/// <param name="State">The state; a value that this library does not know passes through.</param>
/// <param name="Reason">
/// Why, a number whose meaning depends on the state: a value of <see cref="VirDomainShutoffReason"/> when shut off, of
/// <see cref="VirDomainPausedReason"/> when paused, and so on.
/// </param>
public sealed record DomainStateInfo(VirDomainState State, int Reason)
{
    /// <summary>Whether a QEMU process exists: running, paused, shutting down and so on.</summary>
    public bool IsActive => State is not (VirDomainState.Shutoff or VirDomainState.Crashed or VirDomainState.Nostate);
}
