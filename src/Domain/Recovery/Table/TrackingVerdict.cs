namespace LibvirtBackup.Recovery.Table;

/// <summary>The one answer to a state.</summary>
/// <param name="Finding">What it is.</param>
/// <param name="Repair">What is done about it.</param>
internal readonly record struct TrackingVerdict(TrackingFinding Finding, TrackingRepair Repair)
{
    /// <summary>True when an incremental backup of the disk may start from the checkpoint.</summary>
    internal bool IsTrusted => Finding == TrackingFinding.Healthy;

    /// <summary>True when something is wrong that concerns us: only others' things and a lack of any do not.</summary>
    internal bool IsProblem => Repair is not (TrackingRepair.Nothing or TrackingRepair.LeaveToOwner);
}
