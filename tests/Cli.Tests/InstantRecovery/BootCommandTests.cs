using System.Text.Json;
using LibvirtBackup.Cli.InstantRecovery;
using LibvirtBackup.Cli.Json;
using LibvirtBackup.Cli.Tests.Support;
using LibvirtBackup.InstantRecovery;
using LibvirtBackup.InstantRecovery.Proofs;

namespace LibvirtBackup.Cli.Tests.InstantRecovery;

public sealed class BootCommandTests : IDisposable
{
    private readonly SmallRepository _repository = new();

    private readonly string _state = Directory.CreateTempSubdirectory("lvb-cli-state-").FullName;

    public void Dispose()
    {
        _repository.Dispose();
        Directory.Delete(_state, recursive: true);
    }

    [Theory]
    [InlineData("boot")]
    [InlineData("boot", "--finish")]
    [InlineData("boot", "2026", "--finish", "--discard")]
    [InlineData("boot", "2026", "--resume")]
    [InlineData("boot", "2026", "--list")]
    [InlineData("boot", "--name", "web", "--list")]
    [InlineData("mount", "2026")]
    [InlineData("ls", "2026")]
    [InlineData("ls", "2026:etc")]
    [InlineData("cp", ":/etc", ".")]
    [InlineData("test-restore", "2026", "--timeout", "soon")]
    public async Task Lines_that_say_too_little_or_too_much_are_wrong_usage(params string[] line)
    {
        var result = await RunAsync(line);
        Assert.Equal((2, ""), (result.ExitCode, result.Out));
        Assert.Matches("^lvbackup: [^\n]+\n$", result.Error);
    }

    [Fact]
    public async Task Where_nothing_runs_the_list_is_empty_and_nothing_can_be_finished()
    {
        var list = await RunAsync("boot", "--list", "--json");
        Assert.Equal(0, list.ExitCode);
        using var document = JsonDocument.Parse(list.Out);
        Assert.Equal("lvbackup/boot/1", document.RootElement.GetProperty("schema").GetString());
        Assert.Empty(document.RootElement.GetProperty("domains").EnumerateArray());
        var finish = await RunAsync("boot", "2026", "--finish");
        Assert.Equal(1, finish.ExitCode);
        Assert.Contains("no domain runs from point '2026'", finish.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_point_from_which_a_domain_of_any_host_runs_is_neither_forgotten_nor_pruned()
    {
        await _repository.InitAsync();
        var points = _repository.AddDays(2);
        _repository.AddDocument(
            "uses/0123.json",
            $$"""
            {"point":"{{points[0]}}","domain":"web-now","host":"alpha","since":"2026-01-01T00:00:00+00:00"}
            """);

        var forget = await RunAsync("forget", points[1], points[0]);
        Assert.Equal((5, ""), (forget.ExitCode, forget.Out));
        Assert.Contains(
            $"point {points[0]} has to stay: domain 'web-now' of host 'alpha' runs from it; finish it there",
            forget.Error, StringComparison.Ordinal);
        Assert.Contains("remove 'uses/0123.json'", forget.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync("show", points[1])).ExitCode);
        var prune = await RunAsync("prune", "--keep-last", "1");
        Assert.Contains("domain 'web-now' of host 'alpha' runs from it", prune.Out, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync("show", points[0])).ExitCode);
    }

    [Fact]
    public async Task The_list_shows_domains_whose_server_is_dead()
    {
        var note = Directory.CreateDirectory(Path.Combine(_state, "instant", $"{Guid.NewGuid()}")).FullName;
        await File.WriteAllTextAsync(
            Path.Combine(note, "domain.json"),
            """
            {"name": "web-now", "uuid": "6695eb01-f6a4-8304-79aa-97f2502e193f", "phase": "Running",
             "point": "20260131T020000Z-0123ab", "repository": "/repo", "connection": "qemu:///system",
             "directory": "/i", "madeDirectory": true, "socket": "/i/s", "disks": [], "files": [],
             "since": "2026-01-01T00:00:00+00:00"}
            """,
            TestContext.Current.CancellationToken);
        var list = await RunAsync("boot", "--list");
        Assert.Matches("web-now +20260131T020000Z-0123ab +not running +/i", list.Out);
    }

    [Fact]
    public void The_document_of_booted_domains_has_the_fields_that_scripts_use()
    {
        var domain = new InstantDomain
        {
            Name = "web-now",
            Uuid = Guid.Parse("6695eb01-f6a4-8304-79aa-97f2502e193f"),
            Phase = InstantPhase.Running,
            Point = "20260131T020000Z-0123ab",
            Repository = "/repo",
            Connection = "qemu:///system",
            Directory = "/images/web-now",
            MadeDirectory = true,
            Socket = "/images/web-now/lvbackup.nbd",
            Disks = [new InstantDisk { Target = "vda", Image = "/images/web-now/vda.qcow2", SizeBytes = 1 << 20 }],
            Files = [],
            Since = DateTimeOffset.UnixEpoch,
        };
        var json = JsonSerializer.Serialize(
            BootDocument.Of([(domain, 4711)], ["something"]), CliJson.Documents.BootDocument);
        Golden.Equal("json/boot.json", json + "\n");
    }

    [Fact]
    public void The_document_of_a_proof_has_the_fields_that_scripts_use()
    {
        var report = new ProofReport
        {
            Point = "20260131T020000Z-0123ab",
            Domain = "web",
            Started = DateTimeOffset.UnixEpoch,
            PreparedSeconds = 0.5,
            UpSeconds = 12.25,
            WaitedFor = "agent",
            Checks = [new ProofCheck("true", InGuest: true, 0, "fine")],
            Console = "/report/console.log",
        };
        var json = JsonSerializer.Serialize(
            TestRestoreDocument.Of(report, "/report"), CliJson.Documents.TestRestoreDocument);
        Golden.Equal("json/test-restore.json", json + "\n");
    }

    private Task<CliResult> RunAsync(params string[] line) => _repository.RunAsync([.. line, "--state-dir", _state]);
}
