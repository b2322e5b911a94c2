using LibvirtBackup.Cli.Progress;
using LibvirtBackup.Cli.Tests.Support;

namespace LibvirtBackup.Cli.Tests.Progress;

public sealed class LineTransferDisplayTests : IDisposable
{
    private const long MiB = 1 << 20;
    private readonly ManualClock _clock = new();
    private readonly StringWriter _output = new() { NewLine = "\n" };

    public void Dispose() => _output.Dispose();

    [Fact]
    public async Task A_disk_gets_a_line_per_interval_and_one_at_its_end()
    {
        await using var display = new LineTransferDisplay(_output, _clock);
        for (var second = 0; second <= 12; second++)
        {
            display.Report("vda", second * 100 * MiB, 1200 * MiB);
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(
            """
            vda: 500.0 MiB of 1.2 GiB (41 %), 100.0 MiB/s, 7s left
            vda: 1000.0 MiB of 1.2 GiB (83 %), 100.0 MiB/s, 2s left
            vda: 1.2 GiB done in 12s

            """,
            _output.ToString());
    }

    [Fact]
    public async Task A_finished_disk_says_so_once()
    {
        await using var display = new LineTransferDisplay(_output, _clock);
        display.Report("vda", 0, MiB);
        display.Report("vda", MiB, MiB);
        _clock.Advance(TimeSpan.FromMinutes(1));
        display.Report("vda", MiB, MiB);

        Assert.Equal("vda: 1.0 MiB done in 0s\n", _output.ToString());
    }

    [Fact]
    public async Task An_empty_disk_is_done_at_once()
    {
        await using var display = new LineTransferDisplay(_output, _clock);
        display.Report("vdb", 0, 0);

        Assert.Equal("vdb: 0 B done in 0s\n", _output.ToString());
    }
}
