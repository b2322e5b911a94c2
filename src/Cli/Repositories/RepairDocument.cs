using System.Text.Json.Serialization;
using LibvirtBackup.Repositories.Maintenance;

namespace LibvirtBackup.Cli.Repositories;

/// <summary><c>repair --json</c>; the points are those that still have damage.</summary>
internal sealed record RepairDocument(
    bool Ok, int ListedPacks, int RemovedIndexes, int RemovedPacks, int DroppedCopies, int HealedBlobs,
    int RemovedDamageNotes, bool NeedsVerify, IReadOnlyList<VerifyDocument.Verified> Points)
{
    /// <summary>The document's name and version.</summary>
    [JsonPropertyOrder(-1)]
    public string Schema => "lvbackup/repair/1";

    /// <summary>The document of a run.</summary>
    internal static RepairDocument Of(RepairReport report) => new(
        report.IsGood, report.ListedPacks, report.RemovedIndexes, report.RemovedPacks, report.DroppedCopies,
        report.HealedBlobs, report.RemovedDamageNotes, report.NeedsVerify,
        [.. report.DamagedPoints.Select(VerifyDocument.Verified.Of)]);
}
