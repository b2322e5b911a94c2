using System.Text.Json;
using LibvirtBackup.Integration.Tests.Lab;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Cli;

/// <summary>The bitmap commands on real hosts.</summary>
public sealed class BitmapCommandTests
{
    public static TheoryData<string> Suites => LabHost.SupportedSuites;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task Bitmaps_are_listed_merged_adopted_and_removed(string suite)
    {
        var host = await LabHost.ForAsync(suite);
        await using var guest = await LabGuest.StartPausedAsync(host, Token, new LabDisk(16 * Units.MiB));
        await host.Virsh.RunAsync(Token, "checkpoint-create-as", guest.Name, "monday");
        await new QemuIo(guest).WriteAsync("vda", 0, Units.MiB, seed: 1, Token);

        var merged = await JsonAsync("bitmap-merge", guest.Name, "vda", "--into", "week", "monday", "--adopt");
        var plain = await LvbackupAsync("bitmap-merge", guest.Name, "vda", "--into", "copy", "week");
        var listed = await JsonAsync("bitmap-list", guest.Name);
        var table = (await LvbackupAsync("bitmap-list", guest.Name)).Value;
        var refused = await LvbackupAsync("bitmap-remove", guest.Name, "vda", "week", "--force");
        var foreign = await LvbackupAsync("bitmap-remove", guest.Name, "vda", "copy");
        var removed = await LvbackupAsync("bitmap-remove", guest.Name, "vda", "copy", "--force");

        Assert.Equal("week", merged.GetProperty("checkpoint").GetString());
        Assert.Equal(("", $"Bitmap copy made on disk vda of domain {guest.Name}\n"), (plain.Output, plain.Error));
        var bitmaps = listed.GetProperty("disks")[0].GetProperty("bitmaps").EnumerateArray().ToList();
        Assert.Equal(["copy", "monday", "week"], bitmaps.Select(bitmap => bitmap.GetProperty("name").GetString()));
        Assert.All(bitmaps, bitmap => Assert.Equal(Units.MiB, bitmap.GetProperty("dirtyBytes").GetInt64()));
        Assert.Equal(5, table.Split('\n').Length);
        Assert.Contains("week", (await host.Virsh.RunAsync(Token, "checkpoint-list", guest.Name, "--name")),
            StringComparison.Ordinal);
        AssertOneLine(refused, "checkpoint-delete");
        AssertOneLine(foreign, "--force");
        Assert.Equal((0, "copy\n", ""), (removed.ExitCode, removed.Output, removed.Error));

        async Task<JsonElement> JsonAsync(params string[] line) =>
            JsonDocument.Parse((await LvbackupAsync([.. line, "--json"])).Value).RootElement;

        Task<ToolResult> LvbackupAsync(params string[] line) => Tool.RunAsync(
            Path.Combine(AppContext.BaseDirectory, "lvbackup"), ["-c", host.ConnectionUri, .. line], Token);
    }

    private static void AssertOneLine(ToolResult result, string advice)
    {
        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.Matches("^lvbackup: [^\n]+\n$", result.Error);
        Assert.Contains(advice, result.Error, StringComparison.Ordinal);
    }
}
