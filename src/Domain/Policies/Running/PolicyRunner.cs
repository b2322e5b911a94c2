using System.Text.Json;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Policies.Planning;

namespace LibvirtBackup.Policies.Running;

/// <summary>
/// One policy's part of a run: due backups side by side, then retention, then checks, with hooks around. Whatever fails
/// is noted and stops nothing else.
/// </summary>
/// <param name="policy">The policy.</param>
/// <param name="work">Does it.</param>
/// <param name="notes">Remembers it.</param>
/// <param name="limiter">Shared by the policies of the run.</param>
/// <param name="time">The clock.</param>
internal sealed class PolicyRunner(
    Policy policy, IPolicyWork work, PolicyNotesFile notes, PolicyLimiter limiter, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly List<TaskReport> _tasks = [];
    private readonly List<string> _warnings = [];
    private readonly DateTimeOffset _started = time.GetUtcNow();

    /// <summary>Told of each task that ends.</summary>
    internal Action<TaskReport> Ended { get; init; } = _ => { };

    /// <summary>Does what is due.</summary>
    /// <param name="history">What there is, without notes.</param>
    /// <param name="cancellationToken">Ends what runs and leaves the rest; then the end is told as usual.</param>
    internal async Task<PolicyRunReport> RunAsync(PolicyHistory history, CancellationToken cancellationToken)
    {
        CloseKilled(history);
        if (history.Domains.Count == 0) _warnings.Add("no domain of this host is selected, so nothing is backed up");
        if (!Due(history).Any()) return Report(null);
        if (await HookAsync("before", policy.Hooks.Before, Report(null), cancellationToken).ConfigureAwait(false))
        {
            await BackUpAsync(history, cancellationToken).ConfigureAwait(false);
            await CheckAsync(history, cancellationToken).ConfigureAwait(false);
        }

        // From here on in any case: what a hook has begun another one has to end, and people are to be told.
        await HookAsync("after", policy.Hooks.After, Report(time.GetUtcNow()), CancellationToken.None)
            .ConfigureAwait(false);
        if (!Report(null).Ok)
            await HookAsync("failure", policy.Hooks.OnFailure, Report(time.GetUtcNow()), CancellationToken.None)
                .ConfigureAwait(false);
        var untold = await new PolicyNotifier(policy, time)
            .TellAsync(Report(time.GetUtcNow()), CancellationToken.None).ConfigureAwait(false);
        _warnings.AddRange(untold);
        return Report(time.GetUtcNow());
    }

    private void CloseKilled(PolicyHistory history)
    {
        if (notes.Warning is { } lost) _warnings.Add(lost);
        foreach (var task in notes.Notes.Tasks.Where(task => task.Outcome is null))
        {
            _warnings.Add($"an earlier run was killed during {Word(task.Kind)}"
                + (task.DomainName is { } name ? $" of domain '{name}'" : "") + "; it is made up once");
        }

        var uuids = history.Domains.Select(domain => domain.Uuid);
        if (notes.Notes.Tasks.Any(task => task.Outcome is null)) notes.Change(n => n.CloseKilled().Only(uuids));
    }

    private IEnumerable<PolicyDecision> Due(PolicyHistory history) => PolicyPlanner
        .Decide(policy, history with { Notes = notes.Notes }, time.GetUtcNow()).Where(decision => decision.IsDue);

    private async Task BackUpAsync(PolicyHistory history, CancellationToken cancellationToken)
    {
        var due = Due(history).Where(task => task.Kind == PolicyTaskKind.Backup).ToList();
        await Task.WhenAll(due.Select(task => AttemptAsync(task, history, cancellationToken))).ConfigureAwait(false);
        if (policy.Retention is null || cancellationToken.IsCancellationRequested
            || !_tasks.Any(task => task.Outcome == TaskOutcome.Done && task.Task == Word(PolicyTaskKind.Backup)))
            return;
        var domains = history.Domains.Where(domain => domain.Refusal is null).ToList();
        Add(await TryAsync("prune", null, () => work.PruneAsync(domains, cancellationToken)).ConfigureAwait(false));
    }

    private async Task CheckAsync(PolicyHistory history, CancellationToken cancellationToken)
    {
        foreach (var task in Due(history).Where(task => task.Kind != PolicyTaskKind.Backup))
        {
            if (cancellationToken.IsCancellationRequested) return;
            // A check that was done meanwhile may stand for this one.
            if (Due(history).Any(due => due.Kind == task.Kind && due.Domain == task.Domain))
                await AttemptAsync(task, history, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task AttemptAsync(
        PolicyDecision task, PolicyHistory history, CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        var known = task.Domain is { } domain ? PolicyPlanner.PointsOf(policy, history)[domain.Uuid] : [];
        var report = await TryAsync(Word(task.Kind), task.Domain?.Name, () => limiter.RunAsync(
            policy, task,
            () =>
            {
                notes.Change(n => n.Begin(task, time.GetUtcNow(), known));
                return work.DoAsync(task, cancellationToken);
            },
            cancellationToken)).ConfigureAwait(false);
        if (notes.Notes.Find(task.Kind, task.Domain?.Uuid) is { Outcome: null })
            notes.Change(n => n.End(
                task, report.Outcome, report.Message, report.Point, report.Level, time.GetUtcNow()));
        Add(report with { Reason = task.Reason, Seconds = time.GetElapsedTime(begun).TotalSeconds });
    }

    private static async Task<TaskReport> TryAsync(string name, string? domain, Func<Task<TaskReport>> action)
    {
        try
        {
            return await action().ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever one task throws becomes its failure, so that it stops no other.
        catch (Exception e)
#pragma warning restore CA1031
        {
            var (outcome, kind, message) = e switch
            {
                OperationCanceledException =>
                    (TaskOutcome.Interrupted, (FailureKind?)null, "it was interrupted; what was begun was cleaned up"),
                BackupException expected => (TaskOutcome.Failed, expected.Kind, expected.Message),
                LibvirtException or IOException or UnauthorizedAccessException =>
                    (TaskOutcome.Failed, FailureKind.Failed, e.Message),
                _ => (TaskOutcome.Failed, FailureKind.Failed,
                    $"internal error: {e.GetType().Name}: {e.Message}; this is a defect of lvbackup, please report it"),
            };
            return new TaskReport
            {
                Task = name,
                Domain = domain,
                Outcome = outcome,
                Failure = kind,
                Message = message.ReplaceLineEndings("; "),
            };
        }
    }

    /// <returns>False when the hook failed.</returns>
    private async Task<bool> HookAsync(
        string name, HookCommand? hook, PolicyRunReport report, CancellationToken cancellationToken)
    {
        if (hook is null) return true;
        var input = JsonSerializer.SerializeToUtf8Bytes(
            report with { Event = name }, PolicyJson.Default.PolicyRunReport);
        var result = await TryAsync($"hook {name}", null, async () => new TaskReport
        {
            Task = $"hook {name}",
            Outcome = TaskOutcome.Done,
            Message = await ProgramRun.RunAsync(hook.Command, hook.Timeout, input, time, cancellationToken)
                .ConfigureAwait(false) is { } failure ? throw new BackupException(FailureKind.Failed, failure) : null,
        }).ConfigureAwait(false);
        if (result.Outcome != TaskOutcome.Done) Add(result);
        return result.Outcome == TaskOutcome.Done;
    }

    private void Add(TaskReport report)
    {
        lock (_gate) _tasks.Add(report);
        Ended(report);
    }

    private PolicyRunReport Report(DateTimeOffset? ended)
    {
        lock (_gate)
        {
            return new PolicyRunReport
            {
                Policy = policy.Name,
                Host = Environment.MachineName,
                Started = _started,
                Ended = ended,
                Tasks = [.. _tasks],
                Warnings = [.. _warnings],
            };
        }
    }

    private static string Word(PolicyTaskKind kind) => kind switch
    {
        PolicyTaskKind.Backup => "backup",
        PolicyTaskKind.Sample => "sample",
        PolicyTaskKind.Verify => "verify",
        PolicyTaskKind.TestRestore => "test-restore",
    };
}
