using System.Text.Json.Serialization;
using LibvirtBackup.Repositories.Maintenance;

namespace LibvirtBackup.Cli.Repositories;

/// <summary><c>gc --json</c>.</summary>
internal sealed record GcDocument(
    bool DryRun, long RemovedBytes, int RemovedObjects, long WrittenBytes, long DeferredBytes,
    IReadOnlyList<string> Warnings)
{
    /// <summary>The document's name and version.</summary>
    [JsonPropertyOrder(-1)]
    public string Schema => "lvbackup/gc/1";

    /// <summary>The document of a run.</summary>
    internal static GcDocument Of(GcReport report, bool isDryRun) => new(
        isDryRun, report.RemovedBytes, report.RemovedObjects, report.WrittenBytes, report.DeferredBytes,
        report.Warnings);
}
