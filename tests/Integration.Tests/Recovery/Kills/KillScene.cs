using System.Diagnostics;
using LibvirtBackup.Backups;
using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Integration.Tests.MainJob;
using LibvirtBackup.Recovery;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Recovery.Kills;

/// <summary>
/// A guest of its own libvirtd, which backups in two tracks; somebody is killed in each round. The guest is paused and
/// QEMU itself writes, so that a guest that was killed is back at once.
/// </summary>
internal sealed class KillScene : IAsyncDisposable
{
    private const long Size = 8 * Units.MiB;

    private static readonly string[] s_tracks = ["daily", "weekly"];
    private static readonly string[] s_disks = ["vda", "vdb"];

    private readonly Random _random;
    private readonly ITestOutputHelper _output;
    private readonly string _domainDirectory;

    /// <summary>Tracks whose bitmaps have died with QEMU.</summary>
    private readonly HashSet<string> _broken = [.. s_tracks];

    private KillScene(BackupScene scene, string uuid, Random random, ITestOutputHelper output)
    {
        (Scene, _random, _output) = (scene, random, output);
        _domainDirectory = Path.Combine(scene.StateDirectory, "domains", uuid);
        Io = new QemuIo(scene.Guest);
    }

    internal BackupScene Scene { get; }

    /// <summary>How often each victim was hit in each phase.</summary>
    internal Dictionary<(KillVictim Victim, KillPhase Phase), int> Hits { get; } = [];

    /// <summary>How often libvirtd died while it began a job.</summary>
    internal int Stuck { get; private set; }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private LabGuest Guest => Scene.Guest;

    private QemuIo Io { get; }

    internal static async Task<KillScene> StartAsync(LabHost host, Random random, ITestOutputHelper output)
    {
        var guest = await LabGuest.StartPausedAsync(host, Token, new LabDisk(Size), new LabDisk(Size));
        var scene = await BackupScene.OfAsync(guest);
        var uuid = (await host.Virsh.RunAsync(Token, "domuuid", guest.Name)).Trim();
        var kills = new KillScene(scene, uuid, random, output);
        await kills.WriteAsync(6);
        foreach (var track in s_tracks) await kills.BackUpAsync(track);
        return kills;
    }

    /// <summary>Kills somebody in the middle of a backup, and expects of the next one all that can be had.</summary>
    internal async Task RoundAsync(KillVictim victim, KillPhase aim)
    {
        var track = Pick(s_tracks);
        await WriteAsync(_random.Next(1, 3));
        var (oracle, level) = (await Scene.CaptureOracleAsync(), LevelFor(track));
        var watch = new BackupWatch(Scene, _domainDirectory);
        var pid = victim switch
        {
            KillVictim.Qemu => await Guest.Host.QemuPidAsync(Guest.Name, Token),
            KillVictim.Libvirtd => await Guest.Host.LibvirtdPidAsync(Token),
            _ => null,
        };
        string[] slowly = aim == KillPhase.Copy ? ["--limit-rate", "4MiB"] : [];
        using var backup = LvbackupProcess.Start(
            Scene, ["backup", Guest.Name, "--track", track, "--level", level, .. slowly]);
        var hasQemuDied = false;
        if (await WaitAsync(backup, watch, aim) is { } phase)
        {
            hasQemuDied = victim == KillVictim.Qemu;
            using var killed = pid is { } id ? Process.GetProcessById(id) : null;
            if (killed is null) backup.Kill();
            else killed.Kill();
            Hits[(victim, phase)] = Hits.GetValueOrDefault((victim, phase)) + 1;
            if (hasQemuDied) _broken.UnionWith(s_tracks);
            var (exitCode, error) = await BringBackAsync(victim, backup);
            if (victim == KillVictim.Libvirtd && await IsStuckAsync()) await FreeAsync(track);
            _output.WriteLine($"{victim} at {phase} of {level} in {track}: exit {exitCode}: {error}");
        }
        else
        {
            var (exitCode, _, error) = await backup.EndAsync();
            Assert.True(exitCode == 0, $"{exitCode}: {error}");
        }

        var isKept = await TryKeepAsync(watch, oracle, $"{victim} killed, {level}");
        if (isKept && level != "copy" && !hasQemuDied) _broken.Remove(track);
        if (_random.Next(4) == 0) await RepairAsync();
        await WriteAsync(_random.Next(2));
        await BackUpAsync(track);
        await Scene.AssertNothingLeftAsync();
    }

    public async ValueTask DisposeAsync() => await Scene.DisposeAsync();

    /// <summary>Waits for a phase, and a while longer.</summary>
    /// <returns>The phase of now, or null when the backup was faster.</returns>
    private async Task<KillPhase?> WaitAsync(LvbackupProcess backup, BackupWatch watch, KillPhase aim)
    {
        while (watch.Look(backup) < aim && !backup.HasExited) await Task.Delay(1, Token);
        if (aim == KillPhase.Copy && !backup.HasExited) await WriteAsync(1);
        // libvirt makes these when it has taken the domain's job slot, and before it makes the job.
        var isInside = aim == KillPhase.Checkpoint && (Stuck == 0 || _random.Next(2) == 0);
        while (isInside && watch.Look(backup) == aim && !backup.HasExited && !HasScratch()) await Task.Delay(1, Token);
        var most = aim switch
        {
            KillPhase.Begin => 400,
            KillPhase.Checkpoint => isInside ? 10 : 60,
            KillPhase.CleanUp => 80,
            KillPhase.Copy => 200,
            _ => 5,
        };
        await Task.Delay(_random.Next(most), Token);
        var phase = watch.Look(backup);
        return backup.HasExited ? null : phase;
    }

