using LibvirtBackup.Backups;
using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Recovery.Journals;
using LibvirtBackup.Repositories;
using LibvirtBackup.Restores;
using Xunit;

namespace LibvirtBackup.Integration.Tests.MainJob;

/// <summary>
/// A guest, a repository, and the points taken so far, each with an oracle's copy of every disk at that instant.
/// </summary>
internal sealed class BackupScene : IAsyncDisposable
{
    private readonly List<(string Point, string What, IReadOnlyDictionary<string, string> Oracle)> _points = [];
    private int _oracles;

    private BackupScene(LabGuest guest, LibvirtConnection connection, Repository repository, string state)
    {
        (Guest, Connection, Repository, StateDirectory) = (guest, connection, repository, state);
    }

    internal LabGuest Guest { get; }

    internal LibvirtConnection Connection { get; private set; }

    internal Repository Repository { get; }

    /// <summary>That of the guest's host; another host has another one.</summary>
    internal string StateDirectory { get; private set; }

    private BackupEngine Engine => new(
        new BackupEngineOptions { StateDirectory = StateDirectory }, TimeProvider.System);

    /// <summary>Where the state directory has what is known of the guest.</summary>
    internal async Task<string> GetDomainDirectoryAsync() => Path.Combine(
        StateDirectory, "domains", (await Guest.Host.Virsh.RunAsync(Token, "domuuid", Guest.Name)).Trim());

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    internal static async Task<BackupScene> StartAsync(LabHost host, params LabDisk[] disks) =>
        await OfAsync(await LabGuest.StartAsync(host, Token, disks));

    /// <summary>With a guest that never runs: only <see cref="QemuIo"/> writes.</summary>
    internal static async Task<BackupScene> StartPausedAsync(LabHost host, params LabDisk[] disks) =>
        await OfAsync(await LabGuest.StartPausedAsync(host, Token, disks));

    /// <summary>A scene around a guest, which ends with it.</summary>
    internal static async Task<BackupScene> OfAsync(LabGuest guest)
    {
        var connection = await LibvirtConnection.OpenAsync(guest.Host.ConnectionUri, cancellationToken: Token);
        var repository = await Repository.CreateAsync(
            Path.Combine(guest.Directory, "repo"), new RepositoryOptions(), TimeProvider.System, Token);
        return new BackupScene(guest, connection, repository, Path.Combine(guest.Directory, "state"));
    }

    /// <summary>Another guest of the same host that never runs, with the same repository and state directory.</summary>
    internal async Task<BackupScene> StartBesideAsync(params LabDisk[] disks)
    {
        var guest = await LabGuest.StartPausedAsync(Guest.Host, Token, disks);
        var connection = await LibvirtConnection.OpenAsync(Guest.Host.ConnectionUri, cancellationToken: Token);
        return new BackupScene(
            guest, connection, await Repository.OpenAsync(Repository.Location, Token), StateDirectory);
    }

    /// <summary>Copies the disks while nothing writes, then takes a point of the same content.</summary>
    internal async Task<BackupReport> BackUpAsync(Func<BackupRequest, BackupRequest>? change = null)
    {
        var oracle = await CaptureOracleAsync();
        var report = await BackUpOnlyAsync(change);
        Keep(report.Point, $"{report.Level}", oracle);
        return report;
    }

    /// <summary>Takes note of a point, to be compared in the end with an oracle's copy of the same content.</summary>
    internal void Keep(string point, string what, IReadOnlyDictionary<string, string> oracle) =>
        _points.Add((point, what, oracle));

    /// <summary>Takes a point without an oracle's copy.</summary>
    internal Task<BackupReport> BackUpOnlyAsync(
        Func<BackupRequest, BackupRequest>? change = null,
        IProgress<BackupProgress>? progress = null,
        CancellationToken? cancellation = null)
    {
        var request = new BackupRequest { Domain = Guest.Name };
        request = change?.Invoke(request) ?? request;
        return Engine.BackupAsync(Connection, Repository, request, progress, cancellation ?? Token);
    }

    /// <summary>Takes a point over another connection.</summary>
    internal Task<BackupReport> BackUpOverAsync(LibvirtConnection connection) =>
        Engine.BackupAsync(connection, Repository, new BackupRequest { Domain = Guest.Name }, null, Token);

    /// <summary>Takes a point into another repository.</summary>
    internal Task<BackupReport> BackUpIntoAsync(
        Repository other, Func<BackupRequest, BackupRequest>? change = null)
    {
        var request = new BackupRequest { Domain = Guest.Name };
        return Engine.BackupAsync(Connection, other, change?.Invoke(request) ?? request, null, Token);
    }

