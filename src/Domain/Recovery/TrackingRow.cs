using LibvirtBackup.Recovery.Table;

namespace LibvirtBackup.Recovery;

/// <summary>One checkpoint on one disk, and the answer to its state.</summary>
/// <param name="Checkpoint">The checkpoint's or bitmap's name.</param>
/// <param name="Disk">The target; empty for a foreign checkpoint as a whole.</param>
/// <param name="State">What is known of it.</param>
internal sealed record TrackingRow(string Checkpoint, string Disk, TrackingState State)
{
    internal TrackingVerdict Verdict { get; } = Reconciler.Decide(State);
}
