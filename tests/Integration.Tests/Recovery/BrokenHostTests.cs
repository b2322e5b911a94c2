using System.Diagnostics;
using System.Text.Json;
using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Integration.Tests.MainJob;
using LibvirtBackup.Repositories;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Recovery;

/// <summary>
/// The program's doctor on a host that has one of every broken state, on a domain that runs and on one that is shut
/// off: it names each and repairs each, and nobody needs qemu-img.
/// </summary>
public sealed class BrokenHostTests(ITestOutputHelper output)
{
    private const long Size = 8 * Units.MiB;

    private readonly Stopwatch _clock = Stopwatch.StartNew();

    public static TheoryData<string> Suites => LabHost.SupportedSuites;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task Each_broken_state_of_a_host_is_named_and_repaired_and_others_things_stay(string suite)
    {
        await using var host = await LabHost.StartPrivateAsync(suite);
        await using var first = await BackupScene.StartPausedAsync(host, new LabDisk(Size), new LabDisk(Size));
        await using var second = await first.StartBesideAsync(new LabDisk(Size), new LabDisk(Size));
        var (running, stored) = (new BrokenRunningGuest(first), new BrokenStoredGuest(second));
        using (var other = await Repository.CreateAsync(
            Path.Combine(first.Guest.Directory, "other"), new RepositoryOptions(), TimeProvider.System, Token))
        {
            await Task.WhenAll(stored.BreakAsync(other.Location), running.BreakAsync(other.Location));
            Tell("broken");
        }

        var left = LeaveFiles(first);
        var others = (await running.DescribeOthersAsync(), await stored.DescribeOthersAsync());
        var names = (first.Guest.Name, second.Guest.Name);

        var named = await DoctorTable.RunAsync(first);

        AssertRows(running.Findings, named.Findings[names.Item1]);
        AssertRows(stored.Findings, named.Findings[names.Item2]);
        AssertRows([left], named.Findings["this host"]);
        Assert.Equal((1, DoctorTable.Advice), (named.ExitCode, named.Notes));

        var repaired = await DoctorTable.RunAsync(first, "--repair");

        AssertRows(running.Findings.Select(finding => finding.Repaired), repaired.Findings[names.Item1]);
        AssertRows(stored.Lasting.Select(finding => finding.Repaired), repaired.Findings[names.Item2]);
        AssertRows([left.Repaired], repaired.Findings["this host"]);
        Assert.Equal((0, ""), (repaired.ExitCode, repaired.Notes));
        Tell("repaired");

        using var again = LvbackupProcess.Start(first, "doctor");
        var (exitCode, document, _) = await again.EndAsync();
        AssertClean(JsonDocument.Parse(document).RootElement);
        Assert.Equal(0, exitCode);
        Assert.Equal(others.Item1, await running.DescribeOthersAsync());
        Assert.Equal(others.Item2, await stored.DescribeOthersAsync());

        // All tracks with the newest libvirt alone: the time of a run is limited.
        var all = suite == "forky";
        await Task.WhenAll(running.BackUpAsync(all), stored.BackUpAsync(all));
        Tell("backed up");
        await Task.WhenAll(first.AssertNothingLeftAsync(), second.AssertNothingLeftAsync());
        await Task.WhenAll(first.VerifyAllAsync(), second.VerifyAllAsync());
        Tell("verified");
    }

    /// <summary>As a killed run leaves them whose journal was lost, and whose job has ended since.</summary>
    private static ExpectedFinding LeaveFiles(BackupScene scene)
    {
        var directory = Path.Combine(scene.StateDirectory, "jobs", "lvb-0badf00d");
        Directory.CreateDirectory(directory);
        File.WriteAllBytes(Path.Combine(directory, "vda.scratch"), new byte[Units.KiB]);
        return new ExpectedFinding(
            "-", "-", "left-over-files", "remove-files",
            $"'{directory}' is of a backup that was interrupted, and of no job any more");
    }

    private static void AssertRows(
        IEnumerable<ExpectedFinding> expected, IReadOnlyCollection<ExpectedFinding> found)
    {
        var wanted = expected.ToHashSet();
        Assert.Equal([], wanted.Except(found));
        Assert.Equal([], found.Except(wanted));
        Assert.Equal(wanted.Count, found.Count);
    }

    private static void AssertClean(JsonElement document)
    {
        Assert.True(document.GetProperty("ok").GetBoolean());
        Assert.Empty(document.GetProperty("findings").EnumerateArray());
        Assert.Equal(2, document.GetProperty("domains").GetArrayLength());
        foreach (var domain in document.GetProperty("domains").EnumerateArray())
            foreach (var finding in domain.GetProperty("findings").EnumerateArray())
                Assert.Contains(
                    finding.GetProperty("state").GetString(), (string[])["healthy", "foreign", "other-repository"]);
    }

    private void Tell(string what) => output.WriteLine($"{_clock.Elapsed.TotalSeconds,5:F1} s: {what}");
}
