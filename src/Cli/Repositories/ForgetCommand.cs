using System.CommandLine;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Completion;
using LibvirtBackup.Cli.Json;
using LibvirtBackup.Repositories;
using LibvirtBackup.Retention;

namespace LibvirtBackup.Cli.Repositories;

/// <summary><c>forget</c>.</summary>
internal sealed class ForgetCommand : CliCommand
{
    private readonly Argument<string[]> _points = new("point")
    {
        Description = "a point's id, or enough of its beginning to fit one point only; may be several",
        Arity = ArgumentArity.OneOrMore,
    };

    internal ForgetCommand()
        : base("forget", "Remove restore points by their ids.") => Add(_points);

    internal override CommandGroup Group => CommandGroup.RestorePoints;

    internal override string Details => """
        All other points stay restorable, whatever is removed. If one of the ids fits no point, or several, nothing
        is removed. The space that only these points needed is freed by 'lvbackup gc'.
        """;

    internal override IReadOnlyList<Example> Examples =>
    [
        new("forget 20260131T0200", "remove the only point of that minute"),
        new("forget 20260131T0200 20260201T0200", "remove two, or none if one of them is not there"),
    ];

    internal override ValueKind KindAt(int place) => ValueKind.Point;

    internal override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        using var repository = await context.OpenRepositoryAsync(cancellationToken);
        var ids = new List<string>();
        foreach (var name in context.Line.GetRequiredValue(_points))
        {
            var id = await repository.FindPointAsync(name, cancellationToken);
            if (!ids.Contains(id))
                ids.Add(id);
        }

        await RefuseUsedAsync(repository, ids, cancellationToken);
        var costs = await CostsAsync(repository, ids, cancellationToken);
        foreach (var id in ids)
        {
            await repository.ForgetAsync(id, cancellationToken);
            if (!context.Settings.Json)
                context.Print(id);
        }

        foreach (var cost in costs)
            context.Warn(cost);
        if (context.Settings.Json)
            context.PrintJson(new ForgetDocument(ids, costs), CliJson.Documents.ForgetDocument);
        else
            context.Note($"removed {ids.Count} point{(ids.Count == 1 ? "" : "s")}; 'lvbackup gc' gives the space back");
        return ExitCode.Done;
    }

    // Before the first of them is gone.
    private static async Task RefuseUsedAsync(
        Repository repository, List<string> ids, CancellationToken cancellationToken)
    {
        var uses = await repository.ListUsesAsync(cancellationToken);
        if (uses.FirstOrDefault(use => ids.Contains(use.Point)) is { } use)
            throw new BackupException(FailureKind.Busy, $"point {use.Point} has to stay: {use.Reason}; {use.Remedy}");
    }

    // Points that cannot be read can be removed all the same; then nobody knows what that costs.
    private static async Task<IReadOnlyList<string>> CostsAsync(
        Repository repository, List<string> ids, CancellationToken cancellationToken)
    {
        var all = (await repository.ListPointsAsync(cancellationToken)).Points;
        var damaged = await DamagedAsync(repository, cancellationToken);
        return [.. all.Where(p => ids.Contains(p.Id)).Select(p => RetentionPolicy.CostOfRemoving(p, all, damaged))
            .OfType<string>()];
    }

    private static async Task<IReadOnlySet<string>> DamagedAsync(
        Repository repository, CancellationToken cancellationToken)
    {
        try
        {
            return await repository.ListDamagedPointsAsync(cancellationToken);
        }
        catch (BackupException e) when (e.Kind == FailureKind.Integrity)
        {
            return new HashSet<string>(); // the note itself is damaged; nothing is removed for what it says
        }
    }
}
