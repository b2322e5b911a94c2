using System.Xml.Linq;
using LibvirtBackup.Cli.Tests.Support;

namespace LibvirtBackup.Cli.Tests.Checkpoints;

/// <summary>The same line to virsh and to lvbackup, on the same state, gives the same bytes on stdout.</summary>
public sealed class VirshComparisonTests(TestDriverDaemon daemon) : IClassFixture<TestDriverDaemon>, IAsyncLifetime
{
    private static readonly (string Name, string? Parent, long Time)[] s_family =
    [
        ("root", null, 1_000), ("Beta", "root", 86_400), ("alpha", "root", 1_795_000_000), ("gamma", "Beta", 5),
        ("delta", "Beta", 6), ("echo", "gamma", 7), ("zulu", "alpha", 8), ("other", null, 2_000_000_000),
        ("a.b-c_1", "other", 9),
    ];

    private readonly string _directory = Directory.CreateTempSubdirectory("lvb-cli-xml-").FullName;

    public async ValueTask InitializeAsync()
    {
        if (daemon.Missing is not null)
            Assert.Skip(daemon.Missing);
        foreach (var (name, parent, time) in s_family)
            await daemon.RedefineAsync(name, parent, time);
    }

    public async ValueTask DisposeAsync()
    {
        await daemon.ClearAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Theory]
    [InlineData("checkpoint-list test")]
    [InlineData("checkpoint-list 1")]
    [InlineData("checkpoint-list 6695eb01-f6a4-8304-79aa-97f2502e193f")]
    [InlineData("checkpoint-list --domain test")]
    [InlineData("checkpoint-list test --parent")]
    [InlineData("checkpoint-list test --tree")]
    [InlineData("checkpoint-list test --tree --topological")]
    [InlineData("checkpoint-list test --name")]
    [InlineData("checkpoint-list test --name --parent")]
    [InlineData("checkpoint-list test --roots")]
    [InlineData("checkpoint-list test --leaves")]
    [InlineData("checkpoint-list test --no-leaves")]
    [InlineData("checkpoint-list test --leaves --no-leaves")]
    [InlineData("checkpoint-list test --leaves --parent")]
    [InlineData("checkpoint-list test --topological")]
    [InlineData("checkpoint-list test --topological --parent")]
    [InlineData("checkpoint-list test --topological --leaves --name")]
    [InlineData("checkpoint-list test --from root")]
    [InlineData("checkpoint-list test --from root --parent")]
    [InlineData("checkpoint-list test --from root --descendants")]
    [InlineData("checkpoint-list test --from root --descendants --parent --topological")]
    [InlineData("checkpoint-list test --from root --descendants --leaves --name")]
    [InlineData("checkpoint-list test --from root --tree")]
    [InlineData("checkpoint-list test --from root --tree --descendants")]
    [InlineData("checkpoint-list test --from echo --tree")]
    [InlineData("checkpoint-list test --from echo")]
    [InlineData("checkpoint-list test --from=Beta --name")]
    [InlineData("checkpoint-info test root")]
    [InlineData("checkpoint-info test echo")]
    [InlineData("checkpoint-info --domain test --checkpointname Beta")]
    [InlineData("checkpoint-info --checkpointname Beta test")]
    [InlineData("checkpoint-parent test gamma")]
    [InlineData("checkpoint-parent --domain test gamma")]
    [InlineData("checkpoint-dumpxml test alpha")]
    [InlineData("checkpoint-dumpxml test alpha --no-domain")]
    [InlineData("checkpoint-dumpxml test alpha --size --security-info")]
    [InlineData("checkpoint-create-as test --print-xml")]
    [InlineData("checkpoint-create-as test c1 --print-xml")]
    [InlineData("checkpoint-create-as test c1 note --print-xml --diskspec vda,checkpoint=bitmap,bitmap=c1")]
    [InlineData("checkpoint-create-as test c1 note vda vdb,checkpoint=no --print-xml")]
    [InlineData("checkpoint-create-as test --print-xml --name c1 --description <&'\">")]
    [InlineData("checkpoint-create-as test c1 --print-xml --diskspec /a,,b/c,checkpoint=no")]
    public async Task A_line_prints_what_virsh_prints(string line)
    {
        var args = line.Split(' ');
        await CompareAsync(args);
        await CompareAsync(["-q", .. args]);
    }

