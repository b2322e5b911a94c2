using LibvirtBackup.Backups;
using LibvirtBackup.Backups.Capturing;
using LibvirtBackup.Backups.Offline;
using LibvirtBackup.Backups.Planning;
using LibvirtBackup.Domain.Tests.Recovery.Simulation;
using LibvirtBackup.Domain.Tests.Repositories;
using LibvirtBackup.Hosts;
using LibvirtBackup.Recovery.Journals;
using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Blobs;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Backups;

/// <summary>
/// The point that a backup builds on stays until the new one is there: the packs that it needs may be condemned since
/// long, and what is taken over from it is not stored again.
/// </summary>
public sealed class HeldBaseTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_base_cannot_be_removed_while_the_backup_runs_and_can_be_afterwards()
    {
        using var world = await HistoryWorld.MakeNewAsync();
        var store = world.Repositories[0].Store;
        var first = (await BackUpAsync(world, store, BackupLevel.Auto)).Point;
        BackupException? refusal = null;
        var report = await BackUpAsync(
            world, store, BackupLevel.Auto,
            async () => refusal = await Assert.ThrowsAsync<BackupException>(() => ForgetAsync(store, first)));

        Assert.Equal((BackupLevel.Incremental, first), (report.Level, report.Parent));
        Assert.Equal(FailureKind.Busy, refusal!.Kind); // set while the disks were copied
        Assert.Contains("backup of domain", refusal.Message, StringComparison.Ordinal);
        await ForgetAsync(store, first);
        Assert.Empty(await store.ListAsync("locks/", Token));
    }

    [Fact]
    public async Task A_base_that_the_new_point_drops_is_dropped()
    {
        using var world = await HistoryWorld.MakeNewAsync();
        var store = world.Repositories[0].Store;
        var first = (await BackUpAsync(world, store, BackupLevel.Auto)).Point;
        var report = await BackUpAsync(world, store, BackupLevel.Auto, maxPoints: 1);
        Assert.Equal((BackupLevel.Incremental, first), (report.Level, Assert.Single(report.Dropped)));
        Assert.DoesNotContain(report.Warnings, line => line.Contains("could not be dropped", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(BackupLevel.Auto)]
    [InlineData(BackupLevel.Incremental)]
    public async Task A_base_that_is_removed_just_before_it_is_held_is_none(BackupLevel level)
    {
        using var world = await HistoryWorld.MakeNewAsync();
        var store = world.Repositories[0].Store;
        var first = (await BackUpAsync(world, store, BackupLevel.Auto)).Point;
        var locks = 0;
        var removing = new HookedBlobStore(store, async key =>
        {
            // The first is the session's own.
            if (key.StartsWith("locks/", StringComparison.Ordinal) && ++locks == 2) await ForgetAsync(store, first);
        });
        if (level == BackupLevel.Incremental)
        {
            var refusal = await Assert.ThrowsAsync<BackupException>(() => BackUpAsync(world, removing, level));
            Assert.Equal(FailureKind.NotSupported, refusal.Kind);
            return;
        }

        var report = await BackUpAsync(world, removing, level);
        Assert.Equal((BackupLevel.Full, null), (report.Level, report.Parent));
        Assert.Contains($"{first} was removed", report.Reason, StringComparison.Ordinal);
    }

    private static async Task ForgetAsync(IBlobStore store, string point)
    {
        using var repository = await Repository.OpenAsync(store, Token);
        await repository.ForgetAsync(point, Token);
    }

    private static async Task<BackupReport> BackUpAsync(
        HistoryWorld world, IBlobStore store, BackupLevel level, Func<Task>? whileCopying = null, int? maxPoints = null)
    {
        world.Clock.Advance(TimeSpan.FromMinutes(1));
        using var fate = new Fate([]);
        using var repository = await Repository.OpenAsync(store, secret: null, world.Clock, Token);
        world.Domain.Owned = $"lvb.{repository.Id}.";
        var context = new BackupContext
        {
            Host = new HostVersions(new Version(9, 0), new Version(7, 2)),
            Domain = new SimulatedConnection(world.Domain, world.Jobs, world.Uuid, fate),
            Sources = new WatchedSources(
                new SimulatedSources(world.Domain, world.Jobs, world.Contents, fate),
                whileCopying ?? (() => Task.CompletedTask)),
            Repository = repository,
            Request = new BackupRequest
            {
                Domain = "simulated", Level = level, MaxPoints = maxPoints, ForceCycle = maxPoints is not null,
            },
            Options = new BackupEngineOptions { StateDirectory = world.StatePath },
            State = world.State,
            Journal = Journal.Open(world.State.OpenDomain(world.Uuid)),
            Time = world.Clock,
            Progress = null,
        };
        return await new BackupRun(context).ExecuteAsync(Token);
    }

    private sealed class WatchedSources(IPointSources inner, Func<Task> whileCopying) : IPointSources
    {
        public Task<CapturedDomain> CaptureAsync(
            BackupContext context, BlobWriter writer, DiskSelection selection, bool wasRunning,
            CancellationToken cancellationToken) =>
            inner.CaptureAsync(context, writer, selection, wasRunning, cancellationToken);

        public Task<IShutOffDisks> LookAsync(IReadOnlyList<SelectedDisk> disks, CancellationToken cancellationToken) =>
            inner.LookAsync(disks, cancellationToken);

        public CopyDisks CopyInto(BackupContext context, BlobWriter writer) => async (disks, export, token) =>
        {
            await whileCopying();
            return await inner.CopyInto(context, writer)(disks, export, token);
        };
    }
}
