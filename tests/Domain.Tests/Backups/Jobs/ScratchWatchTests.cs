using LibvirtBackup.Backups.Jobs;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Backups.Jobs;

public sealed class ScratchWatchTests
{
    private const long MiB = 1 << 20;

    private long _free = 10_000 * MiB;
    private long _total = 20_000 * MiB;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_copy_is_ended_when_little_is_left()
    {
        var watch = Watch();
        var failure = await Assert.ThrowsAsync<BackupException>(() => GuardAsync(
            watch,
            async token =>
            {
                _free = 200 * MiB;
                await Task.Delay(Timeout.Infinite, token);
                return 0;
            },
            Token));
        Assert.Equal(FailureKind.Failed, failure.Kind);
        Assert.StartsWith("scratch directory '/scratch' has only 200 MiB left: the backup was ended", failure.Message);
    }

    [Fact]
    public async Task With_room_it_ends_as_it_would_without()
    {
        Assert.Equal(7, await GuardAsync(Watch(), _ => Task.FromResult(7), Token));
        await Assert.ThrowsAsync<InvalidDataException>(
            () => GuardAsync(Watch(), _ => throw new InvalidDataException(), Token));
        using var user = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => GuardAsync(
            Watch(),
            async token =>
            {
                await user.CancelAsync();
                await Task.Delay(Timeout.Infinite, token);
                return 0;
            },
            user.Token));
    }

    [Fact]
    public async Task Space_that_cannot_be_told_ends_nothing()
    {
        var watch = new ScratchWatch("/scratch", () => null, TimeProvider.System);
        watch.RequireRoom();
        Assert.Equal(0, await GuardAsync(
            watch,
            async token =>
            {
                await Task.Delay(300, token);
                return 0;
            },
            Token));
    }

    [Theory]
    [InlineData(257, 20_000, true)]
    [InlineData(256, 20_000, false)]
    [InlineData(3, 32, true)]
    [InlineData(2, 32, false)]
    [InlineData(0, 32, false)]
    public void A_backup_begins_only_where_there_is_room(long freeMiB, long totalMiB, bool begins)
    {
        (_free, _total) = (freeMiB * MiB, totalMiB * MiB);
        if (begins) Watch().RequireRoom();
        else Assert.Contains("too little", Assert.Throws<BackupException>(Watch().RequireRoom).Message);
    }

    /// <summary>A guest that writes 1 GiB/s has 800 MiB left at the end, also when it pauses meanwhile.</summary>
    [Fact]
    public void The_faster_the_guest_writes_the_earlier_it_ends()
    {
        var watch = Watch();
        Assert.False(watch.IsEnd(2000 * MiB, _total, 2100 * MiB));
        Assert.False(watch.IsEnd(801 * MiB, _total, 801 * MiB));
        Assert.True(watch.IsEnd(800 * MiB, _total, 800 * MiB));
        Assert.False(Watch().IsEnd(257 * MiB, _total, 257 * MiB));
        Assert.True(Watch().IsEnd(256 * MiB, _total, 256 * MiB));
    }

    [Fact]
    public void The_space_of_a_directory_is_measured()
    {
        var space = ScratchWatch.Measure(Path.GetTempPath());
        Assert.True(space is { Free: > 0 } && space.Value.Total >= space.Value.Free);
        Assert.Null(ScratchWatch.Measure("/nonexistent/lvb"));
    }

    [Fact]
    public async Task A_job_is_ended_although_its_copy_hangs()
    {
        var ended = new TaskCompletionSource();
        var watch = Watch(() =>
        {
            ended.SetResult();
            return Task.CompletedTask;
        });
        await Assert.ThrowsAsync<BackupException>(() => GuardAsync(
            watch,
            async _ =>
            {
                _free = 200 * MiB;
                await ended.Task; // it does not heed the token
                throw new IOException("the server went away");
            },
            Token));
    }

    [Fact]
    public async Task What_is_copied_is_kept_although_the_job_is_ended_meanwhile()
    {
        var ended = new TaskCompletionSource();
        var watch = Watch(() =>
        {
            ended.SetResult();
            throw new BackupException(FailureKind.Failed, "libvirt does not end it");
        });
        var kept = 0;
        await watch.GuardAsync(
            _ => Task.FromResult(7),
            async copied =>
            {
                _free = 200 * MiB;
                await ended.Task;
                kept = copied;
            },
            Token);
        Assert.Equal(7, kept);
    }

    private static Task<int> GuardAsync(
        ScratchWatch watch, Func<CancellationToken, Task<int>> copy, CancellationToken cancellationToken) =>
        watch.GuardAsync(copy, _ => Task.CompletedTask, cancellationToken);

    private ScratchWatch Watch(Func<Task>? end = null) =>
        new("/scratch", () => (_free, _total), TimeProvider.System) { End = end ?? (() => Task.CompletedTask) };
}