    [Theory]
    [InlineData("UTC")]
    [InlineData("Asia/Kathmandu")]
    [InlineData("America/St_Johns")]
    public async Task Times_are_shown_in_the_users_zone(string zone)
    {
        var variables = new Dictionary<string, string> { ["TZ"] = zone };
        var virsh = await daemon.VirshAsync(variables, "checkpoint-list", "test");
        var lvbackup = await daemon.LvbackupAsync(variables, "checkpoint-list", "test");
        Assert.Equal(virsh.Out, lvbackup.Out);
    }

    [Theory]
    [InlineData("checkpoint-list nodomain")]
    [InlineData("checkpoint-list test --from nothing")]
    [InlineData("checkpoint-info test nothing")]
    [InlineData("checkpoint-parent test nothing")]
    [InlineData("checkpoint-parent test root")]
    [InlineData("checkpoint-dumpxml test nothing")]
    [InlineData("checkpoint-delete test nothing")]
    [InlineData("checkpoint-edit test nothing")]
    [InlineData("checkpoint-create test /no/such/file")]
    [InlineData("checkpoint-create test --redefine")]
    [InlineData("checkpoint-create-as test root")]
    [InlineData("checkpoint-create-as test .hidden")]
    [InlineData("checkpoint-create-as test c1 --diskspec vdz")]
    [InlineData("checkpoint-create-as test c1 --diskspec vda,checkpoint=perhaps")]
    [InlineData("backup-begin test")]
    [InlineData("backup-dumpxml test")]
    public async Task What_virsh_refuses_is_refused_with_one_line(string line)
    {
        var args = line.Split(' ');
        Assert.Equal(1, (await daemon.VirshAsync([], args)).ExitCode);

        var result = await daemon.LvbackupAsync([], args);
        Assert.True(result.ExitCode is 1 or 6, $"exit code {result.ExitCode}");
        Assert.Empty(result.Out);
        Assert.Matches("^lvbackup: [^\n]+\n$", result.Error);
    }

    [Theory]
    [InlineData("checkpoint-list")]
    [InlineData("checkpoint-list test --parent --roots")]
    [InlineData("checkpoint-list test --parent --tree")]
    [InlineData("checkpoint-list test --roots --tree")]
    [InlineData("checkpoint-list test --roots --from root")]
    [InlineData("checkpoint-list test --leaves --tree")]
    [InlineData("checkpoint-list test --no-leaves --tree")]
    [InlineData("checkpoint-list test --tree --name")]
    [InlineData("checkpoint-list test --descendants")]
    [InlineData("checkpoint-list test --bogus")]
    [InlineData("checkpoint-list test extra")]
    [InlineData("checkpoint-info test")]
    [InlineData("checkpoint-create test --redefine-validate")]
    [InlineData("checkpoint-create-as test c1 --diskspec vda,colour=blue")]
    [InlineData("checkpoint-delete test")]
    [InlineData("checkpoint-delete test root --children --children-only")]
    public async Task What_virsh_calls_wrong_usage_ends_with_code_2(string line)
    {
        var args = line.Split(' ');
        Assert.Equal(1, (await daemon.VirshAsync([], args)).ExitCode);

        var result = await daemon.LvbackupAsync([], args);
        Assert.Equal(2, result.ExitCode);
        Assert.Empty(result.Out);
        Assert.Matches("^lvbackup: [^\n]+\n$", result.Error);
    }

    [Fact]
    public async Task Making_and_deleting_leave_what_virsh_leaves()
    {
        await CompareChangeAsync("checkpoint-create-as", "test", "NAME", "a note");
        await CompareChangeAsync("checkpoint-create-as", "test", "NAME", "--diskspec", "vda,checkpoint=bitmap");
        await CompareChangeAsync("checkpoint-create-as", "test", "NAME", "--quiesce");
    }

    [Theory]
    [InlineData("checkpoint-delete test NAME")]
    [InlineData("checkpoint-delete test NAME --metadata")]
    [InlineData("checkpoint-delete test NAME --children")]
    [InlineData("checkpoint-delete test NAME --children-only")]
    [InlineData("checkpoint-delete test NAME --children-only --metadata")]
    public async Task Deleting_takes_what_virsh_takes(string line)
    {
        var results = new List<(CliResult Result, string Left)>();
        foreach (var tool in new Tool[] { daemon.VirshAsync, daemon.LvbackupAsync })
        {
            await daemon.RedefineAsync("top", null, 10);
            await daemon.RedefineAsync("middle", "top", 11);
            await daemon.RedefineAsync("bottom", "middle", 12);
            var result = await tool([], line.Replace("NAME", "middle", StringComparison.Ordinal).Split(' '));
            results.Add((result, (await VirshAsync("checkpoint-list", "test", "--parent")).Out));
            await VirshAsync("checkpoint-delete", "test", "top", "--children");
        }

        Assert.Equal(results[0], results[1]);
    }

