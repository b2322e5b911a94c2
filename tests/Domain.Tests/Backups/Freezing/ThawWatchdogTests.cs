using System.IO.Pipelines;
using System.Text.Json;
using LibvirtBackup.Backups.Freezing;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Backups.Freezing;

/// <summary>The watchdog thaws when its backup dies or hangs, and only then.</summary>
public sealed class ThawWatchdogTests : IAsyncDisposable
{
    private readonly TestDirectory _directory = new();
    private readonly FakeClock _clock = new();
    private readonly Pipe _orders = new();
    private readonly List<string> _reports = [];
    private readonly StringWriter _output = new();
    private readonly SimulatedGuest _guest;
    private readonly FreezeLedger _ledger;
    private readonly FreezeRecord _record;
    private readonly StreamWriter _backup;
    private readonly Task<int> _watchdog;

    public ThawWatchdogTests()
    {
        _guest = new SimulatedGuest(_clock);
        _ledger = new FreezeLedger(_directory.Path);
        _record = GuestThawTests.Record(_clock);
        _backup = new StreamWriter(_orders.Writer.AsStream()) { AutoFlush = true };
        _watchdog = RunAsync();
        _backup.WriteLine(JsonSerializer.Serialize(
            new ThawOrder
            {
                Freeze = _record.Id,
                Uri = "test:///default",
                DomainUuid = Guid.Empty,
                Domain = "web",
                DomainDirectory = _directory.Path,
                Timeout = TimeSpan.FromSeconds(60),
                Limit = TimeSpan.FromSeconds(10),
            },
            FreezeJson.Default.ThawOrder));
    }

    public async ValueTask DisposeAsync()
    {
        await _backup.DisposeAsync();
        await _output.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task When_the_backup_dies_the_guest_is_thawed()
    {
        await FreezeAsync();
        await _backup.DisposeAsync();
        await _clock.RunAsync(_watchdog);
        Assert.False(_guest.IsFrozen);
        Assert.Equal(["thawed the guest of domain 'web', since its backup did not"], _reports);
        Assert.Null(_ledger.Read());
    }

    [Fact]
    public async Task When_the_backup_hangs_the_guest_is_thawed_soon_after_the_limit()
    {
        await FreezeAsync();
        await _clock.RunAsync(_watchdog);
        Assert.Equal(["15: thaw"], _guest.Calls);
        Assert.Equal(["thawed the guest of domain 'web', since its backup hangs"], _reports);
    }

    [Fact]
    public async Task What_the_backup_thaws_itself_is_its_own_business()
    {
        await FreezeAsync();
        await _backup.WriteLineAsync(ThawOrder.Thawed);
        await _clock.RunAsync(_watchdog);
        Assert.Empty(_guest.Calls);
        Assert.Empty(_reports);
    }

    [Fact]
    public async Task A_backup_that_ends_before_it_freezes_leaves_nothing_to_do()
    {
        await _backup.DisposeAsync();
        await _clock.RunAsync(_watchdog);
        Assert.Empty(_guest.Calls);
        Assert.Equal("ready\n", _output.ToString());
    }

    [Fact]
    public async Task A_guest_that_cannot_be_thawed_is_told()
    {
        _guest.ThawFailures = int.MaxValue;
        await FreezeAsync();
        await _backup.DisposeAsync();
        await _clock.RunAsync(_watchdog);
        Assert.Contains("run 'virsh domfsthaw web'", Assert.Single(_reports), StringComparison.Ordinal);
        Assert.NotNull(_ledger.Read());
    }

    private async Task FreezeAsync()
    {
        _ledger.Write(_record);
        await _backup.WriteLineAsync(ThawOrder.Freezing);
        _guest.IsFrozen = true;
        _ledger.Settle();
        await _backup.WriteLineAsync(ThawOrder.Frozen);
    }

    private async Task<int> RunAsync()
    {
        _output.NewLine = "\n";
        using var input = new StreamReader(_orders.Reader.AsStream());
        await new ThawWatchdog(_clock, _ => Task.FromResult<IGuestFileSystems>(_guest))
            .RunAsync(input, _output, _reports.Add);
        return 0;
    }
}
