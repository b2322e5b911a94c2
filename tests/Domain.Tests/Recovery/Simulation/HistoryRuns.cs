using LibvirtBackup.Backups;
using LibvirtBackup.Backups.Jobs;
using LibvirtBackup.Hosts;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Recovery;
using LibvirtBackup.Recovery.Journals;
using LibvirtBackup.Recovery.Table;
using LibvirtBackup.Repositories;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Recovery.Simulation;

/// <summary>
/// The runs of a history: the product's own backup and examination, over the simulated domain, each a process of its
/// own.
/// </summary>
internal sealed class HistoryRuns(HistoryWorld world)
{
    /// <summary>The worst more often.</summary>
    private static readonly Befalling[] s_befallings =
        [.. Enum.GetValues<Befalling>(), Befalling.Crash, Befalling.Crash, Befalling.Failure];

    private readonly PointJudge _judge = new(world);

    /// <summary>What may befall a run, from two numbers of a step: nothing, one thing, or two.</summary>
    internal static IReadOnlyList<(int Step, Befalling What)> PlanFate(int what, int when)
    {
        // More steps than most runs have: then nothing befalls it.
        const int steps = 64;
        if (what % 10 < 5) return [];
        var first = (1 + (when % steps), s_befallings[what / 10 % s_befallings.Length]);
        return what % 10 < 8
            ? [first]
            : [first, (1 + (when * 7 % steps), s_befallings[what / 100 % s_befallings.Length])];
    }

    internal async Task<BackupReport?> BackUpAsync(
        int repository, BackupRequest request, IReadOnlyList<(int Step, Befalling What)> planned)
    {
        BackupReport? report = null;
        var (store, id) = world.Repositories[repository];
        _judge.BeginRun($"lvb.{id}.", planned.Any(one => one.What == Befalling.Writes));
        await _judge.NoteBasesAsync(repository);
        var before = await store.ListAsync("points/", CancellationToken.None);
        var kills = world.Kills;
        SimulatedSources? sources = null;
        var failure = await RunAsync(repository, planned, async (opened, connection, journal, fate) =>
        {
            sources = new SimulatedSources(world.Domain, world.Jobs, world.Contents, fate);
            var context = new BackupContext
            {
                Host = new HostVersions(new Version(9, 0), new Version(7, 2)),
                Domain = connection,
                Sources = sources,
                Repository = opened,
                Request = request,
                Options = new BackupEngineOptions { StateDirectory = world.StatePath },
                State = world.State,
                Journal = journal,
                Time = world.Clock,
                Progress = null,
            };
            report = await new BackupRun(context).ExecuteAsync(fate.Token);
        });
        var after = await store.ListAsync("points/", CancellationToken.None);
        world.Log.Add($"    -> {report?.Level.ToString() ?? failure?.Message}");
        foreach (var line in report?.Warnings ?? []) world.Log.Add($"       {line}");
        if (after.SequenceEqual(before) && kills == world.Kills) _judge.JudgeNoPoint();
        foreach (var key in after.Except(before))
            await _judge.JudgeAsync(repository, key["points/".Length..^".json".Length], sources!); // set, or no point
        _judge.EndRun(report, planned.Count == 0);
        if (planned.Count == 0) AssertAnswer(request, report, failure);
        // Checkpoints of points that it dropped in the end, the next run finds.
        if (planned.Count == 0 && report is { Dropped.Count: 0 }) await _judge.JudgeCheckpointsAsync(repository);
        return report;
    }

    internal async Task ExamineAsync(int repository, IReadOnlyList<(int Step, Befalling What)> planned)
    {
        var failure = await RunAsync(repository, planned, async (opened, connection, journal, fate) =>
        {
            var (points, _) = await opened.ListPointsAsync(fate.Token);
            await new CrashRecovery(connection, journal, world.State).RecoverAsync(opened.Id, points, fate.Token);
            await PullJob.RefuseWhenBusyAsync(connection, fate.Token);
            var known = new PointsOfDomain(
                opened.Id, points, await opened.ListDamagedPointsAsync(fate.Token), world.Uuid,
                opened.Points.ReadAsync);
            var (_, after, failures) = await new TrackingReconciler(connection, known, journal)
                .ReconcileAsync(closely: true, fate.Token);
            if (planned.Count > 0 || !world.Domain.IsRunning) return;
            Assert.Empty(failures);
            Assert.DoesNotContain(after.Rows, row => row.Verdict.Repair
                is TrackingRepair.Adopt or TrackingRepair.Remove or TrackingRepair.Forget);
        });
        world.Log.Add($"    -> {failure?.Message ?? "examined"}");
        if (planned.Count == 0 && failure is not null)
            Assert.True(IsBusy(failure), $"an examination failed: {failure}");
    }

