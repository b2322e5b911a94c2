using System.Text.Json;
using LibvirtBackup.Recovery.Table;

namespace LibvirtBackup.Recovery.Doctors;

/// <summary>The words for people and scripts.</summary>
internal static class FindingText
{
    internal static string Word(Enum value) => JsonNamingPolicy.KebabCaseLower.ConvertName($"{value}");

    /// <param name="row">The row.</param>
    /// <param name="doubt">What the audit has against it, or null.</param>
    internal static string Describe(TrackingRow row, string? doubt)
    {
        var what = row.Verdict.Finding switch
        {
            TrackingFinding.Healthy => "incremental backups may start from it",
            TrackingFinding.Released => "nothing is left of it",
            TrackingFinding.Foreign => "it is not lvbackup's, and is left alone",
            TrackingFinding.OtherRepository => "it belongs to another repository: give that with --repo, or delete it "
                + "where that is gone for good",
            TrackingFinding.Unfinished => "an interrupted backup made it, and its restore point was never completed",
            TrackingFinding.HalfRemoved => "an interrupted run was about to remove it",
            TrackingFinding.Orphan => "no restore point of this domain in the repository belongs to it",
            TrackingFinding.DamagedPoint => "it is well, but its restore point is damaged: nothing is built on it",
            TrackingFinding.MetadataLost => "the bitmap goes on recording, but libvirt has forgotten the checkpoint",
            TrackingFinding.BitmapMissing => "libvirt knows it, but the disk has no such bitmap: QEMU died before it "
                + "was ever stored, or somebody removed it",
            TrackingFinding.Inconsistent => "QEMU was killed while it recorded: changes are missing in it",
            TrackingFinding.Disabled => "it does not record: changes are missing in it",
            TrackingFinding.Transient => "it is not stored in the image, and would end with QEMU",
            TrackingFinding.WrongGranularity => "it is not the bitmap that was made: its granularity is another one",
            TrackingFinding.Shrunk => $"changes are missing in it: {doubt}",
            TrackingFinding.Unusable => "libvirt cannot use the bitmap: it is missing or broken in some layer",
            TrackingFinding.Unseen => "the bitmap cannot be looked at",
            _ => throw new ArgumentOutOfRangeException(nameof(row), row.Verdict.Finding, "a finding without words"),
        };
        return Next(row) is { } next ? $"{what}; {next}" : what;
    }

    private static string? Next(TrackingRow row) => row.Verdict.Repair switch
    {
        TrackingRepair.Adopt => "libvirt is told of it again",
        TrackingRepair.Remove when row.Verdict.Finding is TrackingFinding.Orphan or TrackingFinding.Unfinished
            or TrackingFinding.HalfRemoved => "it is removed",
        TrackingRepair.Remove => "it is removed from this disk, which is read whole the next time",
        TrackingRepair.Forget => "the disk is taken out of the checkpoint",
        TrackingRepair.WaitForStart => "it is dealt with when the domain runs",
        TrackingRepair.RepairRepository => "run 'lvbackup repair', or back up: what is stored again heals it",
        TrackingRepair.LookAgain => "try again",
        _ => null,
    };
}
