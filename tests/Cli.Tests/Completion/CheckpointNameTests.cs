using System.Globalization;
using LibvirtBackup.Cli.Tests.Support;

namespace LibvirtBackup.Cli.Tests.Completion;

/// <summary>The names of checkpoints, of the domain that the line names.</summary>
public sealed class CheckpointNameTests(TestDriverDaemon daemon) : IClassFixture<TestDriverDaemon>, IAsyncLifetime
{
    public async ValueTask InitializeAsync()
    {
        if (daemon.Missing is not null)
            Assert.Skip(daemon.Missing);
        await daemon.RedefineAsync("monday", null, 1_795_000_000);
        await daemon.RedefineAsync("tuesday", "monday", 1_795_086_400);
    }

    public async ValueTask DisposeAsync() => await daemon.ClearAsync();

    [Theory]
    [InlineData("checkpoint-info test ", "monday\ntuesday\n")]
    [InlineData("checkpoint-delete test t", "tuesday\n")]
    [InlineData("checkpoint-info nobody ", "")]
    public async Task They_are_offered_behind_their_domain(string command, string words)
    {
        var line = $"lvbackup -c {daemon.Uri} {command}";
        var place = line.Length.ToString(CultureInfo.InvariantCulture);
        Assert.Equal(new CliResult(0, words, ""), await CliHost.RunAsync("__complete", place, line));
    }
}
