using System.CommandLine;
using System.Runtime.InteropServices;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Completion;
using LibvirtBackup.Cli.Output;
using LibvirtBackup.Cli.Parsing;
using LibvirtBackup.Repositories;

namespace LibvirtBackup.Cli.Repositories;

/// <summary><c>list</c>.</summary>
internal sealed class ListCommand : CliCommand
{
    private readonly Argument<string?> _domain = new("domain")
    {
        Description = "only points of this domain: its name at that time, or its UUID",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> _track = new("--track") { Description = "only this track", HelpName = "track" };
    private readonly Option<bool> _name;

    internal ListCommand()
        : base("list", "List the restore points of a repository.")
    {
        Add(_domain);
        Add(_track);
        _name = AddFlag("--name", "ids only, one a line");
    }

    internal override CommandGroup Group => CommandGroup.RestorePoints;

    internal override string Details => """
        Each point is whole, whatever its level: the level only says how much was read from the guest.
        """;

    internal override IReadOnlyList<Example> Examples =>
    [
        new("list", "all restore points, oldest first"),
        new("list web --track default --name", "ids of a track, oldest first, for scripts"),
        new("list web --json", "those of 'web', with all columns, for programs"),
    ];

    internal override ValueKind KindAt(int place) => place == 0 ? ValueKind.Domain : ValueKind.Other;

    internal override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        using var repository = await context.OpenRepositoryAsync(cancellationToken);
        var domain = context.Line.GetValue(_domain);
        var (all, damaged) = await repository.ListPointsAsync(cancellationToken);
        var track = context.Line.GetValue(_track);
        var points = all.Where(p => IsOf(p, domain) && (track ?? p.Track) == p.Track).ToList();
        if (context.Settings.Json)
        {
            ListDocument.Write(context.Console.Out, points, damaged);
        }
        else if (context.Line.GetValue(_name))
        {
            foreach (var point in points)
                context.Print(point.Id);
        }
        else
        {
            TextTable.Write(
                context.Console, ["Point", "Domain", "Track", "Level", "Time", "Disks"],
                Rows(points, context.Environment.Time.LocalTimeZone), !context.Settings.Quiet);
        }

        foreach (var one in damaged)
            context.Warn(one);
        return damaged.Count == 0 ? ExitCode.Done : ExitCode.Integrity;
    }

    private static bool IsOf(PointSummary point, string? domain) =>
        domain is null || DomainFilter.Fits(point, domain);

    private static List<string[]> Rows(List<PointSummary> points, TimeZoneInfo zone)
    {
        var sizes = new Dictionary<long, string>(); // points of one disk have one size
        return points.ConvertAll(point => new[]
        {
            point.Id, point.Domain, point.Track, Choice.Word(point.Level), TimeText.Format(point.Time, zone),
            string.Join(", ", point.Disks.Select(disk => $"{disk.Name} {SizeOf(disk)}")),
        });

        string SizeOf(PointSummaryDisk disk)
        {
            ref var text = ref CollectionsMarshal.GetValueRefOrAddDefault(sizes, disk.VirtualSizeBytes, out _);
            return text ??= SizeText.Format(disk.VirtualSizeBytes);
        }
    }
}
