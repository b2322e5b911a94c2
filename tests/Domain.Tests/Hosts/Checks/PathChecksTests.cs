using LibvirtBackup.Backups.Jobs;
using LibvirtBackup.Hosts.Checks;
using LibvirtBackup.InstantRecovery.Mounts;
using LibvirtBackup.Interop.Libvirt;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Hosts.Checks;

public sealed class PathChecksTests : IDisposable
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private static readonly QemuOwner s_qemu = new(64055, 64055);
    private readonly TestDirectory _directory = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_host_that_has_all_is_good()
    {
        foreach (var name in (string[])["qemu-img", "qemu-nbd", "ssh", "swtpm", "nbdfuse", "guestfish", "setfacl"])
            await File.WriteAllTextAsync(_directory.File(name), "", Token);
        var checks = await RunAsync(Paths with { ProgramPath = $"/nowhere:{_directory.Path}" }, owner: null);
        Assert.DoesNotContain(checks, check => check.State == CheckState.Problem);
        Assert.Equal(7, checks.Count(check =>
            check.State == CheckState.Good && check.Name.StartsWith("tool", StringComparison.Ordinal)));
        Assert.All(checks.Where(check => check.State == CheckState.Good), check => Assert.Null(check.Fix));
    }

    [Theory]
    [InlineData("state", "--state-dir")]
    [InlineData("scratch", "--scratch")]
    [InlineData("repository", "--repo")]
    public async Task A_directory_that_cannot_be_written_is_a_problem(string name, string option)
    {
        // Nobody can make files there, not even root.
        var paths = name switch
        {
            "state" => Paths with { State = "/proc/lvb" },
            "scratch" => Paths with { Scratch = "/proc/lvb/jobs" },
            _ => Paths with { Repository = "/proc" },
        };
        var found = (await RunAsync(paths, owner: null)).Single(check => check.Name == name);
        Assert.Equal(CheckState.Problem, found.State);
        Assert.Contains("'/proc' cannot be written", found.Message);
        Assert.Contains(option, found.Fix);
    }

    [Fact]
    public async Task Scratch_space_that_QEMU_cannot_reach_is_a_problem()
    {
        File.SetUnixFileMode(_directory.Path, Private);
        var found = (await RunAsync(Paths, s_qemu)).Single(check => check.Name == "scratch");
        Assert.Equal(CheckState.Problem, found.State);
        Assert.Contains($"'{_directory.Path}' has mode 700", found.Message);
        File.SetUnixFileMode(_directory.Path, Private | UnixFileMode.OtherExecute);
        Assert.Equal(CheckState.Good, (await RunAsync(Paths, s_qemu)).Single(check => check.Name == "scratch").State);
    }

    [Fact]
    public async Task A_job_says_who_keeps_QEMU_from_its_directory()
    {
        File.SetUnixFileMode(_directory.Path, Private);
        var e = await Assert.ThrowsAsync<BackupException>(
            () => QemuShare.RequireReachAsync(_directory.File("lvb-1"), s_qemu, "--scratch", Token));
        Assert.Contains("give another --scratch directory", e.Message);
        await QemuShare.RequireReachAsync(_directory.File("lvb-1"), new QemuOwner(0, 0), "--scratch", Token);
    }

    [Theory]
    [InlineData("u:64055:x", true)]
    [InlineData("u:64055:r", false)]
    [InlineData("u:64056:x", false)]
    [InlineData("u:64055:x,m::r", false)]
    public async Task A_list_that_lets_QEMU_pass_is_heeded(string entry, bool passes)
    {
        File.SetUnixFileMode(_directory.Path, Private);
        var (exitCode, _, error) = await HostTool.RunAsync("setfacl", "acl", ["-m", entry, _directory.Path], Token);
        Assert.True(exitCode == 0, error);
        Assert.Equal(
            passes ? CheckState.Good : CheckState.Problem,
            (await RunAsync(Paths, s_qemu)).Single(check => check.Name == "scratch").State);
    }

    [Fact]
    public async Task Programs_that_are_missing_are_told_with_their_packages()
    {
        var checks = await RunAsync(Paths with { ProgramPath = "/nowhere" }, owner: null);
        var image = checks.Single(check => check.Name == "tool qemu-img");
        Assert.Equal((CheckState.Problem, "install it (Debian: qemu-utils)"), (image.State, image.Fix));
        Assert.Equal(CheckState.Warning, checks.Single(check => check.Name == "tool ssh").State);
    }

    [Theory]
    [InlineData("audit: apparmor=\"DENIED\" operation=\"mknod\" profile=\"libvirt-1\" name=\"{0}/lvb-1/nbd.sock\"",
        "abstractions/libvirt-qemu")]
    [InlineData("type=AVC msg=audit(1:2): avc:  denied  {{ create }} for comm=\"qemu-kvm\" name=\"nbd.sock\" x={0}",
        "semanage fcontext")]
    public async Task A_denial_of_our_paths_is_told_with_the_rule_that_allows_it(string line, string fix)
    {
        var log = _directory.File("log");
        await File.WriteAllTextAsync(
            log, $"apparmor=\"DENIED\" name=\"/etc/shadow\"\n{string.Format(null, line, Paths.Scratch)}\n", Token);
        var found = (await RunAsync(Paths with { Logs = [log] }, owner: null)).Single(check => check.Name == "denials");
        Assert.Equal(CheckState.Problem, found.State);
        Assert.Contains(fix, found.Fix);
        await File.WriteAllTextAsync(log, "apparmor=\"DENIED\" name=\"/etc/shadow\"\n", Token);
        found = (await RunAsync(Paths with { Logs = [log] }, owner: null)).Single(check => check.Name == "denials");
        Assert.Equal(CheckState.Good, found.State);
    }

    [Theory]
    [InlineData(100 * Units.MiB, 100 * Units.GiB, CheckState.Problem)]
    [InlineData(500 * Units.MiB, 100 * Units.GiB, CheckState.Warning)]
    [InlineData(50 * Units.GiB, 100 * Units.GiB, CheckState.Good)]
    public void Little_space_is_told(long free, long total, object state) =>
        Assert.Equal(state, PathChecks.JudgeSpace("/srv", free, total).State);

    [Fact]
    public async Task A_libvirt_that_cannot_be_reached_or_is_no_QEMU_is_a_problem_beside_the_others()
    {
        var checks = await HostExaminer.ExamineAsync(
            _ => throw new BackupException(FailureKind.Failed, "cannot connect"), Paths, Token);
        Assert.Equal(("connection", CheckState.Problem), (checks[0].Name, checks[0].State));
        Assert.NotNull(checks[0].Fix);
        Assert.Contains(checks, check => check.Name == "state");

        await using var test = await LibvirtConnection.OpenAsync("test:///default", cancellationToken: Token);
        checks = await HostExaminer.ExamineAsync(_ => Task.FromResult(test), Paths, Token);
        var versions = checks.Single(check => check.Name == "versions");
        Assert.Equal(CheckState.Problem, versions.State);
        Assert.Contains("is not libvirt's QEMU driver", versions.Message);
    }

    private HostPaths Paths => new()
    {
        State = _directory.Path,
        Scratch = Path.Combine(_directory.Path, "jobs"),
        Repository = null,
        ProgramPath = "/usr/bin",
        Logs = [],
    };

    private static Task<IReadOnlyList<HostCheck>> RunAsync(HostPaths paths, QemuOwner? owner) =>
        new PathChecks(paths).RunAsync(owner, Token);
}
