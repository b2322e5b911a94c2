using System.CommandLine;
using System.Text;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Json;
using LibvirtBackup.Cli.Output;
using LibvirtBackup.Cli.Parsing;
using LibvirtBackup.Reports;

namespace LibvirtBackup.Cli.Reports;

/// <summary><c>report</c>.</summary>
internal sealed class ReportCommand : CliCommand
{
    private readonly Option<string?> _html;

    internal ReportCommand()
        : base("report", "Show how well each domain of a repository is backed up.") =>
        _html = AddOption(new Option<string?>("--html")
        {
            Description = "write the report with points, sizes and timelines to this file, for a browser",
            HelpName = "file",
        });

    internal override CommandGroup Group => CommandGroup.RestorePoints;

    internal override string Details => """
        A domain is bad when its newest point is known to be damaged. It wants attention when an older one is, when the
        newest backup had warnings, or when a track has had no point for more than twice its usual interval. Nothing is
        verified here: what verify has found so far counts. The file needs nothing beside it and loads nothing.
        """;

    internal override IReadOnlyList<Example> Examples =>
    [
        new("report", "a line for each domain"),
        new("report --html /var/www/backups.html", "the same with pictures, for a browser"),
    ];

    internal override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        using var repository = await context.OpenRepositoryAsync(cancellationToken);
        var report = await context.Get<RepositoryReporter>().MakeAsync(repository, cancellationToken);
        var zone = context.Environment.Time.LocalTimeZone;
        if (context.Line.GetValue(_html) is { } path)
        {
            WriteFile(path, new HtmlReport(report, zone).Render());
            context.Note($"report written to '{path}'");
        }

        if (context.Settings.Json) context.PrintJson(ReportDocument.Of(report), CliJson.Documents.ReportDocument);
        else if (context.Line.GetValue(_html) is null) Print(context, report, zone);
        foreach (var line in report.Unreadable) context.Warn(line);
        if (report.Health == Health.Bad)
            context.Warn("the newest point of a domain is damaged: take another one ('lvbackup backup DOMAIN'), and "
                + "run 'lvbackup repair'");
        return report.Health == Health.Bad ? ExitCode.Integrity : ExitCode.Done;
    }

    private static void Print(CommandContext context, RepositoryReport report, TimeZoneInfo zone)
    {
        TextTable.Write(
            context.Console, ["Domain", "Health", "Points", "Newest", "Disks", "Read", "Stored"],
            [.. report.Domains.Select(domain => new[]
            {
                domain.Name, Choice.Word(domain.Health), $"{domain.Points.Count}",
                TimeText.Format(domain.Newest.Time, zone), SizeText.Format(domain.Newest.VirtualSizeBytes),
                SizeText.Format(domain.Points.Sum(point => point.ReadBytes)),
                SizeText.Format(domain.Points.Sum(point => point.StoredBytes)),
            })],
            !context.Settings.Quiet);
        foreach (var domain in report.Domains)
            foreach (var reason in domain.Reasons)
                context.Warn($"{domain.Name}: {reason}");
    }

    /// <summary>A reader of the old report never sees half of the new one.</summary>
    private static void WriteFile(string path, string content)
    {
        var temporary = $"{path}.{Guid.NewGuid():n}.tmp";
        try
        {
            File.WriteAllText(temporary, content, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (File.Exists(temporary)) File.Delete(temporary);
            throw new BackupException(FailureKind.Failed, $"the report cannot be written to '{path}': {e.Message}", e);
        }
    }
}
