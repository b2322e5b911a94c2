using System.CommandLine;
using System.Security.Cryptography;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Completion;
using LibvirtBackup.Cli.Json;
using LibvirtBackup.Cli.Progress;
using LibvirtBackup.Repositories.Maintenance;
using LibvirtBackup.Repositories.Maintenance.Sources;

namespace LibvirtBackup.Cli.Repositories;

/// <summary><c>verify</c>.</summary>
internal sealed class VerifyCommand : CliCommand
{
    private readonly Argument<string[]> _points = new("point")
    {
        Description = "only these points, by ids or enough of their beginnings; all that is stored when none is given",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<bool> _structureOnly;
    private readonly Option<double?> _sample;
    private readonly Option<int?> _seed;
    private readonly Option<bool> _scrub;
    private readonly Option<string?> _againstSource;

    internal VerifyCommand()
        : base("verify", "Read what is stored and check that it restores.")
    {
        Add(_points);
        _structureOnly = AddFlag(
            "--structure-only", "check manifests, maps, indexes and lengths, but read no data of disks");
        _sample = AddOption(new Option<double?>("--sample")
        {
            Description = "read so many of 100 blobs, chosen at random, and check all of the structure; with "
                + "--against-source, of the chunks that no bitmap says were written",
            HelpName = "percent",
        });
        _seed = AddOption(new Option<int?>("--seed")
        {
            Description = "with --against-source: choose the same chunks as the run that printed this number",
            HelpName = "number",
        });
        _scrub = AddFlag("--scrub", "check all files against their hashes; needs no key, but names no disks");
        _againstSource = AddOption(new Option<string?>("--against-source")
        {
            Description = "compare the newest point of this domain, or the point given, with its live disks",
            HelpName = "domain",
        });
    }

    internal override CommandGroup Group => CommandGroup.RestorePoints;

    internal override bool WorksElsewhere => true;

    internal override string Details => """
        Every affected point, disk and offset is named, and the exit code is 4. What is found is noted in the
        repository: the next backup reads all and stores again what it meets, and 'lvbackup repair' does what else can
        be done. With --against-source nothing else is read: a running domain is read through a backup job without a
        checkpoint, one that is shut off through its images; what the guest has written since the point is left out,
        and said. What the point stored because a bitmap reported it is all compared. Of the rest so much that a rate of
        0.1 % of missed changes is found with a probability of 99 %, or what --sample says; 100 is all. Where a change
        was missed, the next backup reads that disk whole.
        """;

    internal override IReadOnlyList<Example> Examples =>
    [
        new("verify", "read everything"),
        new("verify 20260131T0200 --json", "one point, for scripts"),
        new("verify --sample 5", "a twentieth, for every night"),
        new("verify --against-source web", "is the newest point of 'web' what its disks are?"),
        new("verify --against-source web --sample 100", "the same, and every byte is compared"),
    ];

    internal override ValueKind KindAt(int place) => ValueKind.Point;

    internal override ValueKind KindOf(Option option) =>
        option == _againstSource ? ValueKind.Domain : ValueKind.Other;

    internal override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var request = Request(context);
        if (context.Line.GetValue(_againstSource) is { } domain)
            return await CompareAsync(context, domain, request.Points, cancellationToken);
        var report = await VerifyAsync(context, request, cancellationToken);
        foreach (var warning in report.Warnings)
            context.Warn(warning);
        if (context.Settings.Json)
            context.PrintJson(VerifyDocument.Of(report), CliJson.Documents.VerifyDocument);
        else
            VerifyText.Print(context, report);
        return report.IsGood ? ExitCode.Done : ExitCode.Integrity;
    }

    private VerifyRequest Request(CommandContext context)
    {
        var (structure, sample) = (context.Line.GetValue(_structureOnly), context.Line.GetValue(_sample));
        var scrub = context.Line.GetValue(_scrub);
        var points = context.Line.GetValue(_points) ?? [];
        var isSource = context.Line.GetValue(_againstSource) is not null;
        if (new[] { structure, sample is not null && !isSource, scrub, isSource }.Count(given => given) > 1)
        {
            throw new BackupException(
                FailureKind.Usage,
                "choose one of --structure-only, --sample, --scrub and --against-source (with or without --sample)");
        }

        if (context.Line.GetValue(_seed) is not null && !isSource)
            throw new BackupException(FailureKind.Usage, "--seed goes with --against-source");

        if (scrub && points.Length > 0)
            throw new BackupException(FailureKind.Usage, "--scrub knows no points: it checks all that is stored");
        if (isSource && points.Length > 1)
            throw new BackupException(
                FailureKind.Usage, "--against-source compares one point; name one, or none for the newest");
        return new VerifyRequest
        {
            Points = points,
            Depth = structure ? VerifyDepth.Structure : sample is null ? VerifyDepth.Full : VerifyDepth.Sample,
            SamplePercent = sample ?? 10,
        };
    }

    private async Task<VerifyReport> VerifyAsync(
        CommandContext context, VerifyRequest request, CancellationToken cancellationToken)
    {
        await using var display = TransferDisplays.Create(context);
        var progress = new ProgressRelay<MaintenanceProgress>(
            step => display.Report("verify", step.DoneBytes, step.TotalBytes));
        if (context.Line.GetValue(_scrub))
        {
            return await RepositoryScrubber.ScrubAsync(
                context.Settings.RequireRepository(), progress, cancellationToken);
        }

        using var repository = await context.OpenRepositoryAsync(cancellationToken);
        return await RepositoryVerifier.VerifyAsync(repository, request, progress, cancellationToken);
    }

    private async Task<int> CompareAsync(
        CommandContext context, string domain, IReadOnlyList<string> points, CancellationToken cancellationToken)
    {
        var sample = new SourceSample
        {
            Percent = context.Line.GetValue(_sample),
            Seed = context.Line.GetValue(_seed) ?? RandomNumberGenerator.GetInt32(int.MaxValue),
        };
        using var repository = await context.OpenRepositoryAsync(cancellationToken);
        var report = await context.Get<SourceVerifier>().CompareAsync(
            await context.ConnectAsync(cancellationToken), repository, domain, points.SingleOrDefault(),
            sample, cancellationToken);
        if (context.Settings.Json)
            context.PrintJson(VerifyDocument.Of(report), CliJson.Documents.VerifyDocument);
        else
            VerifyText.Print(context, report);
        return report.IsGood ? ExitCode.Done : ExitCode.Integrity;
    }
}
