namespace LibvirtBackup.Views;

/// <summary>What QEMU has of one disk of a view.</summary>
internal sealed record ViewFacts
{
    /// <summary>Whether what the guest overwrites is kept.</summary>
    public required bool HasJob { get; init; }

    /// <summary>Whether the disk of the instant is there.</summary>
    public required bool HasAccess { get; init; }

    /// <summary>What the scratch image takes; null when it is not there.</summary>
    public required long? UsedBytes { get; init; }

    /// <summary>QEMU's text when the disk of the instant cannot be read; null when it can, or was not tried.</summary>
    public string? ReadError { get; init; }

    internal bool IsComplete => HasJob && HasAccess && UsedBytes is not null;

    internal bool IsNothing => !HasJob && !HasAccess && UsedBytes is null;
}
