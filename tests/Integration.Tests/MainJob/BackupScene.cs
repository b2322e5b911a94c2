using LibvirtBackup.Backups;
using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Repositories;
using LibvirtBackup.Restores;
using Xunit;

namespace LibvirtBackup.Integration.Tests.MainJob;

/// <summary>
/// A guest, a repository, and the points taken so far, each with an oracle's copy of every disk at that instant.
/// </summary>
internal sealed class BackupScene : IAsyncDisposable
{
    private readonly List<(BackupReport Report, IReadOnlyDictionary<string, string> Oracle)> _points = [];
    private readonly BackupEngine _engine;
    private int _oracles;

    private BackupScene(LabGuest guest, LibvirtConnection connection, Repository repository)
    {
        (Guest, Connection, Repository) = (guest, connection, repository);
        _engine = new BackupEngine(
            new BackupEngineOptions { StateDirectory = Path.Combine(guest.Directory, "state") }, TimeProvider.System);
    }

    internal LabGuest Guest { get; }

    internal LibvirtConnection Connection { get; private set; }

    internal Repository Repository { get; }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    internal static async Task<BackupScene> StartAsync(LabHost host, params LabDisk[] disks)
    {
        var guest = await LabGuest.StartAsync(host, Token, disks);
        var connection = await LibvirtConnection.OpenAsync(host.ConnectionUri, cancellationToken: Token);
        var repository = await Repository.CreateAsync(
            Path.Combine(guest.Directory, "repo"), new RepositoryOptions(), TimeProvider.System, Token);
        return new BackupScene(guest, connection, repository);
    }

    /// <summary>Copies the disks while nothing writes, then takes a point of the same content.</summary>
    internal async Task<BackupReport> BackUpAsync(Func<BackupRequest, BackupRequest>? change = null)
    {
        var oracle = await CaptureOracleAsync();
        var report = await BackUpOnlyAsync(change);
        _points.Add((report, oracle));
        return report;
    }

    internal Task<BackupReport> BackUpOnlyAsync(Func<BackupRequest, BackupRequest>? change = null,
        CancellationToken? cancellation = null)
    {
        var request = new BackupRequest { Domain = Guest.Name };
        return _engine.BackupAsync(Connection, Repository, change?.Invoke(request) ?? request, null,
            cancellation ?? Token);
    }

    internal Task<IReadOnlyDictionary<string, string>> CaptureOracleAsync() =>
        DiskOracle.CaptureAsync(Guest, Path.Combine(Guest.Directory, $"oracle{_oracles++}"), Token);

    internal void Remember(BackupReport report, IReadOnlyDictionary<string, string> oracle) =>
        _points.Add((report, oracle));

    /// <summary>Restores every point taken and compares each disk with its oracle's copy, byte by byte.</summary>
    internal async Task VerifyAllAsync()
    {
        Assert.NotEmpty(_points);
        foreach (var (report, oracle) in _points)
        {
            var directory = Path.Combine(Guest.Directory, $"restored-{report.Point}");
            var request = new RestoreRequest { Point = report.Point, Directory = directory, Format = DiskFormat.Raw };
            var restored = await new RestoreEngine().RestoreAsync(Repository, request, null, Token);
            Assert.Equal(report.Disks.Count, restored.Disks.Count);
            foreach (var disk in restored.Disks)
            {
                var difference = await DiskOracle.CompareRawAsync(oracle[disk.Name], disk.Path, Token);
                Assert.True(
                    difference is null,
                    $"{report.Point} ({report.Level}) {disk.Name} differs from the oracle's copy at byte {difference}");
            }

            Directory.Delete(directory, recursive: true);
        }
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
