using System.Text.Json.Serialization;
using LibvirtBackup.Policies.Running;

namespace LibvirtBackup.Cli.Policies;

/// <summary><c>policy run --json</c>: what hooks are told, for each policy.</summary>
internal sealed record PolicyRunDocument(int ExitCode, IReadOnlyList<PolicyRunReport> Policies)
{
    /// <summary>The document's name and version.</summary>
    [JsonPropertyOrder(-1)]
    public string Schema => "lvbackup/policy-run/1";
}
