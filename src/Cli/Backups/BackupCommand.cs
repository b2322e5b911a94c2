using LibvirtBackup.Cli.Backups.Rehearsals;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Completion;
using LibvirtBackup.Cli.Json;

namespace LibvirtBackup.Cli.Backups;

/// <summary><c>backup</c>.</summary>
internal sealed class BackupCommand : CliCommand
{
    private readonly BackupOptions _options;

    internal BackupCommand()
        : base("backup", "Take a restore point of one or more domains and print its id.") =>
        _options = new BackupOptions(this);

    internal override CommandGroup Group => CommandGroup.RestorePoints;

    internal override bool WorksElsewhere => true;

    internal override string Details => """
        The guest keeps running. The first point of a track reads everything, later ones what has changed since; when
        change tracking was lost, everything is read again and the reason is given. When a backup fails or is
        interrupted, only its own checkpoint is removed and the next one covers the gap. Of several domains one that
        fails keeps no other from its point; the exit code is that of the first that failed.
        """;

    internal override IReadOnlyList<Example> Examples =>
    [
        new("backup web --repo /srv/backup", "incremental where that is safe, else full"),
        new("backup web --level full --quiesce try", "read everything, with frozen file systems if the guest can"),
        new("backup --all --exclude vdb", "every domain of the host, without its vdb"),
        new("backup --all --parallel 8", "every domain of the host, eight at the same time"),
        new("backup web --track weekly --max-points 8 --force-cycle", "a chain of its own, of the newest eight points"),
        new("backup web --level copy", "a point beside the schedule: no checkpoint is made"),
    ];

    internal override ValueKind KindAt(int place) => ValueKind.Domain;

    internal override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var template = _options.Read(context.Line);
        BackupRehearsal.Begin();
        var parallel = _options.ReadParallel(context.Line);
        await using var lanes = new BackupLanes(context);
        var lane = await lanes.TakeAsync(cancellationToken);
        lanes.Return(lane);
        var domains = await _options.DomainsAsync(context.Line, lane.Connection, cancellationToken);
        var series = new BackupSeries(context, lanes, domains);
        await series.RunAsync(template, parallel, cancellationToken);

        if (context.Settings.Json)
        {
            context.PrintJson(
                BackupDocument.Of(series.Reports, series.Failures), CliJson.Documents.BackupDocument);
        }

        return series.Failures is [var (_, failure), ..] ? failure.ExitCode
            : context.Line.GetValue(_options.Strict) && series.HasWarnings ? ExitCode.Warnings
            : ExitCode.Done;
    }
}
