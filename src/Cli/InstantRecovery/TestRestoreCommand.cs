using System.CommandLine;
using System.Globalization;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Completion;
using LibvirtBackup.Cli.Json;
using LibvirtBackup.Cli.Parsing;
using LibvirtBackup.InstantRecovery.Proofs;

namespace LibvirtBackup.Cli.InstantRecovery;

/// <summary><c>test-restore</c>.</summary>
internal sealed class TestRestoreCommand : CliCommand
{
    private readonly Argument<string> _point = new("point")
    {
        Description = "the point's id, or enough of its beginning to fit one point only",
    };

    private readonly Option<string?> _timeout;
    private readonly Option<string?> _console;
    private readonly Option<string?> _runFor;
    private readonly Option<string?> _check;
    private readonly Option<string?> _guestCheck;
    private readonly Option<string?> _report;
    private readonly Option<string?> _to;

    internal TestRestoreCommand()
        : base("test-restore", "Boot a restore point without network, to see that it comes up, and throw it away.")
    {
        Add(_point);
        _timeout = AddOption(new Option<string?>("--timeout")
        {
            Description = "how long all of it may take (default: 5m)", HelpName = "duration",
        });
        _console = AddOption(new Option<string?>("--console")
        {
            Description = "the guest is up when its serial console shows this (default: when its agent answers)",
            HelpName = "text",
        });
        _runFor = AddOption(new Option<string?>("--run-for")
        {
            Description = "for guests with neither: it is up when it has run for so long", HelpName = "duration",
        });
        _check = AddOption(new Option<string?>("--check")
        {
            Description = "then run this line in this host's shell; exit code 0 is good", HelpName = "command",
        });
        _guestCheck = AddOption(new Option<string?>("--guest-check")
        {
            Description = "then run this line in the guest's /bin/sh, by its agent", HelpName = "command",
        });
        _report = AddOption(new Option<string?>("--report")
        {
            Description = "a new directory for report.json, console.log and screenshot.png (default: one in the state "
                + "directory)",
            HelpName = "dir",
        });
        _to = AddOption(new Option<string?>("--to")
        {
            Description = "the directory for what the guest writes meanwhile (default: a new one in libvirt's own)",
            HelpName = "dir",
        });
    }

    internal override CommandGroup Group => CommandGroup.RestorePoints;

    internal override string Details => """
        The guest runs straight from the repository, as by boot, under a new name, UUID and no network: it has no
        interfaces, host devices or shared directories, so it cannot disturb what it was copied from. What it writes is
        thrown away with it. When this command is killed, libvirt ends the guest at once, and the next run removes its
        files. --check is told LVBACKUP_DOMAIN, LVBACKUP_POINT, LVBACKUP_CONSOLE (a file) and LIBVIRT_DEFAULT_URI.
        Exit code 1 when the guest does not come up or a check fails; the report is kept in any case.
        """;

    internal override IReadOnlyList<Example> Examples =>
    [
        new("test-restore 20260131T0200", "does the guest's agent answer within 5 minutes?"),
        new("test-restore 20260131 --guest-check /root/check-db", "and is this program of the guest content?"),
        new("test-restore 20260131 --console login: --timeout 10m", "for a guest without agent"),
    ];

    internal override ValueKind KindAt(int place) => place == 0 ? ValueKind.Point : ValueKind.Other;

    internal override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var line = context.Line;
        var timeout = DurationOption.Read(line, _timeout, TimeSpan.FromMinutes(5));
        TimeSpan? runTime = line.GetValue(_runFor) is null ? null : DurationOption.Read(line, _runFor, default);
        using var repository = await context.OpenRepositoryAsync(cancellationToken);
        var point = await repository.FindPointAsync(line.GetRequiredValue(_point), cancellationToken);
        var directory = Path.GetFullPath(line.GetValue(_report) ?? Path.Combine(
            context.Settings.StateDirectory,
            "tests",
            string.Create(
                CultureInfo.InvariantCulture, $"{point}-{context.Environment.Time.GetUtcNow():yyyyMMdd'T'HHmmss}")));
        var request = new ProofRequest
        {
            Point = point,
            Directory = line.GetValue(_to),
            ReportDirectory = directory,
            Timeout = timeout,
            ConsoleText = line.GetValue(_console),
            RunTime = runTime,
            Check = line.GetValue(_check),
            GuestCheck = line.GetValue(_guestCheck),
        };
        var report = await context.Get<RestoreProver>().ProveAsync(
            await context.ConnectAsync(cancellationToken), repository, request, cancellationToken);
        Print(context, report, directory);
        return report.Ok ? ExitCode.Done : ExitCode.Failed;
    }

    private static void Print(CommandContext context, ProofReport report, string directory)
    {
        foreach (var warning in report.Warnings)
            context.Warn(warning);
        if (context.Settings.Json)
            context.PrintJson(TestRestoreDocument.Of(report, directory), CliJson.Documents.TestRestoreDocument);
        else if (report.Ok)
            context.Print(string.Create(
                CultureInfo.InvariantCulture,
                $"point {report.Point} is up {report.UpSeconds:0.0} s after its start; report in '{directory}'"));
        if (!report.Ok)
            context.Console.Error.WriteLine(
                $"lvbackup: point {report.Point} does not prove itself: {report.Failure}; see '{directory}'");
    }
}
