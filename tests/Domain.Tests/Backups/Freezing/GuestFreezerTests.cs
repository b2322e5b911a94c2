using LibvirtBackup.Backups;
using LibvirtBackup.Backups.Freezing;
using LibvirtBackup.Interop.Libvirt;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Backups.Freezing;

/// <summary>What a backup does with its guest, and what it says of the point.</summary>
public sealed class GuestFreezerTests : IDisposable
{
    private readonly TestDirectory _directory = new();
    private readonly FakeClock _clock = new();
    private readonly List<string> _warnings = [];
    private readonly FreezeLedger _ledger;
    private string[] _watchdog = [];

    public GuestFreezerTests() => _ledger = new FreezeLedger(_directory.Path);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_guest_is_frozen_for_the_moment_and_its_record_is_there_as_long()
    {
        var guest = new SimulatedGuest(_clock);
        var moment = await HoldAsync(guest, QuiesceMode.Require, () =>
        {
            Assert.True(guest.IsFrozen);
            Assert.True(_ledger.Read()!.IsSettled);
            _clock.Advance(TimeSpan.FromSeconds(9));
        });

        Assert.Equal(["0: freeze", "9: thaw"], guest.Calls);
        Assert.Equal((2, TimeSpan.FromSeconds(9)), (moment.FileSystems, moment.Frozen));
        Assert.Null(_ledger.Read());
        Assert.Empty(_warnings);
    }

    [Theory]
    [InlineData(QuiesceMode.Try)]
    [InlineData(QuiesceMode.Require)]
    public async Task A_guest_that_cannot_freeze_is_not_asked(QuiesceMode mode)
    {
        var guest = new SimulatedGuest(_clock) { Obstacle = "no guest agent runs in the guest" };
        await ExpectDoubtAsync(guest, mode, "no guest agent runs in the guest", hasBegun: mode == QuiesceMode.Try);
        Assert.Empty(guest.Calls);
        Assert.Null(_ledger.Read());
    }

    [Theory]
    [InlineData(QuiesceMode.Try)]
    [InlineData(QuiesceMode.Require)]
    public async Task A_freeze_that_hangs_is_given_up_and_thawed_once_libvirt_has_given_it_up_too(QuiesceMode mode)
    {
        var guest = new SimulatedGuest(_clock) { FreezeTime = TimeSpan.FromHours(1) };
        await ExpectDoubtAsync(guest, mode, "no answer within 60 s", hasBegun: mode == QuiesceMode.Try);
        Assert.Equal(["0: freeze", "61: thaw"], guest.Calls);
        Assert.Null(_ledger.Read());
    }

    [Fact]
    public async Task Mount_points_that_the_guest_does_not_have_are_told()
    {
        var guest = new SimulatedGuest(_clock) { FileSystems = 1 };
        await ExpectDoubtAsync(guest, QuiesceMode.Require, "only 1 of the 2 mount points", false, "/srv", "/none");
        Assert.Equal(["0: freeze /srv /none", "0: thaw"], guest.Calls);
    }

    [Theory]
    [InlineData(QuiesceMode.Try)]
    [InlineData(QuiesceMode.Require)]
    public async Task A_guest_is_thawed_at_the_limit_though_the_backup_has_not_begun(QuiesceMode mode)
    {
        var guest = new SimulatedGuest(_clock);
        // Not for some time of the clock: that could go on before the thaw had its turn.
        await ExpectDoubtAsync(
            guest, mode, "had not begun within 10 s", instant: () => guest.Thawed.WaitAsync(TimeSpan.FromMinutes(1)));
        Assert.Equal(["0: freeze", "10: thaw"], guest.Calls);
    }

    [Fact]
    public async Task A_guest_that_was_thawed_by_somebody_else_is_not_called_consistent()
    {
        var guest = new SimulatedGuest(_clock);
        await ExpectDoubtAsync(guest, QuiesceMode.Try, "2 of its 2 file systems had been thawed", instant: () =>
        {
            guest.IsFrozen = false;
            return Task.CompletedTask;
        });
    }

    [Fact]
    public async Task A_freeze_that_the_watchdog_has_undone_is_not_undone_again()
    {
        var guest = new SimulatedGuest(_clock);
        await ExpectDoubtAsync(guest, QuiesceMode.Require, "its watchdog thawed it", instant: () =>
        {
            _ledger.Clear();
            return Task.CompletedTask;
        });
        Assert.Equal(["0: freeze"], guest.Calls);
    }

