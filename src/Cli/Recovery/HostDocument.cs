using System.Text.Json.Serialization;
using LibvirtBackup.Hosts.Checks;

namespace LibvirtBackup.Cli.Recovery;

/// <summary><c>doctor --host --json</c>.</summary>
internal sealed record HostDocument(bool Ok, IReadOnlyList<HostDocument.Check> Host)
{
    /// <summary>The document's name and version.</summary>
    [JsonPropertyOrder(-1)]
    public string Schema => "lvbackup/doctor/1";

    /// <summary>No domain is examined.</summary>
    public IReadOnlyList<string> Domains { get; } = [];

    /// <summary>The document of checks.</summary>
    internal static HostDocument Of(IReadOnlyList<HostCheck> checks) => new(
        IsGood(checks),
        [.. checks.Select(c => new Check(c.Name, c.State.ToString().ToLowerInvariant(), c.Message, c.Fix))]);

    /// <summary>Whether backups work, as far as was seen.</summary>
    internal static bool IsGood(IReadOnlyList<HostCheck> checks) => checks.All(c => c.State != CheckState.Problem);

    /// <summary>One check; the state is good, warning or problem.</summary>
    internal sealed record Check(string Name, string State, string Message, string? Fix);
}
