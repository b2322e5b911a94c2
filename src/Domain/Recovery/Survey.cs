namespace LibvirtBackup.Recovery;

/// <summary>What was found of a domain's checkpoints and bitmaps at one look.</summary>
internal sealed record Survey
{
    internal required bool IsRunning { get; init; }

    /// <summary>Names of all checkpoints that libvirt knows, whoever's they are.</summary>
    internal required IReadOnlyList<string> Names { get; init; }

    /// <summary>Those of this repository, by name.</summary>
    internal required IReadOnlyDictionary<string, TrackedCheckpoint> Checkpoints { get; init; }

    /// <summary>One row for each checkpoint and disk, with its answer.</summary>
    internal required IReadOnlyList<TrackingRow> Rows { get; init; }

    /// <summary>What the audit has against a checkpoint on a disk.</summary>
    internal required IReadOnlyDictionary<CheckpointOnDisk, string> Doubts { get; init; }
}