    /// <summary>
    /// Takes a point of a paused guest, and runs <paramref name="meanwhile"/> once the copy has begun, which goes on
    /// when that is done, and <paramref name="whenAllIsRead"/> before its end; the oracle's copy is from before.
    /// </summary>
    internal async Task<BackupReport> BackUpWhileAsync(
        Func<Task> meanwhile, Func<BackupRequest, BackupRequest>? change = null, Func<Task>? whenAllIsRead = null)
    {
        var isRunning = await Guest.Host.Virsh.RunAsync(Token, "domstate", Guest.Name) is "running";
        if (isRunning) await Guest.Host.Virsh.RunAsync(Token, "suspend", Guest.Name);
        var oracle = await CaptureOracleAsync();
        using var read = new HeldCopy(whenAllIsRead: true);
        Task<BackupReport> backup;
        using (var begun = new HeldCopy(next: whenAllIsRead is null ? null : read))
        {
            backup = BackUpOnlyAsync(change, begun);
            Assert.Same(begun.Reached, await Task.WhenAny(begun.Reached, backup));
            if (isRunning) await Guest.Host.Virsh.RunAsync(Token, "resume", Guest.Name);
            await meanwhile();
        }

        if (whenAllIsRead is not null)
        {
            Assert.Same(read.Reached, await Task.WhenAny(read.Reached, backup));
            await whenAllIsRead();
            read.Dispose();
        }

        var report = await backup;
        Keep(report.Point, $"{report.Level}", oracle);
        return report;
    }

    internal Task<IReadOnlyDictionary<string, string>> CaptureOracleAsync() =>
        DiskOracle.CaptureAsync(Guest, Path.Combine(Guest.Directory, $"oracle{_oracles++}"), Token);

    /// <summary>
    /// libvirt has no job, QEMU no scratch image, and only the checkpoints of points that exist are left.
    /// </summary>
    internal async Task AssertNothingLeftAsync()
    {
        var virsh = Guest.Host.Virsh;
        Assert.Contains("None", await virsh.RunAsync(Token, "domjobinfo", Guest.Name), StringComparison.Ordinal);
        var jobs = Path.Combine(StateDirectory, "jobs");
        Assert.Empty(Directory.Exists(jobs) ? Directory.EnumerateFileSystemEntries(jobs) : []);
        foreach (var journal in Directory.EnumerateFiles(StateDirectory, "journal", SearchOption.AllDirectories))
            Assert.Null(Journal.Open(Path.GetDirectoryName(journal)!).View.OpenJob);
        var points = (await Repository.ListPointsAsync(Token)).Points;
        var names = await virsh.RunAsync(Token, "checkpoint-list", Guest.Name, "--name");
        var ours = names.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Where(name => name.StartsWith($"lvb.{Repository.Id}.", StringComparison.Ordinal));
        Assert.Subset(points.Select(point => point.Checkpoint ?? "").ToHashSet(StringComparer.Ordinal),
            ours.ToHashSet(StringComparer.Ordinal));
    }

    /// <summary>Restores every point taken and compares each disk with its oracle's copy, byte by byte.</summary>
    internal async Task VerifyAllAsync()
    {
        Assert.NotEmpty(_points);
        foreach (var (point, what, oracle) in _points)
        {
            var directory = Path.Combine(Guest.Directory, $"restored-{point}");
            var request = new RestoreRequest { Point = point, Directory = directory, Format = DiskFormat.Raw };
            var restored = await new RestoreEngine().RestoreAsync(Repository, request, null, Token);
            Assert.Equal((await Repository.GetPointAsync(point, Token)).Disks.Count, restored.Disks.Count);
            foreach (var disk in restored.Disks)
            {
                var difference = await DiskOracle.CompareRawAsync(oracle[disk.Name], disk.Path, Token);
                Assert.True(
                    difference is null,
                    $"{point} ({what}) {disk.Name} differs from the oracle's copy at byte {difference}");
            }

            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>Goes on where the guest has been migrated to; the repository is the same.</summary>
    internal async Task FollowAsync(LabHost host, string stateDirectory)
    {
        Guest.Host = host;
        StateDirectory = Path.Combine(Guest.Directory, stateDirectory);
        await ReconnectAsync();
    }

    internal async Task ReconnectAsync()
    {
        await Connection.DisposeAsync();
        Connection = await LibvirtConnection.OpenAsync(Guest.Host.ConnectionUri, cancellationToken: Token);
    }

    public async ValueTask DisposeAsync()
    {
        Repository.Dispose();
        await Connection.DisposeAsync();
        await Guest.DisposeAsync();
    }
}