    [Fact]
    public async Task A_thaw_that_fails_is_shouted_and_leaves_the_record()
    {
        var guest = new SimulatedGuest(_clock) { ThawFailures = int.MaxValue };
        await ExpectDoubtAsync(guest, QuiesceMode.Try, "MAY STILL BE FROZEN (it does not answer)");
        Assert.NotNull(_ledger.Read());
        var lines = await FreezeRecovery.RunAsync(guest, _ledger, _clock, "web");
        Assert.Contains("virsh domfsthaw web", Assert.Single(lines), StringComparison.Ordinal);
        guest.ThawFailures = 0;
        lines = await FreezeRecovery.RunAsync(guest, _ledger, _clock, "web");
        Assert.Equal(["thawed the guest's file systems, which an interrupted run had frozen"], lines);
        Assert.Empty(await FreezeRecovery.RunAsync(guest, _ledger, _clock, "web"));
    }

    [Fact]
    public async Task When_the_backup_does_not_begin_its_failure_is_told_and_the_guest_thawed()
    {
        var guest = new SimulatedGuest(_clock);
        var failure = await Assert.ThrowsAsync<LibvirtException>(() => HoldAsync(
            guest,
            QuiesceMode.Require,
            () => throw new LibvirtException("f", VirErrorNumber.OperationFailed, VirErrorDomain.Qemu, "no")));
        Assert.Equal("no", failure.Message);
        Assert.False(guest.IsFrozen);
    }

    [Fact]
    public async Task A_freeze_that_is_cancelled_is_thawed_after_it_has_come()
    {
        var guest = new SimulatedGuest(_clock) { FreezeTime = TimeSpan.FromSeconds(5) };
        using var cancel = new CancellationTokenSource();
        var backup = HoldAsync(guest, QuiesceMode.Try, () => { }, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => backup);
        Assert.Equal(["0: freeze", "5: thaw"], guest.Calls);
        Assert.Null(_ledger.Read());
    }

    [Fact]
    public async Task A_guest_whose_watchdog_died_before_the_freeze_is_not_asked()
    {
        _watchdog = ["sh", "-c", "read order; exec 0<&-; echo ready; exec sleep 1"];
        var guest = new SimulatedGuest(_clock);
        await ExpectDoubtAsync(guest, QuiesceMode.Try, "the thaw watchdog has ended");
        Assert.Empty(guest.Calls);
        Assert.Null(_ledger.Read());
    }

    [Fact]
    public async Task While_another_freeze_is_not_undone_the_guest_is_not_asked()
    {
        _ledger.Write(GuestThawTests.Record(_clock));
        var guest = new SimulatedGuest(_clock);
        await ExpectDoubtAsync(guest, QuiesceMode.Try, "still being undone");
        Assert.Empty(guest.Calls);
    }

    private async Task ExpectDoubtAsync(
        SimulatedGuest guest, QuiesceMode mode, string why, bool hasBegun = true, params string[] mounts) =>
        await ExpectDoubtAsync(guest, mode, why, () => Task.CompletedTask, hasBegun, mounts);

    private async Task ExpectDoubtAsync(
        SimulatedGuest guest, QuiesceMode mode, string why, Func<Task> instant, bool hasBegun = true,
        params string[] mounts)
    {
        var begun = false;
        var backup = HoldAsync(
            guest,
            mode,
            () =>
            {
                begun = true;
                return instant();
            },
            mounts,
            TestContext.Current.CancellationToken);
        if (mode == QuiesceMode.Require)
        {
            var failure = await Assert.ThrowsAsync<BackupException>(() => backup);
            Assert.Contains(why, failure.Message, StringComparison.Ordinal);
        }
        else
        {
            Assert.Null((await backup).FileSystems);
            Assert.Contains(why, Assert.Single(_warnings), StringComparison.Ordinal);
        }

        Assert.Equal(hasBegun, begun);
    }

    private Task<FrozenMoment<int>> HoldAsync(
        SimulatedGuest guest, QuiesceMode mode, Action instant, CancellationToken? cancellation = null) =>
        HoldAsync(
            guest,
            mode,
            () =>
            {
                instant();
                return Task.CompletedTask;
            },
            [],
            cancellation ?? TestContext.Current.CancellationToken);

    private async Task<FrozenMoment<int>> HoldAsync(
        SimulatedGuest guest, QuiesceMode mode, Func<Task> instant, string[] mounts, CancellationToken cancellation)
    {
        var options = new QuiesceOptions { Mode = mode, MountPoints = mounts };
        var order = new ThawOrder
        {
            Freeze = Guid.NewGuid(),
            Uri = "test:///default",
            DomainUuid = Guid.Empty,
            Domain = "web",
            DomainDirectory = _directory.Path,
            Timeout = options.Timeout,
            Limit = options.Limit,
        };
        await using var guard = await ThawGuard.StartAsync(_watchdog, order);
        var isReal = _watchdog.Length > 0; // a process
        TimeProvider time = isReal ? TimeProvider.System : _clock;
        var freezer = new GuestFreezer(guest, _ledger, guard, order, options, time, _warnings);
        var hold = freezer.HoldAsync(
            async () =>
            {
                await instant();
                return 0;
            },
            cancellation);
        return isReal ? await hold : await _clock.RunAsync(hold);
    }
}
