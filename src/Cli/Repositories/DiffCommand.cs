using System.CommandLine;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Completion;
using LibvirtBackup.Repositories.Differences;

namespace LibvirtBackup.Cli.Repositories;

/// <summary><c>diff</c>.</summary>
internal sealed class DiffCommand : CliCommand
{
    private readonly Argument<string> _before = new("a")
    {
        Description = "the earlier point: its id, or enough of its beginning to fit one point only",
    };

    private readonly Argument<string> _after = new("b") { Description = "the later point" };

    private readonly Option<string[]> _disk;

    internal DiffCommand()
        : base("diff", "List where disks differ between two restore points.")
    {
        Add(_before);
        Add(_after);
        _disk = AddOption(new Option<string[]>("--disk")
        {
            Description = "only this disk (vda); may be given several times",
            HelpName = "disk",
        });
    }

    internal override CommandGroup Group => CommandGroup.RestorePoints;

    internal override string Details => """
        Any two points of a repository can be compared, in any order. Only what the repository knows of them is read,
        never the guest, and equal parts cost no time. Kinds are what the later point has there: data; zero, written
        zeroes; hole, never written or given back; gone, behind the end of a disk that has shrunk. Where a hole became
        zeroes, or the reverse, nothing changed for the guest: such extents are marked, and not counted as changed.
        """;

    internal override IReadOnlyList<Example> Examples =>
    [
        new("diff 20260131 20260201", "what the guest changed in between, on all disks"),
        new("diff 20260131 20260201 --disk vda --json", "the changed extents of one disk, for scripts"),
    ];

    internal override ValueKind KindAt(int place) => place < 2 ? ValueKind.Point : ValueKind.Other;

    internal override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        using var repository = await context.OpenRepositoryAsync(cancellationToken);
        var comparison = new PointComparison(
            repository,
            await repository.GetPointAsync(context.Line.GetRequiredValue(_before), cancellationToken),
            await repository.GetPointAsync(context.Line.GetRequiredValue(_after), cancellationToken));
        // All disks are looked up before anything is printed.
        var disks = (context.Line.GetValue(_disk) is { Length: > 0 } named ? named : comparison.Disks)
            .Select(name => (Name: name, Extents: comparison.FindAsync(name, cancellationToken)))
            .ToList();
        using IDiffOutput output = context.Settings.Json ? new DiffJson(context.Console.Out) : new DiffText(context);
        output.Begin(comparison);
        foreach (var (name, extents) in disks)
        {
            var totals = new DiffTotals();
            output.BeginDisk(name);
            await foreach (var extent in extents)
            {
                totals.Add(extent);
                output.Write(name, extent);
            }

            output.EndDisk(name, totals);
        }

        output.End();
        return ExitCode.Done;
    }
}
