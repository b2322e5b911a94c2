using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Json;
using LibvirtBackup.Cli.Parsing;
using LibvirtBackup.Policies.Planning;
using LibvirtBackup.Policies.Running;

namespace LibvirtBackup.Cli.Policies;

/// <summary><c>policy run</c>.</summary>
internal static class PolicyRun
{
    /// <summary>Does what is due.</summary>
    internal static async Task<int> RunAsync(
        CommandContext context, PolicyFiles files, bool strict, CancellationToken cancellationToken)
    {
        files.ReportProblems(context);
        var gate = new Lock();
        var reports = await context.Get<PolicyEngine>().RunAsync(
            files.Policies, PolicyPlaces.Of(context), (policy, task) => Print(context, gate, policy, task),
            cancellationToken);
        foreach (var report in reports)
        {
            foreach (var warning in report.Warnings)
                context.Warn($"{report.Policy}: {warning}");
        }

        // Then the error document is the one on stdout; hooks and people have been told.
        cancellationToken.ThrowIfCancellationRequested();
        var exitCode = CodeOf(files, reports, strict);
        if (context.Settings.Json)
            context.PrintJson(new PolicyRunDocument(exitCode, reports), CliJson.Documents.PolicyRunDocument);
        else
            PrintSummary(context, reports);
        return exitCode;
    }

    /// <summary>
    /// The exit code: damage first, then what all failures have in common, else 1. A busy domain is no busy run: it has
    /// missed its backup.
    /// </summary>
    internal static int CodeOf(PolicyFiles files, IReadOnlyList<PolicyRunReport> reports, bool strict)
    {
        var failures = reports.SelectMany(report => report.Tasks)
            .Where(task => task.Outcome != TaskOutcome.Done)
            .Select(task => task.Failure ?? FailureKind.Failed)
            .Concat(files.HasProblems ? [FailureKind.Usage] : [])
            .Distinct().ToList();
        return failures switch
        {
            [] => strict && reports.Any(HasWarnings) ? ExitCode.Warnings : ExitCode.Done,
            _ when failures.Contains(FailureKind.Integrity) => ExitCode.Integrity,
            [FailureKind.Usage] => ExitCode.Usage,
            [FailureKind.NotSupported] => ExitCode.NotSupported,
            _ => ExitCode.Failed,
        };
    }

    private static bool HasWarnings(PolicyRunReport report) =>
        report.Warnings.Count > 0 || report.Tasks.Any(task => task.Warnings.Count > 0);

    private static void Print(CommandContext context, Lock gate, string policy, TaskReport task)
    {
        var what = $"{policy}: {task.Task}{(task.Domain is { } domain ? $" of '{domain}'" : "")}";
        lock (gate)
        {
            foreach (var warning in task.Warnings)
                context.Warn($"{what}: {warning}");
            if (task.Outcome == TaskOutcome.Done)
            {
                context.Note($"{what}: done{(task.Level is { } level ? $", {Choice.Word(level)}" : "")}"
                    + (task.Point is { } point ? $", point {point}" : "")
                    + (task.Message is { } message ? $": {message}" : "")
                    + (task.Reason is { } reason ? $" ({reason})" : ""));
            }
            else
            {
                context.Console.Error.WriteLine($"lvbackup: {what} failed: {task.Message}");
            }
        }
    }

    private static void PrintSummary(CommandContext context, IReadOnlyList<PolicyRunReport> reports)
    {
        foreach (var report in reports)
        {
            var failed = report.Tasks.Count(task => task.Outcome != TaskOutcome.Done);
            context.Print(report.Tasks.Count == 0 ? $"{report.Policy}: nothing is due"
                : failed == 0 ? $"{report.Policy}: {report.Tasks.Count} tasks done"
                : $"{report.Policy}: {failed} of {report.Tasks.Count} tasks failed");
        }
    }
}
