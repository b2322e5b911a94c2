using System.CommandLine;
using System.Globalization;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Completion;
using LibvirtBackup.Cli.Json;
using LibvirtBackup.Cli.Output;
using LibvirtBackup.Cli.Parsing;
using LibvirtBackup.Repositories;

namespace LibvirtBackup.Cli.Repositories;

/// <summary><c>show</c>.</summary>
internal sealed class ShowCommand : CliCommand
{
    private readonly Argument<string> _point = new("point")
    {
        Description = "the point's id, or enough of its beginning to fit one point only",
    };

    internal ShowCommand()
        : base("show", "Show all that a restore point has.") => Add(_point);

    internal override CommandGroup Group => CommandGroup.RestorePoints;

    internal override string Details => """
        With --json the definition of the domain is there as well.
        """;

    internal override IReadOnlyList<Example> Examples =>
    [
        new("show 20260131", "the only point of that day"),
        new("show 20260131 --json", "with the domain's XML, for scripts"),
    ];

    internal override ValueKind KindAt(int place) => place == 0 ? ValueKind.Point : ValueKind.Other;

    internal override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        using var repository = await context.OpenRepositoryAsync(cancellationToken);
        var point = await repository.GetPointAsync(context.Line.GetRequiredValue(_point), cancellationToken);
        if (context.Settings.Json)
            context.PrintJson(ShowDocument.Of(point), CliJson.Documents.ShowDocument);
        else
            Print(context, point);
        return ExitCode.Done;
    }

    private static void Print(CommandContext context, RestorePoint point)
    {
        void Line(string name, string value) => context.Print($"{name + ":",-15} {value}");
        Line("Point", point.Id);
        Line("Domain", $"{point.Domain} ({point.DomainUuid})");
        Line("Time", TimeText.Format(point.Time, context.Environment.Time.LocalTimeZone));
        Line("Track", $"{point.Track}, generation {point.Generation}, sequence {point.Sequence}");
        Line("Level", Choice.Word(point.Level) + (point.Reason is { } reason ? $" ({reason})" : ""));
        Line("Parent", point.Parent ?? "-");
        Line("Checkpoint", point.Checkpoint ?? "-");
        Line("Consistency", DescribeConsistency(point));
        Line("Made by", point.MadeBy + (point.Host is { } host ? $", on {host.Name}" : ""));
        if (point.GuestInfo.TryGetValue("os.pretty-name", out var system))
            Line("Guest", point.GuestInfo.TryGetValue("hostname", out var name) ? $"{name}, {system}" : system);
        if (point.Timings is { } timings)
            Line("Took", Describe(timings));
        Line("Definition", point.HasSecrets ? "with its secrets" : "without secrets");
        foreach (var warning in point.Warnings)
            Line("Warning", warning);
        context.Print("");
        TextTable.Write(
            context.Console, ["Disk", "Size", "Format", "Level", "Read", "Changed", "Stored"],
            [.. point.Disks.Select(Row)], !context.Settings.Quiet);
        if (point.Attachments.Count == 0) return;
        context.Print("");
        TextTable.Write(
            context.Console, ["File", "Size", "Path"],
            [.. point.Attachments.Select(file =>
                new[] { Choice.Word(file.Role), SizeText.Format(file.SizeBytes), file.Path })],
            !context.Settings.Quiet);
    }

    private static string DescribeConsistency(RestorePoint point) => point switch
    {
        { Consistency: PointConsistency.Crash } => "crash-consistent",
        { Freeze: { MountPoints: [_, ..] mounts } } => $"file-system-consistent ({string.Join(", ", mounts)})",
        { Freeze: { } freeze } => $"file-system-consistent ({freeze.FileSystems} file systems)",
        _ => "file-system-consistent",
    };

    private static string Describe(PointTimings timings)
    {
        static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.0 s", CultureInfo.InvariantCulture);
        var copy = $"{Seconds(timings.Copy)} to copy";
        return timings.Frozen is { } frozen ? $"{copy}, {Seconds(frozen)} frozen" : copy;
    }

    private static string[] Row(RestorePointDisk disk) =>
    [
        disk.Name, SizeText.Format(disk.VirtualSizeBytes), disk.Format, Choice.Word(disk.Level),
        SizeText.Format(disk.ReadBytes), SizeText.Format(disk.DirtyBytes), SizeText.Format(disk.StoredBytes),
    ];
}
