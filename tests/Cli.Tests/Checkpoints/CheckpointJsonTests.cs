using System.Text.Json;
using LibvirtBackup.Cli.Tests.Support;

namespace LibvirtBackup.Cli.Tests.Checkpoints;

public sealed class CheckpointJsonTests(TestDriverDaemon daemon) : IClassFixture<TestDriverDaemon>, IAsyncLifetime
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
    [InlineData("checkpoint-list test")]
    [InlineData("checkpoint-info test monday")]
    [InlineData("checkpoint-parent test tuesday")]
    [InlineData("checkpoint-parent test monday", "checkpoint-parent-root")]
    [InlineData("checkpoint-dumpxml test tuesday --no-domain")]
    [InlineData("checkpoint-create-as test wednesday --print-xml", "checkpoint-create-as-print")]
    [InlineData("checkpoint-list test --tree --name", "error-contradiction")]
    [InlineData("checkpoint-info test sunday", "error-no-checkpoint")]
    [InlineData("checkpoint-list nodomain", "error-no-domain")]
    [InlineData("backup-begin test", "error-not-supported")]
    public async Task A_document_has_the_promised_fields(string line, string? name = null)
    {
        var args = line.Split(' ');
        var result = await RunAsync([.. args, "--json"]);
        Golden.Equal($"json/{name ?? args[0]}.json", result.Out);
    }

    [Fact]
    public async Task Making_editing_and_deleting_are_documents_as_well()
    {
        var created = await RunAsync("checkpoint-create-as", "test", "made", "--json");
        Golden.Equal("json/checkpoint-create-as.json", created.Out);
        var edited = await daemon.LvbackupAsync(
            new Dictionary<string, string> { ["EDITOR"] = "true" }, "checkpoint-edit", "test", "made", "--json");
        Golden.Equal("json/checkpoint-edit.json", edited.Out);
        var deleted = await RunAsync("checkpoint-delete", "test", "made", "--json");
        Golden.Equal("json/checkpoint-delete.json", deleted.Out);
    }

    [Fact]
    public async Task An_error_document_says_the_same_as_the_line()
    {
        var result = await RunAsync("checkpoint-create-as", "test", "monday", "--json");
        using var document = JsonDocument.Parse(result.Out);
        var root = document.RootElement;
        Assert.Equal("schema", root.EnumerateObject().First().Name);
        Assert.Equal("lvbackup/error/1", root.GetProperty("schema").GetString());
        Assert.Equal(result.ExitCode, root.GetProperty("exitCode").GetInt32());
        Assert.Equal(result.Error, $"lvbackup: {root.GetProperty("message").GetString()}\n");
        Assert.Equal(9, root.GetProperty("libvirt").GetProperty("code").GetInt32());
        Assert.True(root.GetProperty("libvirt").GetProperty("domain").GetInt32() > 0);
    }

    private Task<CliResult> RunAsync(params string[] args) => daemon.LvbackupAsync([], args);
}
