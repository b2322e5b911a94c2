using System.Text.Json.Serialization;
using LibvirtBackup.Recovery;

namespace LibvirtBackup.Cli.Recovery;

/// <summary><c>doctor --json</c>.</summary>
internal sealed record DoctorDocument(
    bool Ok,
    IReadOnlyList<DoctorDocument.Examined> Domains,
    IReadOnlyList<DoctorDocument.Diagnosis> Findings,
    IReadOnlyList<string> Notes)
{
    /// <summary>The document's name and version.</summary>
    [JsonPropertyOrder(-1)]
    public string Schema => "lvbackup/doctor/1";

    /// <summary>The document of an examination.</summary>
    internal static DoctorDocument Of(DoctorReport report) => new(
        report.IsGood,
        [.. report.Domains.Select(d => new Examined(d.Domain, [.. d.Findings.Select(Diagnosis.Of)]))],
        [.. report.Findings.Select(Diagnosis.Of)],
        report.Notes);

    /// <summary>A domain.</summary>
    internal sealed record Examined(string Domain, IReadOnlyList<Diagnosis> Findings);

    /// <summary>A finding; a problem is what is wrong and was not repaired.</summary>
    internal sealed record Diagnosis(
        string State, string? Checkpoint, string? Disk, string Message, string Repair, bool Repaired, bool Problem)
    {
        internal static Diagnosis Of(DoctorFinding f) =>
            new(f.State, f.Checkpoint, f.Disk, f.Message, f.Repair, f.Repaired, f.IsProblem);
    }
}
