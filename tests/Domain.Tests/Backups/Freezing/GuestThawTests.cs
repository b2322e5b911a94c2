using LibvirtBackup.Backups.Freezing;
using LibvirtBackup.Interop.Libvirt;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Backups.Freezing;

/// <summary>A freeze is undone once, by whoever comes first, and that is the last word.</summary>
public sealed class GuestThawTests : IDisposable
{
    private readonly TestDirectory _directory = new();
    private readonly FakeClock _clock = new();
    private readonly FreezeLedger _ledger;

    public GuestThawTests() => _ledger = new FreezeLedger(_directory.Path);

    public void Dispose() => _directory.Dispose();

    internal static FreezeRecord Record(FakeClock clock) => new()
    {
        Id = Guid.NewGuid(),
        MountPoints = [],
        AskedAt = clock.GetUtcNow(),
        SettledAt = clock.GetUtcNow() + TimeSpan.FromSeconds(100),
    };

    [Fact]
    public async Task A_guest_that_does_not_answer_is_asked_again_over_new_connections_until_it_does()
    {
        var guest = new SimulatedGuest(_clock) { IsFrozen = true, ThawFailures = 6 };
        var result = await ThawAsync(guest, isSettled: true, minutes: 5);
        Assert.Equal((ThawOutcome.Thawed, 2), (result.Outcome, result.FileSystems));
        Assert.Equal(7, guest.Calls.Count(call => call.EndsWith("thaw", StringComparison.Ordinal)));
        Assert.Equal(6, guest.Calls.Count(call => call.EndsWith("reconnect", StringComparison.Ordinal)));
        Assert.Null(_ledger.Read());
    }

    [Fact]
    public async Task A_guest_that_never_answers_is_left_to_the_next_run_after_the_time_allowed()
    {
        var guest = new SimulatedGuest(_clock) { IsFrozen = true, ThawFailures = int.MaxValue };
        var start = _clock.GetUtcNow();
        var result = await ThawAsync(guest, isSettled: true, minutes: 1);
        Assert.Equal((ThawOutcome.Unknown, "it does not answer"), (result.Outcome, result.Why));
        Assert.InRange(_clock.GetUtcNow() - start, TimeSpan.FromSeconds(50), TimeSpan.FromSeconds(60));
        Assert.NotNull(_ledger.Read());
    }

    [Theory]
    [InlineData(VirErrorNumber.NoDomain)]
    [InlineData(VirErrorNumber.OperationInvalid)]
    public async Task A_guest_that_runs_no_more_is_not_waited_for(VirErrorNumber error)
    {
        var guest = new SimulatedGuest(_clock) { ThawFailures = 1, ThawError = error, IsActive = false };
        var result = await ThawAsync(guest, isSettled: true, minutes: 5);
        Assert.Equal(ThawOutcome.Unknown, result.Outcome);
        Assert.Equal(["0: thaw"], guest.Calls);
        Assert.NotNull(_ledger.Read());
    }

    [Fact]
    public async Task A_guest_that_is_paused_is_thawed_when_it_goes_on()
    {
        // "domain is not running", says libvirt.
        var guest = new SimulatedGuest(_clock)
        {
            IsFrozen = true, ThawFailures = 3, ThawError = VirErrorNumber.OperationInvalid,
        };
        var result = await ThawAsync(guest, isSettled: true, minutes: 5);
        Assert.Equal((ThawOutcome.Thawed, 2), (result.Outcome, result.FileSystems));
        Assert.Null(_ledger.Read());
    }

    [Fact]
    public async Task A_freeze_that_may_still_come_is_waited_for()
    {
        var guest = new SimulatedGuest(_clock);
        using var late = _clock.CreateTimer(
            _ => guest.IsFrozen = true, null, TimeSpan.FromSeconds(12), Timeout.InfiniteTimeSpan);
        var result = await ThawAsync(guest, isSettled: false, minutes: 5);
        Assert.Equal((ThawOutcome.Thawed, 2), (result.Outcome, result.FileSystems));
        Assert.Equal(["0: thaw", "5: thaw", "10: thaw", "15: thaw", "100: thaw"], guest.Calls);
        Assert.Null(_ledger.Read());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_freeze_of_somebody_else_is_never_undone(bool hasOther)
    {
        if (hasOther) _ledger.Write(Record(_clock));
        var guest = new SimulatedGuest(_clock) { IsFrozen = true };
        var result = await RunAsync(guest, Guid.NewGuid(), minutes: 5);
        Assert.Equal(ThawOutcome.ThawedByOthers, result.Outcome);
        Assert.Empty(guest.Calls);
        Assert.Equal(hasOther, _ledger.Read() is not null);
    }

    [Fact]
    public async Task While_another_process_thaws_nothing_is_done_twice()
    {
        var guest = new SimulatedGuest(_clock) { IsFrozen = true };
        var held = _ledger.TryLock();
        using var end = _clock.CreateTimer(
            _ =>
            {
                _ledger.Clear();
                held!.Dispose();
            },
            null,
            TimeSpan.FromSeconds(2),
            Timeout.InfiniteTimeSpan);
        var result = await ThawAsync(guest, isSettled: true, minutes: 5);
        Assert.Equal(ThawOutcome.ThawedByOthers, result.Outcome);
        Assert.Empty(guest.Calls);
    }

    [Fact]
    public async Task A_guest_that_was_paused_as_a_whole_is_resumed_and_its_agent_left_alone()
    {
        var guest = new SimulatedGuest(_clock);
        var record = Record(_clock) with { IsPause = true };
        _ledger.Write(record);
        _ledger.Settle();
        var result = await RunAsync(guest, record.Id, minutes: 0);
        Assert.Equal((ThawOutcome.Thawed, 1), (result.Outcome, result.FileSystems));
        Assert.Equal(["0: resume"], guest.Calls);
        Assert.Null(_ledger.Read());
    }

    [Fact]
    public void A_damaged_record_is_told_with_what_to_do()
    {
        File.WriteAllText(_ledger.Path, "{");
        var failure = Assert.Throws<BackupException>(() => _ledger.Read());
        Assert.Contains("virsh domfsthaw", failure.Message, StringComparison.Ordinal);
    }

    private Task<ThawResult> ThawAsync(SimulatedGuest guest, bool isSettled, int minutes)
    {
        var record = Record(_clock);
        _ledger.Write(record);
        if (isSettled) _ledger.Settle();
        return RunAsync(guest, record.Id, minutes);
    }

    private Task<ThawResult> RunAsync(SimulatedGuest guest, Guid freeze, int minutes) =>
        _clock.RunAsync(new GuestThaw(guest, _ledger, _clock).RunAsync(freeze, TimeSpan.FromMinutes(minutes)));
}
