using System.CommandLine;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Completion;
using LibvirtBackup.Cli.Json;
using LibvirtBackup.Cli.Output;
using LibvirtBackup.Repositories;
using LibvirtBackup.Retention;

namespace LibvirtBackup.Cli.Repositories;

/// <summary><c>prune</c>.</summary>
internal sealed class PruneCommand : CliCommand
{
    private readonly Argument<string?> _domain = new("domain")
    {
        Description = "only points of this domain: its name at that time, or its UUID",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> _track = new("--track") { Description = "only this track", HelpName = "track" };
    private readonly Option<int> _last;
    private readonly Option<int> _hourly;
    private readonly Option<int> _daily;
    private readonly Option<int> _weekly;
    private readonly Option<int> _monthly;
    private readonly Option<int> _yearly;
    private readonly Option<bool> _dryRun;

    internal PruneCommand()
        : base("prune", "Remove restore points that no rule keeps.")
    {
        Add(_domain);
        Add(_track);
        _last = AddCount("--keep-last", "keep the newest N points");
        _hourly = AddCount("--keep-hourly", "keep the newest point of each of the last N hours that have one");
        _daily = AddCount("--keep-daily", "the same for days");
        _weekly = AddCount("--keep-weekly", "the same for weeks, from Monday");
        _monthly = AddCount("--keep-monthly", "the same for months");
        _yearly = AddCount("--keep-yearly", "the same for years");
        _dryRun = AddFlag("--dry-run", "only say what would be removed, and why the others stay");
    }

    internal override CommandGroup Group => CommandGroup.RestorePoints;

    internal override string Details => """
        The rules count in each track of each domain by itself, in local time; a point stays when any of them keeps
        it. Without a rule nothing is done. The newest point with a checkpoint always stays, and so does the newest
        full with one while a differential of it stays: the next backup starts from them. After a restore of an older
        point that kept the domain's identity the next one starts from that point, which only the host knows: it stays
        if a rule keeps it, else the next backup reads everything. Points that are known to be damaged do not count.
        No point needs another one to be restored. The space is freed by 'lvbackup gc'.
        """;

    internal override IReadOnlyList<Example> Examples =>
    [
        new("prune --keep-daily 7 --keep-weekly 4 --keep-monthly 12", "a year of history of every domain"),
        new("prune web --track weekly --keep-last 8", "other rules for one track than for the others"),
        new("prune web --keep-last 3 --dry-run", "what would go if only three points of 'web' were kept"),
    ];

    internal override ValueKind KindAt(int place) => place == 0 ? ValueKind.Domain : ValueKind.Other;

    internal override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var rules = new RetentionRules
        {
            KeepLast = context.Line.GetValue(_last),
            KeepHourly = context.Line.GetValue(_hourly),
            KeepDaily = context.Line.GetValue(_daily),
            KeepWeekly = context.Line.GetValue(_weekly),
            KeepMonthly = context.Line.GetValue(_monthly),
            KeepYearly = context.Line.GetValue(_yearly),
        };
        var zone = context.Environment.Time.LocalTimeZone;
        using var repository = await context.OpenRepositoryAsync(cancellationToken);
        var points = await PointsAsync(
            context, repository, context.Line.GetValue(_domain), context.Line.GetValue(_track), cancellationToken);
        var decisions = await Pruner.DecideAsync(repository, points, rules, zone, cancellationToken);
        var isDryRun = context.Line.GetValue(_dryRun);
        if (!isDryRun)
            await Pruner.RemoveAsync(repository, decisions, cancellationToken);

        if (context.Settings.Json)
            context.PrintJson(PruneDocument.Of(decisions, isDryRun), CliJson.Documents.PruneDocument);
        else
            Print(context, decisions, isDryRun, zone);
        return ExitCode.Done;
    }

    private static async Task<IReadOnlyList<PointSummary>> PointsAsync(
        CommandContext context, Repository repository, string? domain, string? track,
        CancellationToken cancellationToken)
    {
        var (all, damaged) = await repository.ListPointsAsync(cancellationToken);
        // What cannot be read is not judged, and so it stays.
        foreach (var one in damaged)
            context.Warn(one);
        if (domain is null && track is null)
            return all;
        var points = all.Where(p => (domain is null || DomainFilter.Fits(p, domain)) && (track ?? p.Track) == p.Track)
            .ToList();
        var what = (domain is null ? "" : $" of a domain '{domain}'") + (track is null ? "" : $" on track '{track}'");
        return points.Count > 0
            ? points
            : throw new BackupException(
                FailureKind.Failed,
                $"no restore point{what} in repository '{repository.Location}'; see 'lvbackup list'");
    }

    private static void Print(
        CommandContext context, IReadOnlyList<RetentionDecision> decisions, bool isDryRun, TimeZoneInfo zone)
    {
        TextTable.Write(
            context.Console, ["Action", "Point", "Domain", "Track", "Time", "Why"],
            [.. decisions.Select(d => Row(d, zone))], !context.Settings.Quiet);
        var removed = decisions.Count(d => !d.Keep);
        context.Note(isDryRun
            ? $"would remove {removed} of {decisions.Count} points; nothing was done"
            : $"removed {removed} of {decisions.Count} points; 'lvbackup gc' gives the space back");
    }

    private static string[] Row(RetentionDecision decision, TimeZoneInfo zone) =>
    [
        decision.Keep ? "keep" : "remove", decision.Point.Id, decision.Point.Domain, decision.Point.Track,
        TimeText.Format(decision.Point.Time, zone), string.Join(", ", decision.Reasons),
    ];

    private Option<int> AddCount(string name, string description) =>
        AddOption(new Option<int>(name) { Description = description, HelpName = "n" });
}
