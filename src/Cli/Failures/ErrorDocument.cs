using System.Text.Json.Serialization;

namespace LibvirtBackup.Cli.Failures;

/// <summary>What <c>--json</c> prints for a failure.</summary>
internal sealed record ErrorDocument(int ExitCode, string Message, LibvirtCodes? Libvirt)
{
    /// <summary>The document's name and version.</summary>
    [JsonPropertyOrder(-1)]
    public string Schema => "lvbackup/error/1";
}
