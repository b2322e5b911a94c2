namespace LibvirtBackup.InstantRecovery;

/// <summary>How domains that run from the repository are kept on this host.</summary>
internal sealed record InstantRecoveryOptions
{
    /// <summary>Where is noted which domains run from a repository.</summary>
    public required string StateDirectory { get; init; }

    /// <summary>
    /// The program and arguments of the process that serves a point to QEMU, such as <c>/usr/bin/lvbackup
    /// point-server</c>; the domain's UUID, the repository and what opens it are added. It calls
    /// <see cref="Servers.PointServerHost"/>. Empty where it cannot be started.
    /// </summary>
    public IReadOnlyList<string> Server { get; init; } = [];

    /// <summary>The same of the process that mounts a point; it calls <see cref="Mounts.PointMounter"/>.</summary>
    public IReadOnlyList<string> Mounter { get; init; } = [];
}