    private async Task<Exception?> RunAsync(
        int repository,
        IReadOnlyList<(int Step, Befalling What)> planned,
        Func<Repository, SimulatedConnection, Journal, Fate, Task> run)
    {
        var (store, id) = world.Repositories[repository];
        using var fate = new Fate(planned);
        world.Domain.Owned = $"lvb.{id}.";
        var journal = Journal.Open(world.State.OpenDomain(world.Uuid));
        var last = new FileInfo(world.JournalPath).Length;
        fate.Befall = Befall;
        if (planned.Any(one => one.What == Befalling.Crash))
            fate.AtStep = () => last = new FileInfo(world.JournalPath).Length;
        store.Fate = fate;
        try
        {
            using var opened = await Repository.OpenAsync(store, secret: null, world.Clock, CancellationToken.None);
            await run(opened, new SimulatedConnection(world.Domain, world.Jobs, world.Uuid, fate), journal, fate);
            return null;
        }
        catch (Exception e) when (e is BackupException or LibvirtException or IOException
            or OperationCanceledException or SimulatedCrashException)
        {
            return e;
        }
        finally
        {
            store.Fate = null;
            store.DropLocks();
            if (!fate.IsAlive) TearJournal(last, planned[0].Step);
            foreach (var what in fate.Happened) world.Log.Add($"    {what} (step of {fate.Steps})");
        }
    }

    /// <summary>
    /// The process was killed while it appended what it appended last: any beginning of it may be there.
    /// </summary>
    private void TearJournal(long promised, int which)
    {
        using var file = new FileStream(world.JournalPath, FileMode.Open);
        if (file.Length > promised) file.SetLength(promised + (which * 31 % (file.Length - promised + 1)));
    }

    private void Befall(Befalling what, string step)
    {
        switch (what)
        {
            case Befalling.QemuKilled:
                world.Stop(isKilled: true);
                break;
            case Befalling.QemuRestarted:
                world.Stop(isKilled: true);
                world.Domain.Start();
                break;
            case Befalling.ShutDown:
                world.Stop(isKilled: false);
                break;
            case Befalling.DaemonRestarted or Befalling.DaemonGone when step == "after ending":
                // libvirtd died when QEMU had ended the job, and had not saved that.
                world.Jobs.IsPhantom = world.Domain.IsRunning;
                break;
            case Befalling.JobLost:
                world.Jobs.LoseProtection();
                break;
            case Befalling.Writes:
                world.WriteSome(step.Length, step.Length / 3);
                break;
        }
    }

    /// <summary>What was not interrupted succeeds, or refuses for a reason that the request or others gave.</summary>
    private void AssertAnswer(BackupRequest request, BackupReport? report, Exception? failure)
    {
        if (failure is not null)
        {
            var isAsked = request.Level is BackupLevel.Incremental or BackupLevel.Differential
                || request.Since is not null || request.MaxPoints is not null;
            var isRefusal = failure is BackupException { Kind: FailureKind.NotSupported or FailureKind.Failed };
            Assert.True(IsBusy(failure) || (isAsked && isRefusal), $"a backup failed: {failure}");
            return;
        }

        Assert.Null(world.Jobs.Socket);
        Assert.DoesNotContain(report!.Warnings, line => line.Contains("could not", StringComparison.Ordinal));
        // What has to be undone in the images of a domain that is off waits until it runs.
        if (world.Domain.IsRunning) Assert.Null(Journal.Open(world.State.OpenDomain(world.Uuid)).View.OpenJob);
        if (report.Checkpoint is not { } made) return;
        Assert.True(world.Domain.Knows(made), $"checkpoint '{made}' is gone");
        Assert.Equal(
            report.Disks.Select(disk => disk.Name).Order(), world.Domain.DisksOf(made).Order());
    }

    /// <summary>
    /// A job of others, or one that libvirtd has forgotten and our journal does not know to be ours.
    /// </summary>
    private bool IsBusy(Exception failure) =>
        failure is BackupException { Kind: FailureKind.Busy }
        && (world.Jobs.Foreign is not null || world.Jobs.IsPhantom || world.Jobs.Socket is not null);
}
