using System.Text.Json.Serialization;
using LibvirtBackup.Cli.Parsing;
using LibvirtBackup.Exports.Hosting;

namespace LibvirtBackup.Cli.Exports;

/// <summary><c>export-list --json</c>.</summary>
internal sealed record ExportListDocument(IReadOnlyList<ExportListEntry> Exports)
{
    /// <summary>The document's name and version.</summary>
    [JsonPropertyOrder(-1)]
    public string Schema => "lvbackup/export-list/1";

    internal static ExportListDocument Of(IEnumerable<ExportSummary> exports) => new([.. exports.Select(export =>
        new ExportListEntry
        {
            Name = export.Order.Name,
            State = Choice.Word(export.State),
            ProcessId = export.ProcessId,
            Started = export.Started,
            Repository = export.Order.Repository,
            View = export.Order.View,
            Points = export.Order.Points,
            Disks = export.Order.Disks,
            Since = export.Order.Since,
            Tls = export.Order.TlsDirectory is not null,
            Uris = export.Uris,
            Clients = export.Clients,
            Warnings = export.Warnings,
        })]);
}
