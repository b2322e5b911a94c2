namespace LibvirtBackup.Recovery.Table;

/// <summary>
/// The closed table of docs/tracking-table.md: each state has exactly one finding and one repair or refusal. Pure; what
/// is trusted is decided here and nowhere else.
/// </summary>
internal static class Reconciler
{
    /// <summary>The answer to a state; every state has one.</summary>
    internal static TrackingVerdict Decide(TrackingState state)
    {
        if (state.Owner == TrackingOwner.Foreign)
            return new TrackingVerdict(TrackingFinding.Foreign, TrackingRepair.LeaveToOwner);
        if (state.Owner == TrackingOwner.OtherRepository)
            return new TrackingVerdict(TrackingFinding.OtherRepository, TrackingRepair.LeaveToOwner);
        if (state is { Checkpoint: CheckpointPresence.Absent, Bitmap: BitmapCondition.Absent })
            return new TrackingVerdict(TrackingFinding.Released, TrackingRepair.Nothing);
        if (FindUseless(state) is { } useless) return new TrackingVerdict(useless, RemovalOf(state));
        return state.Bitmap == BitmapCondition.Valid ? DecideValid(state) : DecideBroken(state);
    }

    /// <summary>Why nothing will ever start from it, whatever its bitmap is worth; null when something may.</summary>
    private static TrackingFinding? FindUseless(TrackingState state) => state switch
    {
        { Journal: JournalMark.Dropping } => TrackingFinding.HalfRemoved,
        { Point: PointPresence.Absent, Journal: JournalMark.Intended } => TrackingFinding.Unfinished,
        { Point: PointPresence.Absent } => TrackingFinding.Orphan,
        _ => null,
    };

    private static TrackingVerdict DecideValid(TrackingState state) => state switch
    {
        { Point: PointPresence.Damaged } =>
            new TrackingVerdict(TrackingFinding.DamagedPoint, TrackingRepair.RepairRepository),
        { Checkpoint: CheckpointPresence.Known } =>
            new TrackingVerdict(TrackingFinding.Healthy, TrackingRepair.Nothing),
        _ => new TrackingVerdict(TrackingFinding.MetadataLost, TrackingRepair.Adopt),
    };

    private static TrackingVerdict DecideBroken(TrackingState state)
    {
        // libvirt proves the bitmap valid or absent when it adopts it, so it needs no look before.
        var mayAdopt = state is
        {
            Bitmap: BitmapCondition.Unseen, Point: PointPresence.Present, Checkpoint: CheckpointPresence.Absent,
        };
        var repair = state switch
        {
            { Bitmap: not BitmapCondition.Unseen } => RemovalOf(state),
            { IsRunning: false } => TrackingRepair.WaitForStart,
            _ => mayAdopt ? TrackingRepair.Adopt : TrackingRepair.LookAgain,
        };
        return new TrackingVerdict(NameOf(state.Bitmap), repair);
    }

    private static TrackingRepair RemovalOf(TrackingState state) => state.Bitmap switch
    {
        BitmapCondition.Absent => TrackingRepair.Forget,
        BitmapCondition.Unseen when !state.IsRunning => TrackingRepair.WaitForStart,
        _ => TrackingRepair.Remove,
    };

    private static TrackingFinding NameOf(BitmapCondition bitmap) => bitmap switch
    {
        BitmapCondition.Absent => TrackingFinding.BitmapMissing,
        BitmapCondition.Inconsistent => TrackingFinding.Inconsistent,
        BitmapCondition.Disabled => TrackingFinding.Disabled,
        BitmapCondition.Transient => TrackingFinding.Transient,
        BitmapCondition.WrongGranularity => TrackingFinding.WrongGranularity,
        BitmapCondition.Shrunk => TrackingFinding.Shrunk,
        BitmapCondition.Unusable => TrackingFinding.Unusable,
        BitmapCondition.Unseen => TrackingFinding.Unseen,
        BitmapCondition.Valid => throw new ArgumentOutOfRangeException(
            nameof(bitmap), bitmap, "a valid bitmap has another name"),
        _ => throw new ArgumentOutOfRangeException(nameof(bitmap), bitmap, "a condition without a row"),
    };
}
