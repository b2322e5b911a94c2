using System.Globalization;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Json;
using LibvirtBackup.Cli.Output;
using LibvirtBackup.Cli.Parsing;
using LibvirtBackup.Policies;
using LibvirtBackup.Policies.Planning;
using LibvirtBackup.Policies.Running;

namespace LibvirtBackup.Cli.Policies;

/// <summary><c>policy plan</c>.</summary>
internal static class PolicyPlan
{
    /// <summary>Shows what policies will do.</summary>
    internal static async Task<int> RunAsync(
        CommandContext context, PolicyFiles files, int days, CancellationToken cancellationToken)
    {
        files.ReportProblems(context);
        var planned = new List<(Policy Policy, Simulation Simulation)>();
        var engine = context.Get<PolicyEngine>();
        foreach (var policy in files.Policies)
        {
            var simulation = await engine.PlanAsync(
                policy, PolicyPlaces.Of(context), TimeSpan.FromDays(days), cancellationToken);
            planned.Add((policy, simulation));
        }

        if (context.Settings.Json)
        {
            var document = new PolicyPlanDocument(
                days, [.. planned.Select(p => PolicyPlanDocument.PlannedPolicy.Of(p.Policy, p.Simulation))]);
            context.PrintJson(document, CliJson.Documents.PolicyPlanDocument);
        }
        else
        {
            foreach (var (policy, simulation) in planned)
                Print(context, policy, simulation, days);
        }

        return files.HasProblems ? ExitCode.Usage : ExitCode.Done;
    }

    private static void Print(CommandContext context, Policy policy, Simulation simulation, int days)
    {
        context.PrintExtra(string.Create(
            CultureInfo.InvariantCulture, $"Policy {policy.Name}, {days} days ({policy.Zone.Id}):"));
        TextTable.Write(
            context.Console, ["Time", "Task", "Domain", "Level", "Removes", "Why"],
            [.. simulation.Tasks.Select(task => new[]
            {
                TimeText.Format(task.Time, policy.Zone), PolicyWords.Of(task.Task.Kind), task.Task.Domain?.Name ?? "-",
                task.Task.Level is { } level ? Choice.Word(level) : "-",
                task.Removed.Count.ToString(CultureInfo.InvariantCulture), task.Task.Reason,
            })],
            !context.Settings.Quiet);
        context.PrintExtra("");
        context.PrintExtra("Then these points are there:");
        TextTable.Write(
            context.Console, ["Time", "Domain", "Level", "Why"],
            [.. simulation.Points.Where(d => d.Keep).Select(d => new[]
            {
                TimeText.Format(d.Point.Time, policy.Zone), d.Point.Domain, Choice.Word(d.Point.Level),
                string.Join(", ", d.Reasons),
            })],
            !context.Settings.Quiet);
    }
}
