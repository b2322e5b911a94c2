using System.CommandLine;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Completion;
using LibvirtBackup.Cli.Json;
using LibvirtBackup.Cli.Output;
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

    internal DoctorCommand()
        : base("doctor", "Examine the checkpoints and bitmaps of domains, and repair them.")
    {
        Add(_domain);
        _repair = AddFlag("--repair", "do what the findings say");
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
        --against-source'.
        """;

    internal override IReadOnlyList<Example> Examples =>
    [
        new("doctor", "all domains of the host"),
        new("doctor web --repair", "repair what is wrong with 'web'"),
    ];

    internal override ValueKind KindAt(int place) => ValueKind.Domain;

    internal override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
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
        return report.IsGood ? ExitCode.Done : ExitCode.Failed;
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
