namespace LibvirtBackup.Backups;

/// <summary>Whether and how the guest's file systems are frozen for the instant of the backup.</summary>
public sealed record QuiesceOptions
{
    /// <summary>The longest <see cref="Timeout"/> and <see cref="Limit"/>, 10 minutes.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    internal static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    /// <summary>Not asked, tried or required; default <see cref="QuiesceMode.None"/>.</summary>
    public QuiesceMode Mode { get; init; } = QuiesceMode.None;

    /// <summary>The mount points to freeze, as the guest names them; empty means all file systems.</summary>
    public IReadOnlyList<string> MountPoints { get; init; } = [];

    /// <summary>
    /// How long the guest may take to freeze, from 1 s to 10 min; libvirt itself would wait for ever. Default 60 s: a
    /// guest writes out its cache and runs its hooks before it freezes, and QEMU's agent for Windows gives the VSS
    /// writers 60 s for that.
    /// </summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How long the guest may stay frozen until the backup has begun, from 1 s to 10 min; then it is thawed, and the
    /// point no longer counts as file-system-consistent. Default 10 s: Windows (VSS) thaws by itself after 10 s.
    /// </summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(10);

    /// <exception cref="BackupException">Usage: a value makes no sense.</exception>
    internal void Validate()
    {
        if (Mode == QuiesceMode.None && MountPoints.Count > 0)
            throw Wrong("mount points are named, but the guest is not to be frozen; add --quiesce try or require");
        if (MountPoints.Any(string.IsNullOrWhiteSpace))
            throw Wrong("a mount point to freeze is empty");
        if (Timeout < Shortest || Timeout > Longest)
            throw Wrong("the guest may take from 1 second to 10 minutes to freeze");
        if (Limit < Shortest || Limit > Longest)
            throw Wrong("the guest may stay frozen for 1 second to 10 minutes");
    }

    private static BackupException Wrong(string message) => new(FailureKind.Usage, message);
}
