using System.Text.Json.Serialization;

namespace LibvirtBackup.Qmp;

/// <summary>
/// Begins to keep what the guest overwrites (<c>blockdev-backup</c> with <c>sync: none</c>): before a write reaches the
/// node, what it replaces is copied to the target. The job goes on until it is cancelled.
/// </summary>
/// <param name="JobId">The job's id in QEMU.</param>
/// <param name="Device">The node that the guest writes.</param>
/// <param name="Target">The node that gets what is replaced; as large as the other.</param>
/// <param name="FilterNodeName">How the filter is called that the job puts before the node.</param>
internal sealed record FleecingJob(string JobId, string Device, string Target, string FilterNodeName) : QmpAction
{
    /// <summary>What a filter does that breaks the view rather than the guest's write.</summary>
    public const string BreakSnapshot = "break-snapshot";

    /// <summary>Always <c>none</c>.</summary>
    public string Sync { get; } = "none";

    /// <summary>
    /// What happens when the target cannot be written: <see cref="BreakSnapshot"/>, or null where this QEMU does not
    /// know the option (10.0 does not, 11.1 does): then the guest's write fails.
    /// </summary>
    public string? OnCbwError { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Command => "blockdev-backup";
}
