using LibvirtBackup.Recovery.Table;

namespace LibvirtBackup.Recovery.Doctors;

/// <summary>Makes findings of the looks at a domain before and after what was done.</summary>
internal static class DomainExamination
{
    internal static IReadOnlyList<DoctorFinding> Describe(Survey before, Survey after) =>
    [
        .. before.Rows.Where(IsShown).Select(row => Describe(row, before, after)),
        // What only came to light by a repair.
        .. after.Rows.Where(row => row.Verdict.IsProblem && Find(before, row) is null)
            .Select(row => Describe(row, after, after)),
    ];

    /// <summary>What could not be done.</summary>
    internal static DoctorFinding Refused(string why) =>
        OfDomain("refused", null, why, FindingText.Word(TrackingRepair.LookAgain), isRepaired: false);

    /// <summary>A problem of no single disk.</summary>
    internal static DoctorFinding OfDomain(
        string finding, string? checkpoint, string message, string repair, bool isRepaired) => new()
    {
        State = finding,
        Checkpoint = checkpoint,
        Disk = null,
        Message = message,
        Repair = repair,
        Repaired = isRepaired,
        IsProblem = !isRepaired,
    };

    private static bool IsShown(TrackingRow row) =>
        row.Verdict.Finding != TrackingFinding.Released
        && !(row.State.Bitmap == BitmapCondition.Unseen && !row.State.IsRunning
            && row.State.Checkpoint == CheckpointPresence.Absent);

    private static DoctorFinding Describe(TrackingRow row, Survey seen, Survey after)
    {
        var isLeft = Find(after, row) is { } now && now.Verdict.IsProblem;
        return new DoctorFinding
        {
            State = FindingText.Word(row.Verdict.Finding),
            Checkpoint = row.Checkpoint,
            Disk = row.Disk.Length == 0 ? null : row.Disk,
            Message = FindingText.Describe(row, seen.Doubts.GetValueOrDefault(new(row.Checkpoint, row.Disk))),
            Repair = FindingText.Word(row.Verdict.Repair),
            Repaired = row.Verdict.IsProblem && !isLeft,
            IsProblem = isLeft,
        };
    }

    private static TrackingRow? Find(Survey survey, TrackingRow row) =>
        survey.Rows.FirstOrDefault(other => other.Checkpoint == row.Checkpoint && other.Disk == row.Disk);
}
