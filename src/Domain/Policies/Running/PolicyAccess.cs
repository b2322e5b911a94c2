using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Repositories;

namespace LibvirtBackup.Policies.Running;

/// <summary>How the hosts and repositories that policies name are opened.</summary>
internal sealed record PolicyAccess
{
    /// <summary>Opens a host by its URI, or the command's own one; who asks closes it.</summary>
    public required Func<string?, CancellationToken, Task<LibvirtConnection>> ConnectAsync { get; init; }

    /// <summary>Opens a repository; who asks closes it.</summary>
    public required Func<PolicyRepository, CancellationToken, Task<Repository>> OpenAsync { get; init; }
}
