using System.Text.Json.Serialization;
using LibvirtBackup.Policies.Reading;

namespace LibvirtBackup.Cli.Policies;

/// <summary><c>policy check --json</c>.</summary>
internal sealed record PolicyCheckDocument(bool Ok, IReadOnlyList<PolicyCheckDocument.CheckedFile> Files)
{
    /// <summary>The document's name and version.</summary>
    [JsonPropertyOrder(-1)]
    public string Schema => "lvbackup/policy-check/1";

    /// <summary>The document of all files.</summary>
    internal static PolicyCheckDocument Of(PolicyFiles files) =>
        new(!files.HasProblems, [.. files.Readings.Select(CheckedFile.Of)]);

    /// <summary>A file.</summary>
    internal sealed record CheckedFile(
        string File, string? Policy, bool Ok, IReadOnlyList<PolicyProblem> Problems,
        IReadOnlyList<PolicyProblem> Warnings)
    {
        internal static CheckedFile Of(PolicyReading reading) => new(
            reading.File, reading.Policy?.Name, reading.Policy is not null, reading.Problems, reading.Warnings);
    }
}
