using System.CommandLine;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Completion;
using LibvirtBackup.Cli.Json;
using LibvirtBackup.Cli.Output;
using LibvirtBackup.Hosts.Checks;
using LibvirtBackup.Recovery;
using LibvirtBackup.Repositories;

namespace LibvirtBackup.Cli.Recovery;

/// <summary><c>doctor</c>.</summary>
internal sealed class DoctorCommand : CliCommand
{
    private readonly Argument<string?> _domain = new("domain")
    {
        Description = "name, UUID or id; all domains of the host when none is given",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<bool> _repair;
    private readonly Option<bool> _host;

    private readonly Option<string?> _scratch = new("--scratch")
    {
        Description = "with --host: the directory that backups are given with --scratch",
        HelpName = "dir",
    };

    internal DoctorCommand()
        : base("doctor", "Examine the checkpoints and bitmaps of domains, and repair them.")
    {
        Add(_domain);
        _repair = AddFlag("--repair", "do what the findings say");
        _host = AddFlag("--host", "check the host itself instead: versions, rights, directories, space, programs");
        Add(_scratch);
    }

    internal override CommandGroup Group => CommandGroup.RestorePoints;

    internal override bool WorksElsewhere => true;

    internal override string Details => """
        What the journal, the repository, libvirt and the disks say of each checkpoint is compared; every finding has
        one repair, or one reason to wait. A backup does the same before it begins, but for what needs a look at the
        bitmaps themselves: here QEMU's monitor is asked, which libvirt notes as tainting the domain. The images of a
        domain that is shut off are repaired where nobody else has them. Other people's checkpoints and bitmaps are
        shown and never touched. Without --repo nothing of ours can be judged. Views that cannot be read any more are
        named too, and without a domain exports that were killed and files of jobs that no one remembers. The exit code
        is 1 while problems are left. Whether bitmaps missed changes, the data itself tells: see 'lvbackup verify
        --against-source'. With --host no domain is examined: what backups need of the host is checked, and each
        finding says how to fix it.
        """;

    internal override IReadOnlyList<Example> Examples =>
    [
        new("doctor", "all domains of the host"),
        new("doctor web --repair", "repair what is wrong with 'web'"),
        new("doctor --host --repo /srv/backup", "whether this host has all that backups need"),
    ];

    internal override ValueKind KindAt(int place) => ValueKind.Domain;

    internal override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        if (context.Line.GetValue(_host))
            return await CheckHostAsync(context, cancellationToken);
        if (context.Line.GetValue(_scratch) is not null)
            throw new BackupException(FailureKind.Usage, "doctor: --scratch goes with --host");
        using var repository = context.Settings.RepositoryDirectory is null
            ? null
            : await context.OpenRepositoryAsync(cancellationToken);
        var report = await context.Get<Doctor>().ExamineAsync(
            await context.ConnectAsync(cancellationToken), repository, context.Line.GetValue(_domain),
            context.Line.GetValue(_repair), cancellationToken);
        foreach (var note in report.Notes)
            context.Warn(note);
        if (context.Settings.Json)
            context.PrintJson(DoctorDocument.Of(report), CliJson.Documents.DoctorDocument);
        else
            Print(context, report, repository);
        if (!report.IsGood && !context.Settings.Json && !context.Line.GetValue(_repair))
            context.Note("'lvbackup doctor --repair' does what the column Repair says; what is wrong with checkpoints "
                + "the next backup mends by itself");
        return report.IsGood ? ExitCode.Done : ExitCode.Failed;
    }

    private async Task<int> CheckHostAsync(CommandContext context, CancellationToken cancellationToken)
    {
        if (context.Line.GetValue(_repair) || context.Line.GetValue(_domain) is not null)
            throw new BackupException(
                FailureKind.Usage, "doctor: --host repairs nothing and looks at no domain; leave those out");
        var state = context.Settings.StateDirectory;
        var paths = new HostPaths
        {
            State = state,
            Scratch = context.Line.GetValue(_scratch) ?? Path.Combine(state, "jobs"),
            Repository = context.Settings.RepositoryDirectory,
            ProgramPath = Environment.GetEnvironmentVariable("PATH") ?? "",
        };
        var checks = await HostExaminer.ExamineAsync(context.ConnectAsync, paths, cancellationToken);
        if (context.Settings.Json)
            context.PrintJson(HostDocument.Of(checks), CliJson.Documents.HostDocument);
        else
            PrintHost(context, checks);
        return HostDocument.IsGood(checks) ? ExitCode.Done : ExitCode.Failed;
    }

    private static void PrintHost(CommandContext context, IReadOnlyList<HostCheck> checks)
    {
        foreach (var check in checks)
        {
            context.Print($"{check.State.ToString().ToLowerInvariant(),-8} {check.Name}: {check.Message}");
            if (check.Fix is { } fix)
                context.Print($"         fix: {fix}");
        }
    }

    private static void Print(CommandContext context, DoctorReport report, Repository? repository)
    {
        if (repository is null)
            context.Note("no repository is named (--repo): what belongs to one is shown, but not judged");
        foreach (var domain in report.Domains)
            Print(context, domain.Domain, domain.Findings);
        if (report.Findings.Count > 0)
            Print(context, "this host", report.Findings);
    }

    private static void Print(CommandContext context, string what, IReadOnlyList<DoctorFinding> findings)
    {
        context.Print($"{what}: {Verdict(findings)}");
        if (findings.Count == 0)
            return;
        TextTable.Write(
            context.Console,
            ["Disk", "Checkpoint", "State", "Repair", "Why"],
            [.. findings.Select(Row)],
            heading: true);
        context.Print("");
    }

    private static string Verdict(IReadOnlyList<DoctorFinding> findings)
    {
        var (left, repaired) = (
            findings.Count(finding => finding.IsProblem), findings.Count(finding => finding.Repaired));
        return left > 0 ? $"{left} problems" : repaired > 0 ? $"repaired, {repaired} findings" : "good";
    }

    private static IReadOnlyList<string> Row(DoctorFinding finding) =>
    [
        finding.Disk ?? "-", finding.Checkpoint ?? "-", finding.State,
        finding.Repaired ? $"{finding.Repair}: done" : finding.Repair, finding.Message,
    ];
}
