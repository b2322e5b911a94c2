using LibvirtBackup.Backups;
using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Integration.Tests.MainJob;
using LibvirtBackup.Pushes;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Pushes;

/// <summary>An image set of a scene's guest, and its points, each with an oracle's copy of that instant.</summary>
internal sealed class PushScene(BackupScene scene, string name = "images")
{
    private readonly List<(PushReport Report, IReadOnlyDictionary<string, string> Oracle)> _points = [];

    internal string Directory { get; } = Path.Combine(scene.Guest.Directory, name);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Copies the disks while nothing writes, then pushes the same content.</summary>
    internal async Task<PushReport> PushAsync(Func<PushRequest, PushRequest>? change = null)
    {
        var oracle = await scene.CaptureOracleAsync();
        var report = await PushOnlyAsync(change);
        _points.Add((report, oracle));
        return report;
    }

    internal Task<PushReport> PushOnlyAsync(Func<PushRequest, PushRequest>? change = null)
    {
        var request = new PushRequest { Domain = scene.Guest.Name, Directory = Directory };
        var options = new BackupEngineOptions { StateDirectory = scene.StateDirectory };
        return new PushEngine(options, TimeProvider.System)
            .PushAsync(scene.Connection, change?.Invoke(request) ?? request, progress: null, Token);
    }

    /// <summary>The names in the set's directory that are no bookkeeping.</summary>
    internal IEnumerable<string> Entries =>
        System.IO.Directory.EnumerateDirectories(Directory).Select(path => Path.GetFileName(path)!).Order();

    /// <summary>Has plain qemu-img read every image, also of a copy elsewhere, and compares with the oracle.</summary>
    internal async Task VerifyAllAsync()
    {
        var copy = Directory + "-elsewhere";
        _ = (await Tool.RunAsync("cp", ["-r", Directory, copy], Token)).Value;
        foreach (var (report, oracle) in _points)
        {
            foreach (var disk in report.Disks)
            {
                var elsewhere = Path.Combine(copy, report.Point, Path.GetFileName(disk.Path));
                foreach (var path in (string[])[elsewhere, disk.Path])
                    await RequireSameAsync(path, disk.Format, oracle[disk.Name], report.Point, path + ".read");
            }
        }

        System.IO.Directory.Delete(copy, recursive: true);
    }

    /// <summary>Has plain qemu-img read an image, and compares with the oracle.</summary>
    internal static async Task RequireSameAsync(string path, string format, string oracle, string point, string raw)
    {
        _ = (await Tool.RunAsync("qemu-img", ["convert", "-f", format, "-O", "raw", path, raw], Token)).Value;
        var difference = await DiskOracle.CompareRawAsync(oracle, raw, Token);
        Assert.True(difference is null, $"'{path}' of {point} differs from the oracle's copy at byte {difference}");
        File.Delete(raw);
    }
}
