namespace LibvirtBackup.Checkpoints;

/// <summary>Which parts of a checkpoint's XML are wanted.</summary>
public sealed record CheckpointXmlParts
{
    /// <summary>With passwords and other secrets of the domain; a read-only connection refuses this.</summary>
    public bool SecurityInfo { get; init; }

    /// <summary>Without the domain's definition.</summary>
    public bool NoDomain { get; init; }

    /// <summary>With the bytes changed since the checkpoint, per disk; the domain has to run.</summary>
    public bool Size { get; init; }
}
