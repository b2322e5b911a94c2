namespace LibvirtBackup.Observation;

/// <summary>An operation is over.</summary>
public sealed class OperationEndedEventArgs : EventArgs
{
    /// <summary>What it was.</summary>
    public required OperationKind Kind { get; init; }

    /// <summary>What it was done to: the domain, the point, or the repository's place.</summary>
    public required string Subject { get; init; }

    /// <summary>How long it took.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Why it failed, or was cancelled; null when it did neither.</summary>
    public required Exception? Failure { get; init; }
}
