using System.Text;
using LibvirtBackup.Backups;
using LibvirtBackup.InstantRecovery.Proofs;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.Posix;
using LibvirtBackup.Policies.Planning;
using LibvirtBackup.Repositories.Maintenance;
using LibvirtBackup.State;

namespace LibvirtBackup.Policies.Running;

/// <summary>Plans and runs policies.</summary>
internal sealed class PolicyEngine
{
    private static readonly TimeSpan s_untilToldAgain = TimeSpan.FromDays(1);

    private readonly PolicyTools _tools;
    private readonly TimeProvider _time;

    /// <summary>Makes it.</summary>
    /// <param name="options">Where the notes and the lock are.</param>
    /// <param name="backups">Takes points.</param>
    /// <param name="collector">Frees the space of those removed.</param>
    /// <param name="prover">Boots them.</param>
    /// <param name="time">The clock.</param>
    public PolicyEngine(
        BackupEngineOptions options, BackupEngine backups, GarbageCollector collector, RestoreProver prover,
        TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_tools, _time) = (new PolicyTools(options.StateDirectory, backups, collector, prover), time);
    }

    /// <summary>Shows what a policy will do, from now on, if all goes well.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="access">Opens its host and repository.</param>
    /// <param name="length">How far to look ahead.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="BackupException">Its host or repository cannot be opened, or it selects no domain.</exception>
    public async Task<Simulation> PlanAsync(
        Policy policy, PolicyAccess access, TimeSpan length, CancellationToken cancellationToken)
    {
        var open = await OpenPolicy.OpenAsync(policy, access, _tools, cancellationToken).ConfigureAwait(false);
        await using var closing = open.ConfigureAwait(false);
        return new PolicySimulator(policy).Run(WithNotes(open), _time.GetUtcNow(), length);
    }

    /// <summary>Shows how a policy stands.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="access">Opens its host and repository.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="BackupException">Its host or repository cannot be opened.</exception>
    public async Task<PolicyStatus> GetStatusAsync(
        Policy policy, PolicyAccess access, CancellationToken cancellationToken)
    {
        var open = await OpenPolicy.OpenAsync(policy, access, _tools, cancellationToken).ConfigureAwait(false);
        await using var closing = open.ConfigureAwait(false);
        var history = WithNotes(open);
        var newest = PolicyPlanner.PointsOf(policy, history).ToDictionary(
            points => points.Key, points => points.Max(point => point.Time));
        using var held = TryLock();
        return new PolicyStatus(
            policy.Name, held is null, PolicyPlanner.Decide(policy, history, _time.GetUtcNow()), history.Notes, newest);
    }

    /// <summary>Does what is due. A policy that fails stops no other.</summary>
    /// <param name="policies">The policies; their names differ.</param>
    /// <param name="access">Opens their hosts and repositories.</param>
    /// <param name="ended">Told of each task that ends, with its policy's name; from any thread.</param>
    /// <param name="cancellationToken">
    /// Ends what runs, and leaves the rest; hooks and notifications that tell the end are run, and the reports
    /// returned.
    /// </param>
    /// <returns>A report per policy, in their order.</returns>
    /// <exception cref="BackupException">Busy: another run is under way.</exception>
    public async Task<IReadOnlyList<PolicyRunReport>> RunAsync(
        IReadOnlyList<Policy> policies, PolicyAccess access, Action<string, TaskReport> ended,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(policies);
        ArgumentNullException.ThrowIfNull(ended);
        using var held = TryLock() ?? throw new BackupException(
            FailureKind.Busy,
            $"another run of policies is under way ({Encoding.ASCII.GetString(FileLock.ReadContent(LockPath))}); this "
            + "one does nothing, and what is due is left to the next");
        held.WriteContent(Encoding.ASCII.GetBytes($"pid {Environment.ProcessId}"));
        using var limiter = new PolicyLimiter(policies);
        var claims = new DomainClaims();
        var opened = new List<OpenPolicy>();
        try
        {
            var runs = new List<Func<Task<PolicyRunReport>>>();
            foreach (var policy in policies)
            {
                runs.Add(await PrepareAsync(policy, access, claims, opened, limiter, ended, cancellationToken)
                    .ConfigureAwait(false));
            }

            return await Task.WhenAll(runs.Select(run => run())).ConfigureAwait(false);
        }
        finally
        {
            foreach (var open in opened) await open.DisposeAsync().ConfigureAwait(false);
        }
    }

    private string LockPath => Path.Combine(PolicyNotesFile.DirectoryOf(_tools.StateDirectory), "lock");

    private FileLock? TryLock()
    {
        DurableFile.CreateDirectory(PolicyNotesFile.DirectoryOf(_tools.StateDirectory));
        return FileLock.TryAcquire(LockPath);
    }

    private PolicyHistory WithNotes(OpenPolicy open) => open.History with
    {
        Notes = PolicyNotesFile.Open(_tools.StateDirectory, open.Policy.Name).Notes,
    };

    /// <summary>Opens a policy; what it gives runs it, or tells why it cannot be opened.</summary>
    private async Task<Func<Task<PolicyRunReport>>> PrepareAsync(
        Policy policy, PolicyAccess access, DomainClaims claims, List<OpenPolicy> opened, PolicyLimiter limiter,
        Action<string, TaskReport> ended, CancellationToken cancellationToken)
    {
        var notes = PolicyNotesFile.Open(_tools.StateDirectory, policy.Name);
        try
        {
            var open = await OpenPolicy.OpenAsync(policy, access, _tools, cancellationToken).ConfigureAwait(false);
            opened.Add(open);
            if (notes.Notes.Broken is not null) notes.Change(n => n with { Broken = null });
            var runner = new PolicyRunner(policy, open.Work, notes, limiter, _time)
            {
                Ended = report => ended(policy.Name, report),
            };
            var history = claims.Claim(policy, open.History);
            return () => runner.RunAsync(history, cancellationToken);
        }
        catch (Exception e) when (
            e is BackupException or LibvirtException or IOException or UnauthorizedAccessException)
        {
            return () => TellBrokenAsync(policy, notes, e, ended);
        }
    }

    private async Task<PolicyRunReport> TellBrokenAsync(
        Policy policy, PolicyNotesFile notes, Exception failure, Action<string, TaskReport> ended)
    {
        var now = _time.GetUtcNow();
        var task = new TaskReport
        {
            Task = "open",
            Outcome = TaskOutcome.Failed,
            Failure = (failure as BackupException)?.Kind ?? FailureKind.Failed,
            Message = failure.Message.ReplaceLineEndings("; "),
        };
        var report = new PolicyRunReport
        {
            Policy = policy.Name, Host = Environment.MachineName, Started = now, Ended = now, Tasks = [task],
        };
        ended(policy.Name, task);
        // The next run is some minutes away, and people know.
        if (notes.Notes.Broken is { } told && now - told < s_untilToldAgain) return report;
        notes.Change(n => n with { Broken = now });
        return report with
        {
            Warnings = await new PolicyNotifier(policy, _time).TellAsync(report, CancellationToken.None)
                .ConfigureAwait(false),
        };
    }
}
