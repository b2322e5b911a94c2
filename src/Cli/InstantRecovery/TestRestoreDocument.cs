using System.Text.Json.Serialization;
using LibvirtBackup.InstantRecovery.Proofs;

namespace LibvirtBackup.Cli.InstantRecovery;

/// <summary><c>test-restore --json</c>.</summary>
internal sealed record TestRestoreDocument(
    string Point, string Domain, bool Ok, string? Failure, DateTimeOffset Started, double PreparedSeconds,
    double? UpSeconds, string WaitedFor, IReadOnlyList<ProofCheck> Checks, string Report, string? Console,
    string? Screenshot, IReadOnlyList<string> Warnings)
{
    /// <summary>The document's name and version.</summary>
    [JsonPropertyOrder(-1)]
    public string Schema => "lvbackup/test-restore/1";

    /// <summary>The document of a report.</summary>
    internal static TestRestoreDocument Of(ProofReport report, string directory) => new(
        report.Point, report.Domain, report.Ok, report.Failure, report.Started, report.PreparedSeconds,
        report.UpSeconds, report.WaitedFor, report.Checks, directory, report.Console, report.Screenshot,
        report.Warnings);
}
