namespace LibvirtBackup.Recovery;

/// <summary>What acting came to.</summary>
internal sealed class ActOutcome
{
    /// <summary>Where libvirt found no valid bitmap to adopt.</summary>
    internal List<CheckpointOnDisk> Absent { get; } = [];

    /// <summary>What libvirt refused, one line each.</summary>
    internal List<string> Failures { get; } = [];
}
