using LibvirtBackup.Recovery.Table;

namespace LibvirtBackup.Domain.Tests.Recovery.Table;

/// <summary>Every combination of what can be known of a checkpoint on a disk.</summary>
internal static class AllStates
{
    internal static IEnumerable<TrackingState> Enumerate() =>
        from owner in Enum.GetValues<TrackingOwner>()
        from journal in Enum.GetValues<JournalMark>()
        from point in Enum.GetValues<PointPresence>()
        from checkpoint in Enum.GetValues<CheckpointPresence>()
        from bitmap in Enum.GetValues<BitmapCondition>()
        from isRunning in (bool[])[true, false]
        select new TrackingState(owner, journal, point, checkpoint, bitmap, isRunning);
}
