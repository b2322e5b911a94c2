namespace LibvirtBackup.Backups.Freezing;

/// <summary>What a watchdog is told first: which guest to thaw when its backup does not.</summary>
internal sealed record ThawOrder
{
    /// <summary>What the backup says before it asks the guest to freeze.</summary>
    internal const string Freezing = "freezing";

    /// <summary>What it says when the guest is frozen.</summary>
    internal const string Frozen = "frozen";

    /// <summary>What it says when the guest is thawed: nothing is left to do.</summary>
    internal const string Thawed = "thawed";

    /// <summary>What the watchdog answers when it is connected.</summary>
    internal const string Ready = "ready";

    /// <summary>
    /// For how long after the guest's own time a call to freeze can still be under way in libvirt: 30 s for libvirt's
    /// lock, 5 s for the agent to show itself, and as much as a busy host may add.
    /// </summary>
    internal static readonly TimeSpan Settling = TimeSpan.FromSeconds(45);

    /// <summary>The freeze, as the ledger records it.</summary>
    public required Guid Freeze { get; init; }

    /// <summary>Where libvirt is.</summary>
    public required string Uri { get; init; }

    /// <summary>The domain's UUID.</summary>
    public required Guid DomainUuid { get; init; }

    /// <summary>The domain's name, for messages.</summary>
    public required string Domain { get; init; }

    /// <summary>Where the domain's ledger is.</summary>
    public required string DomainDirectory { get; init; }

    /// <summary>How long the guest may take to freeze.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>How long the guest may stay frozen.</summary>
    public required TimeSpan Limit { get; init; }
}