    private bool HasScratch() =>
        Directory.Exists(Path.Combine(Scene.StateDirectory, "jobs"))
        && Directory.EnumerateFiles(
            Path.Combine(Scene.StateDirectory, "jobs"), "*.scratch", SearchOption.AllDirectories).Any();

    private async Task<(int ExitCode, string Error)> BringBackAsync(KillVictim victim, LvbackupProcess backup)
    {
        var host = Guest.Host;
        var isLate = _random.Next(2) == 0;
        if (victim == KillVictim.Libvirtd && !isLate) await host.RestartLibvirtdAsync(Token);
        var isDeadlocked = victim == KillVictim.Qemu && await IsDeadlockedAsync();
        if (isDeadlocked) await host.RestartLibvirtdAsync(Token);
        var (exitCode, _, error) = await backup.EndAsync().WaitAsync(TimeSpan.FromMinutes(2), Token);
        if (victim == KillVictim.Libvirtd && isLate) await host.RestartLibvirtdAsync(Token);
        if (victim == KillVictim.Libvirtd || isDeadlocked) await Scene.ReconnectAsync();
        if (victim != KillVictim.Qemu) return (exitCode, error.Trim());
        while (await host.Virsh.RunAsync(Token, "domstate", Guest.Name) is not "shut off") await Task.Delay(20, Token);
        await Guest.StartPausedAsync(Token);
        return (exitCode, error.Trim());
    }

    /// <summary>
    /// QEMU died while libvirt 9.0 took back a begin that had failed: it locks a monitor that is gone, and from then on
    /// whoever asks for the domain waits for ever.
    /// </summary>
    private async Task<bool> IsDeadlockedAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        try
        {
            await Guest.Host.Virsh.RunAsync(limit.Token, "domstate", Guest.Name);
            return false;
        }
        catch (OperationCanceledException) when (!Token.IsCancellationRequested)
        {
            _output.WriteLine("libvirtd is deadlocked, and is killed");
            return true;
        }
    }

    /// <summary>libvirtd died while it began the job: it says that a backup runs, and knows none.</summary>
    private async Task<bool> IsStuckAsync()
    {
        var job = await Guest.Host.Virsh.TryAsync(Token, "domjobinfo", Guest.Name);
        var definition = await Guest.Host.Virsh.TryAsync(Token, "backup-dumpxml", Guest.Name);
        return job.Error.Contains("backup job data missing", StringComparison.Ordinal) && definition.ExitCode != 0;
    }

    /// <summary>Does what the program then says: libvirt itself cannot end it.</summary>
    private async Task FreeAsync(string track)
    {
        Stuck++;
        var failure = await Assert.ThrowsAsync<BackupException>(
            () => Scene.BackUpOnlyAsync(request => request with { Track = track }));
        Assert.Contains("libvirtd died while it began a backup", failure.Message, StringComparison.Ordinal);
        var jobs = await Guest.Host.Virsh.RunAsync(
            Token, "qemu-monitor-command", Guest.Name, """{"execute": "query-jobs"}""");
        Assert.Contains("\"return\":[]", jobs, StringComparison.Ordinal);
        await Guest.Host.Virsh.RunAsync(Token, "destroy", Guest.Name);
        await Guest.Host.RestartLibvirtdAsync(Token);
        await Guest.StartPausedAsync(Token);
        await Scene.ReconnectAsync();
    }

    /// <summary>What the killed backup has committed all the same is as good as any other point.</summary>
    private async Task<bool> TryKeepAsync(
        BackupWatch watch, IReadOnlyDictionary<string, string> oracle, string what)
    {
        var points = (await Scene.Repository.ListPointsAsync(Token)).Points;
        if (watch.Point is not { } point || points.All(stored => stored.Id != point)) return false;
        Scene.Keep(point, what, oracle);
        return true;
    }

    private async Task BackUpAsync(string track)
    {
        var report = await Scene.BackUpAsync(request => request with { Track = track });
        var expected = _broken.Remove(track) ? BackupLevel.Full : BackupLevel.Incremental;
        Assert.True(
            report.Disks.All(disk => disk.Level == expected),
            $"{report.Level} and not {expected}: {report.Reason}; {string.Join("; ", report.Warnings)}");
        Assert.Equal(expected == BackupLevel.Full, report.Reason is not null);
    }

    /// <summary>The doctor leaves nothing to be done.</summary>
    private async Task RepairAsync()
    {
        var doctor = new Doctor(
            new BackupEngineOptions { StateDirectory = Scene.StateDirectory }, TimeProvider.System);
        foreach (var repair in (bool[])[true, false])
        {
            var found = await doctor.ExamineAsync(Scene.Connection, Scene.Repository, Guest.Name, repair, Token);
            var problems = found.Domains[0].Findings.Where(finding => finding.IsProblem);
            Assert.True(!problems.Any(), string.Join("; ", problems));
        }
    }

    private string LevelFor(string track) => _random.Next(10) switch
    {
        0 => "full",
        1 => "copy",
        2 when !_broken.Contains(track) => "differential",
        _ => "auto",
    };

    private async Task WriteAsync(int count)
    {
        for (; count > 0; count--)
        {
            var (disk, length) = (Pick(s_disks), _random.Next(1, 512) * 512L);
            var offset = _random.Next((int)((Size - length) / 512)) * 512L;
            await (_random.Next(5) switch
            {
                0 => Io.ZeroAsync(disk, offset, length, Token),
                1 => Io.DiscardAsync(disk, offset, length, Token),
                _ => Io.FillAsync(disk, offset, length, (byte)_random.Next(1, 256), Token),
            });
        }
    }

    private string Pick(string[] among) => among[_random.Next(among.Length)];
}
