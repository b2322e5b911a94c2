using System.Text.Json;
using LibvirtBackup.Cli.Json;
using LibvirtBackup.Cli.Tests.Support;
using LibvirtBackup.Cli.Views;
using LibvirtBackup.Views;

namespace LibvirtBackup.Cli.Tests.Views;

public sealed class ViewCommandsTests : IDisposable
{
    private static readonly ViewSummary s_open = new()
    {
        Name = "before-upgrade",
        Domain = "web",
        DomainUuid = Guid.Parse("6435bf46-9cc6-411e-8a32-b18f9f4a2d4a"),
        Time = new DateTimeOffset(2026, 1, 31, 2, 0, 0, TimeSpan.Zero),
        State = ViewState.Open,
        Reason = null,
        ScratchDirectory = "/var/lib/lvbackup/scratch/lvb-0123abcd",
        Disks =
        [
            new ViewDiskSummary("vda", 1 << 30, 3 << 20, 64 << 20, ["monday"]),
            new ViewDiskSummary("vdb", 1 << 20, 1 << 18, 64 << 20, []),
        ],
    };

    private static readonly ViewSummary s_dropped = s_open with
    {
        Name = "old",
        State = ViewState.Dropped,
        Reason = "disk vda: what the guest overwrote could not be kept",
        Disks = [new ViewDiskSummary("vda", 1 << 30, null, 64 << 20, [])],
    };

    private readonly string _state = Directory.CreateTempSubdirectory("lvb-cli-views-").FullName;

    public void Dispose() => Directory.Delete(_state, recursive: true);

    [Fact]
    public void The_documents_have_the_promised_fields()
    {
        Golden.Equal("json/snapshot-open.json", JsonSerializer.Serialize(
            new SnapshotViewDocument("snapshot-open", ViewEntry.Of(s_open), ["disk vdb has no bitmap"]),
            CliJson.Documents.SnapshotViewDocument) + "\n");
        Golden.Equal("json/snapshot-list.json", JsonSerializer.Serialize(
            new SnapshotListDocument([ViewEntry.Of(s_open), ViewEntry.Of(s_dropped)]),
            CliJson.Documents.SnapshotListDocument) + "\n");
        Golden.Equal("json/snapshot-close.json", JsonSerializer.Serialize(
            new SnapshotCloseDocument(["before-upgrade"]), CliJson.Documents.SnapshotCloseDocument) + "\n");
    }

    [Fact]
    public void The_description_is_xml_that_leaves_out_what_is_not_known()
    {
        Golden.Equal("text/snapshot-show.xml", ViewXml.Write(ViewEntry.Of(s_open)) + "\n");
        Golden.Equal("text/snapshot-show-dropped.xml", ViewXml.Write(ViewEntry.Of(s_dropped)) + "\n");
    }

    [Fact]
    public async Task Without_views_nothing_is_asked_of_libvirt()
    {
        var list = await RunAsync("snapshot-list", "-q", "-c", "nobody:///there");

        Assert.Equal(new CliResult(0, "", ""), list);
        Assert.Equal(new CliResult(0, "", ""), await RunAsync("snapshot-close", "--all", "-c", "nobody:///there"));
    }

    [Theory]
    [InlineData(2, "name the views to close, or give --all", "snapshot-close")]
    [InlineData(2, "name the views to close, or give --all", "snapshot-close", "a", "--all")]
    [InlineData(1, "there is no view 'a' on this host", "snapshot-close", "a", "-c", "test:///default")]
    [InlineData(1, "there is no view '../a' on this host", "snapshot-show", "../a", "-c", "test:///default")]
    [InlineData(1, "there is no view 'a' on this host", "serve", "--view", "a", "--socket", "s")]
    [InlineData(1, "there is no view 'a' on this host", "export-start", "--view", "a")]
    [InlineData(2, "either restore points or a --view", "serve", "--socket", "s")]
    [InlineData(2, "either restore points or a --view", "export-start", "2026", "--view", "a", "-r", "repo")]
    [InlineData(2, "--since is of restore points", "serve", "--view", "a", "--since", "2026", "--socket", "s")]
    [InlineData(
        2, "a view cannot be called '../a'", "snapshot-open", "test", "--name", "../a", "-c", "test:///default")]
    [InlineData(2, "--scratch-limit cannot be 'much'", "snapshot-open", "test", "--scratch-limit", "much", "-c",
        "test:///default")]
    public async Task What_cannot_be_done_is_told_in_one_line(int exitCode, string message, params string[] line)
    {
        var result = await RunAsync(line);

        Assert.Equal((exitCode, ""), (result.ExitCode, result.Out));
        Assert.Matches("^lvbackup: [^\n]+\n$", result.Error);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
    }

    private Task<CliResult> RunAsync(params string[] line) => CliProcess.RunAsync([.. line, "--state-dir", _state]);
}
