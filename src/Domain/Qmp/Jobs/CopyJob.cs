using System.Text.Json.Serialization;

namespace LibvirtBackup.Qmp;

/// <summary>Copies a node to another one (<c>blockdev-backup</c> with <c>sync: full</c>).</summary>
/// <param name="JobId">The job's id in QEMU; it stays known, concluded, until it is dismissed.</param>
/// <param name="Device">What is copied.</param>
/// <param name="Target">Where to; as large.</param>
internal sealed record CopyJob(string JobId, string Device, string Target) : QmpAction
{
    /// <summary>Always <c>full</c>.</summary>
    public string Sync { get; } = "full";

    /// <summary>Always false.</summary>
    public bool AutoDismiss { get; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Command => "blockdev-backup";
}
