using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Json;
using LibvirtBackup.Cli.Output;
using LibvirtBackup.Policies;
using LibvirtBackup.Policies.Running;

namespace LibvirtBackup.Cli.Policies;

/// <summary><c>policy status</c>.</summary>
internal static class PolicyStatus
{
    /// <summary>Shows how policies stand.</summary>
    internal static async Task<int> RunAsync(
        CommandContext context, PolicyFiles files, CancellationToken cancellationToken)
    {
        files.ReportProblems(context);
        var engine = context.Get<PolicyEngine>();
        var standing = new List<(Policy Policy, PolicyStatusDocument.StandingPolicy Status)>();
        foreach (var policy in files.Policies)
        {
            var status = await engine.GetStatusAsync(policy, PolicyPlaces.Of(context), cancellationToken);
            standing.Add((policy, PolicyStatusDocument.StandingPolicy.Of(status)));
        }

        if (context.Settings.Json)
        {
            context.PrintJson(
                new PolicyStatusDocument([.. standing.Select(s => s.Status)]),
                CliJson.Documents.PolicyStatusDocument);
        }
        else
        {
            foreach (var (policy, status) in standing)
                Print(context, policy, status);
        }

        return files.HasProblems ? ExitCode.Usage : ExitCode.Done;
    }

    private static void Print(CommandContext context, Policy policy, PolicyStatusDocument.StandingPolicy status)
    {
        context.PrintExtra($"Policy {status.Policy}{(status.IsRunning ? ", a run is under way" : "")}:");
        TextTable.Write(
            context.Console, ["Task", "Domain", "Done", "Last attempt", "Next", "Why"],
            [.. status.Tasks.Select(task => new[]
            {
                task.Task, task.Domain ?? "-", Time(task.LastDone), task.LastOutcome ?? "-",
                task.IsDue ? "now" : Time(task.Next), task.Reason,
            })],
            !context.Settings.Quiet);

        string Time(DateTimeOffset? time) => time is { } known ? TimeText.Format(known, policy.Zone) : "-";
    }
}
