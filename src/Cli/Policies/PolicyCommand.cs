using System.CommandLine;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Parsing;

namespace LibvirtBackup.Cli.Policies;

/// <summary><c>policy</c>.</summary>
internal sealed class PolicyCommand : CliCommand
{
    private const int MostDays = 3660;

    private readonly Argument<string> _action = new("action")
    {
        Description = "check, plan, run or status",
        CompletionSources = { _ => ["check", "plan", "run", "status"] },
    };

    private readonly Argument<string[]> _files = new("file")
    {
        Description = "policy files, or directories with them (default: $LVBACKUP_POLICIES, then "
            + "/etc/lvbackup/policies)",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<int?> _days;
    private readonly Option<bool> _strict;

    internal PolicyCommand()
        : base("policy", "Check, plan or run backup policies, or show how they stand.")
    {
        Add(_action);
        Add(_files);
        _days = AddOption(new Option<int?>("--days")
        {
            Description = "for plan: how far to look ahead (default: 30)", HelpName = "n",
        });
        _strict = AddFlag("--strict", "for run: end with code 3 when there were warnings");
    }

    private enum PolicyAction
    {
        Check,
        Plan,
        Run,
        Status,
    }

    internal override CommandGroup Group => CommandGroup.RestorePoints;

    internal override string Details => """
        A policy is a YAML file: which domains, where to, when, how long kept, how verified, who is told;
        docs/policies.md explains it. run does what is due, and nothing else, so start it as often as you like:
        lvbackup.timer and cron do it every 15 minutes. What was missed is made up once, a failure of one domain stops
        no other, and two runs never overlap (exit code 5). Files that are wrong are told with all problems and exit
        code 2; run goes on with the others.
        """;

    internal override IReadOnlyList<Example> Examples =>
    [
        new("policy check /etc/lvbackup/policies/servers.yaml", "every problem of a file, with its line"),
        new("policy plan --days 90", "what will be taken, and what is left in the end, with the reasons"),
        new("policy run", "do what is due"),
        new("policy status --json", "when what was done, and what comes next, for scripts"),
    ];

    internal override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var action = Choice.Parse(
            "the action of policy", context.Line.GetRequiredValue(_action), PolicyAction.Check);
        var days = context.Line.GetValue(_days);
        if (days is not null && action != PolicyAction.Plan)
            throw new BackupException(FailureKind.Usage, "policy: --days goes with plan");
        if (days is < 1 or > MostDays)
            throw new BackupException(FailureKind.Usage, $"policy: --days is a number from 1 to {MostDays}");
        if (context.Line.GetValue(_strict) && action != PolicyAction.Run)
            throw new BackupException(FailureKind.Usage, "policy: --strict goes with run");
        var files = await PolicyFiles.ReadAsync(context, context.Line.GetValue(_files) ?? [], cancellationToken);
        return action switch
        {
            PolicyAction.Check => PolicyCheck.Run(context, files),
            PolicyAction.Plan => await PolicyPlan.RunAsync(context, files, days ?? 30, cancellationToken),
            PolicyAction.Run => await PolicyRun.RunAsync(
                context, files, context.Line.GetValue(_strict), cancellationToken),
            PolicyAction.Status => await PolicyStatus.RunAsync(context, files, cancellationToken),
        };
    }
}