    [Fact]
    public async Task Creating_from_a_file_says_what_virsh_says()
    {
        var file = Path.Combine(_directory, "from-file.xml");
        await File.WriteAllTextAsync(
            file, TestDriverDaemon.Definition("from-file", "root", 77), TestContext.Current.CancellationToken);
        var virsh = await VirshAsync("checkpoint-create", "test", file, "--redefine");
        var first = await VirshAsync("checkpoint-dumpxml", "test", "from-file");
        await VirshAsync("checkpoint-delete", "test", "from-file");

        Assert.Equal(virsh, await daemon.LvbackupAsync([], "checkpoint-create", "test", file, "--redefine"));
        Assert.Equal(first, await VirshAsync("checkpoint-dumpxml", "test", "from-file"));
    }

    [Theory]
    [InlineData("true")]
    [InlineData("sed -i -e s/1000/1234/")]
    [InlineData("touch")]
    public async Task Editing_ends_as_with_virsh(string editor)
    {
        var variables = new Dictionary<string, string> { ["EDITOR"] = editor };
        var virsh = await daemon.VirshAsync(variables, "checkpoint-edit", "test", "root");
        var first = await VirshAsync("checkpoint-dumpxml", "test", "root");
        await daemon.RedefineAsync("root", null, 1000);

        Assert.Equal(virsh, await daemon.LvbackupAsync(variables, "checkpoint-edit", "test", "root"));
        Assert.Equal(first, await VirshAsync("checkpoint-dumpxml", "test", "root"));
    }

    [Theory]
    [InlineData("false")]
    [InlineData("sed -i -e s/root/elsewhere/")]
    [InlineData("sed -i -e s/creationTime/broken/")]
    public async Task A_bad_edit_changes_nothing(string editor)
    {
        var before = await VirshAsync("checkpoint-dumpxml", "test", "root");
        var variables = new Dictionary<string, string> { ["VISUAL"] = editor, ["EDITOR"] = "true" };

        // virsh 9.0 even crashes when it wants to ask whether to edit again and nobody can answer.
        Assert.NotEqual(0, (await daemon.VirshAsync(variables, "checkpoint-edit", "test", "root")).ExitCode);

        var result = await daemon.LvbackupAsync(variables, "checkpoint-edit", "test", "root");
        Assert.Equal((1, ""), (result.ExitCode, result.Out));
        Assert.Matches("^lvbackup: [^\n]+\n$", result.Error);
        Assert.Equal(before, await VirshAsync("checkpoint-dumpxml", "test", "root"));
    }

    private delegate Task<CliResult> Tool(Dictionary<string, string> variables, params string[] args);

    private Task<CliResult> VirshAsync(params string[] args) => daemon.VirshAsync([], args);

    private async Task CompareAsync(string[] args)
    {
        var virsh = await daemon.VirshAsync([], args);
        var lvbackup = await daemon.LvbackupAsync([], args);
        Assert.Equal(0, virsh.ExitCode);
        Assert.Equal(virsh, lvbackup);
    }

    private async Task CompareChangeAsync(params string[] args)
    {
        string[] Named(string name) => [.. args.Select(a => a == "NAME" ? name : a)];
        var results = new List<string>();
        (Tool, string)[] tools = [(daemon.VirshAsync, "by-virsh"), (daemon.LvbackupAsync, "by-us")];
        foreach (var (tool, name) in tools)
        {
            var result = await tool([], Named(name));
            Assert.Equal((0, ""), (result.ExitCode, result.Error));
            var xml = await VirshAsync("checkpoint-dumpxml", "test", name, "--no-domain");
            await VirshAsync("checkpoint-delete", "test", name);
            var left = XElement.Parse(xml.Out);
            left.Element("creationTime")!.Remove();
            results.Add((result.Out + left).Replace(name, "NAME", StringComparison.Ordinal));
        }

        Assert.Equal(results[0], results[1]);
    }
}
