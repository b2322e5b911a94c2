using System.Text.Json;
using System.Xml.Linq;
using LibvirtBackup.Integration.Tests.Lab;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Cli;

/// <summary>The checkpoint commands on real hosts, beside virsh's on the same domain.</summary>
public sealed class CheckpointCommandTests(ITestOutputHelper output)
{
    private const long Size = 16 * Units.MiB;

    public static TheoryData<string> Suites => LabHost.SupportedSuites;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task Every_command_prints_what_virsh_prints(string suite)
    {
        var host = await LabHost.ForAsync(suite);
        await using var guest = await LabGuest.StartPausedAsync(host, Token, new LabDisk(Size));
        await MakeFamilyAsync(guest);
        var checkpoint = Path.Combine(guest.Directory, "again.xml");
        await File.WriteAllTextAsync(checkpoint, "<domaincheckpoint><name>again</name></domaincheckpoint>", Token);

        string[][] lines =
        [
            ["checkpoint-list", guest.Name],
            ["checkpoint-list", guest.Name, "--parent"],
            ["checkpoint-list", guest.Name, "--tree"],
            ["checkpoint-list", guest.Name, "--name", "--topological"],
            ["checkpoint-list", guest.Name, "--roots"],
            ["checkpoint-list", guest.Name, "--leaves"],
            ["checkpoint-list", guest.Name, "--no-leaves"],
            ["checkpoint-list", guest.Name, "--from", "base", "--descendants", "--tree"],
            ["checkpoint-info", guest.Name, "middle"],
            ["checkpoint-parent", guest.Name, "middle"],
            ["checkpoint-dumpxml", guest.Name, "middle"],
            ["checkpoint-dumpxml", guest.Name, "base", "--size", "--no-domain"],
            ["checkpoint-dumpxml", guest.Name, "base", "--security-info"],
            ["checkpoint-create", guest.Name, checkpoint],
            ["checkpoint-create-as", guest.Name, "again", "a note", "--diskspec", "vda,checkpoint=bitmap"],
            ["checkpoint-delete", guest.Name, "again"],
        ];
        foreach (var line in lines)
            await CompareAsync(guest, line);
        output.WriteLine($"{suite}: libvirt {host.LibvirtVersion}: {lines.Length} lines are the same");
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task The_changed_bytes_are_those_of_libvirt(string suite)
    {
        await using var guest = await LabGuest.StartPausedAsync(
            await LabHost.ForAsync(suite), Token, new LabDisk(Size));
        await MakeFamilyAsync(guest);

        var list = JsonDocument.Parse((await LvbackupAsync(guest, "checkpoint-list", guest.Name, "--json")).Value);
        var sizes = list.RootElement.GetProperty("checkpoints").EnumerateArray().ToDictionary(
            c => c.GetProperty("name").GetString()!,
            c => c.GetProperty("disks")[0].GetProperty("dirtyBytes").GetInt64());

        foreach (var (name, bytes) in sizes)
        {
            var xml = await guest.Host.Virsh.RunAsync(
                Token, "checkpoint-dumpxml", guest.Name, name, "--size", "--no-domain");
            Assert.Equal((long)XElement.Parse(xml).Descendants("disk").Single().Attribute("size")!, bytes);
        }

        Assert.InRange(sizes["base"], sizes["middle"] + Units.MiB, Size);
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task A_lost_description_is_brought_back_and_checked(string suite)
    {
        await using var guest = await LabGuest.StartPausedAsync(
            await LabHost.ForAsync(suite), Token, new LabDisk(Size));
        await MakeFamilyAsync(guest);
        var file = Path.Combine(guest.Directory, "middle.xml");
        var before = await guest.Host.Virsh.RunAsync(Token, "checkpoint-dumpxml", guest.Name, "middle");
        await File.WriteAllTextAsync(file, before, Token);

        _ = (await LvbackupAsync(guest, "checkpoint-delete", guest.Name, "middle", "--metadata")).Value;
        _ = (await LvbackupAsync(
            guest, "checkpoint-create", guest.Name, file, "--redefine", "--redefine-validate")).Value;

        Assert.Equal(before, await guest.Host.Virsh.RunAsync(Token, "checkpoint-dumpxml", guest.Name, "middle"));

        // A bitmap that does not exist cannot be brought back.
        await File.WriteAllTextAsync(
            file, before.Replace("middle", "nothing", StringComparison.Ordinal), Token);
        var refused = await LvbackupAsync(
            guest, "checkpoint-create", guest.Name, file, "--redefine", "--redefine-validate");
        AssertOneLine(refused, 1, "the record of changes is lost, make a full backup");
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task What_the_host_refuses_says_what_to_do(string suite)
    {
        var host = await LabHost.ForAsync(suite);
        await using var guest = await LabGuest.StartPausedAsync(
            host, Token, new LabDisk(Size), new LabDisk(Size) { Format = "raw" });
        AssertOneLine(await LvbackupAsync(guest, "checkpoint-create", guest.Name), 1, "--diskspec");
        AssertOneLine(
            await LvbackupAsync(guest, "checkpoint-create-as", guest.Name, "c", "--quiesce", "--diskspec", "vda"), 6,
            "--quiesce");
        _ = (await LvbackupAsync(guest, "checkpoint-create-as", guest.Name, "c", "--diskspec", "vda")).Value;

        await host.Virsh.RunAsync(Token, "destroy", guest.Name);
        AssertOneLine(
            await LvbackupAsync(guest, "checkpoint-create-as", guest.Name, "d", "--diskspec", "vda"), 1, "start");
        AssertOneLine(await LvbackupAsync(guest, "checkpoint-delete", guest.Name, "c"), 1, "--metadata");
        _ = (await LvbackupAsync(guest, "checkpoint-delete", guest.Name, "c", "--metadata")).Value;
    }

    private static async Task MakeFamilyAsync(LabGuest guest)
    {
        _ = (await LvbackupAsync(guest, "checkpoint-create-as", guest.Name, "base", "the first")).Value;
        await new QemuIo(guest).WriteAsync("vda", 0, 2 * Units.MiB, seed: 1, Token);
        _ = (await LvbackupAsync(guest, "checkpoint-create-as", guest.Name, "middle")).Value;
        await new QemuIo(guest).WriteAsync("vda", 4 * Units.MiB, Units.MiB, seed: 2, Token);
        _ = (await LvbackupAsync(guest, "checkpoint-create-as", guest.Name, "last")).Value;
    }

    private static async Task CompareAsync(LabGuest guest, string[] line)
    {
        var virsh = await Tool.RunAsync("virsh", ["-c", guest.Host.ConnectionUri, .. line], Token);
        Assert.Equal(0, virsh.ExitCode);
        if (line[0].StartsWith("checkpoint-create", StringComparison.Ordinal))
            await guest.Host.Virsh.RunAsync(Token, "checkpoint-delete", guest.Name, "again");
        if (line[0] is "checkpoint-delete")
            await guest.Host.Virsh.RunAsync(Token, "checkpoint-create-as", guest.Name, "again");

        var lvbackup = await LvbackupAsync(guest, line);
        Assert.Equal((virsh.ExitCode, virsh.Output, ""), (lvbackup.ExitCode, lvbackup.Output, lvbackup.Error));
        if (line[0] is "checkpoint-create")
            await guest.Host.Virsh.RunAsync(Token, "checkpoint-delete", guest.Name, "again");
    }

    private static void AssertOneLine(ToolResult result, int exitCode, string advice)
    {
        Assert.Equal((exitCode, ""), (result.ExitCode, result.Output));
        Assert.Matches("^lvbackup: [^\n]+\n$", result.Error);
        Assert.Contains(advice, result.Error, StringComparison.Ordinal);
    }

    private static Task<ToolResult> LvbackupAsync(LabGuest guest, params string[] arguments) => Tool.RunAsync(
        Path.Combine(AppContext.BaseDirectory, "lvbackup"), ["-c", guest.Host.ConnectionUri, .. arguments], Token);
}
