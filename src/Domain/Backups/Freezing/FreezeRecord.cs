namespace LibvirtBackup.Backups.Freezing;

/// <summary>
/// A freeze that may not have been undone. It exists from before the guest is asked until the guest is known to be
/// thawed; whoever thaws removes it.
/// </summary>
internal sealed record FreezeRecord
{
    /// <summary>Tells this freeze from every other.</summary>
    public required Guid Id { get; init; }

    /// <summary>The mount points that were asked for; empty means all.</summary>
    public required IReadOnlyList<string> MountPoints { get; init; }

    /// <summary>When the guest was asked, UTC.</summary>
    public required DateTimeOffset AskedAt { get; init; }

    /// <summary>When a call to freeze that libvirt may still have under way has ended for sure, UTC.</summary>
    public required DateTimeOffset SettledAt { get; init; }

    /// <summary>True when the guest as a whole was paused, and its file systems were not asked.</summary>
    public bool IsPause { get; init; }

    /// <summary>True once the call to freeze has ended: a thaw after that is the last word.</summary>
    public bool IsSettled { get; init; }
}
