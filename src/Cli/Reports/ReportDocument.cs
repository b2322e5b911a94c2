using System.Text.Json.Serialization;
using LibvirtBackup.Cli.Parsing;
using LibvirtBackup.Reports;

namespace LibvirtBackup.Cli.Reports;

/// <summary><c>report --json</c>; times are UTC.</summary>
internal sealed record ReportDocument(
    DateTime Time, string RepositoryId, string Location, bool Encrypted, long PackBytes, string Health,
    IReadOnlyList<ReportDocument.ReportedDomain> Domains, IReadOnlyList<string> Unreadable)
{
    /// <summary>The document's name and version.</summary>
    [JsonPropertyOrder(-1)]
    public string Schema => "lvbackup/report/1";

    /// <summary>The document of a report.</summary>
    internal static ReportDocument Of(RepositoryReport report) => new(
        report.Time.UtcDateTime, report.RepositoryId, report.Location, report.IsEncrypted, report.PackBytes,
        Choice.Word(report.Health), [.. report.Domains.Select(ReportedDomain.Of)], report.Unreadable);

    /// <summary>A domain; its points are in <c>list --json</c> and <c>show --json</c>.</summary>
    internal sealed record ReportedDomain(
        string Domain, Guid DomainUuid, string Health, IReadOnlyList<string> Reasons, int Points, int DamagedPoints,
        string NewestPoint, DateTime NewestTime, long VirtualSizeBytes, long ReadBytes, long StoredBytes)
    {
        internal static ReportedDomain Of(DomainReport domain) => new(
            domain.Name, domain.Uuid, Choice.Word(domain.Health), domain.Reasons, domain.Points.Count,
            domain.Points.Count(point => point.IsDamaged), domain.Newest.Id, domain.Newest.Time.UtcDateTime,
            domain.Newest.VirtualSizeBytes, domain.Points.Sum(point => point.ReadBytes),
            domain.Points.Sum(point => point.StoredBytes));
    }
}
