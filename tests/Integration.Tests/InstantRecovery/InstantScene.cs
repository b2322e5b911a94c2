using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Integration.Tests.MainJob;
using LibvirtBackup.Interop.Posix;
using Xunit;

namespace LibvirtBackup.Integration.Tests.InstantRecovery;

/// <summary>A point of a guest, what its disk held, and domains that run from it.</summary>
internal sealed class InstantScene : IAsyncDisposable
{
    internal const long Size = 64 * Units.MiB;
    private static int s_count;

    private InstantScene(BackupScene origin, string point, ExpectedDisk expected) =>
        (Origin, Point, Expected) = (origin, point, expected);

    internal BackupScene Origin { get; }

    internal string Point { get; }

    /// <summary>What the disk of the one domain that writes must hold: the point, and the guest's writes.</summary>
    internal ExpectedDisk Expected { get; }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private Virsh Virsh => Origin.Guest.Host.Virsh;

    /// <summary>Backs up a guest with data, zeroes and holes, and ends it.</summary>
    /// <param name="suite">The host's.</param>
    /// <param name="prepare">Changes the guest before the backup, or null.</param>
    internal static async Task<InstantScene> StartAsync(string suite, Func<LabGuest, Task>? prepare = null)
    {
        var host = await LabHost.ForAsync(suite);
        var guest = await LabGuest.StartPausedAsync(host, Token, new LabDisk(Size));
        var expected = new ExpectedDisk(Size);
        var disk = new QemuIo(guest);
        foreach (var (offset, length, value) in ((long, long, byte)[])[
            (0, 20 * Units.MiB, 0x11), (30 * Units.MiB + 4096, 5 * Units.MiB, 0x22), (60 * Units.MiB, 4096, 0x33)])
        {
            await disk.FillAsync("vda", offset, length, value, Token);
            expected.Fill(offset, length, value);
        }

        await disk.FlushAsync("vda", Token);
        if (prepare is not null) await prepare(guest);
        var scene = await BackupScene.OfAsync(guest);
        var point = (await scene.BackUpOnlyAsync()).Point;
        await host.Virsh.RunAsync(Token, "destroy", guest.Name);
        return new InstantScene(scene, point, expected);
    }

    /// <summary>A name for a domain; the directory of its images has it too.</summary>
    internal static string NewName() => $"instant{Interlocked.Increment(ref s_count)}";

    internal string DirectoryOf(string name) => Path.Combine(Origin.Guest.Directory, name);

    internal LabGuest GuestOf(string name) => LabGuest.Of(Origin.Guest.Host, name, DirectoryOf(name));

    /// <summary>Runs <c>lvbackup boot</c>; gives its document.</summary>
    internal Task<JsonElement> BootAsync(string name, params string[] arguments) => LvbackupProcess.RunAsync(
        Origin, ["boot", .. arguments, "--name", name]);

    /// <summary>Boots the point, or brings its domain back.</summary>
    /// <returns>The process id of its server.</returns>
    internal async Task<int> BootPointAsync(string name)
    {
        var document = await BootAsync(name, Point, "--to", DirectoryOf(name));
        return document.GetProperty("domains")[0].GetProperty("serverPid").GetInt32();
    }

    /// <summary>kill -9.</summary>
    internal static async Task KillAsync(int pid)
    {
        using var process = Process.GetProcessById(pid);
        process.Kill();
        await process.WaitForExitAsync(Token);
    }

    internal static bool IsAlive(int pid) => ProcessIdentity.ForProcess(pid) is not null;

    /// <summary>Compares a local image with what it must hold.</summary>
    internal async Task AssertEqualAsync(string name)
    {
        var directory = Directory.CreateDirectory(DirectoryOf($"{name}-compared")).FullName;
        var expected = await Expected.SaveAsync(Path.Combine(directory, "expected.raw"), Token);
        var actual = Path.Combine(directory, "actual.raw");
        _ = (await Tool.RunAsync(
            "qemu-img",
            ["convert", "-U", "-f", "qcow2", "-O", "raw", Path.Combine(DirectoryOf(name), "vda.qcow2"), actual],
            Token)).Value;
        var difference = await DiskOracle.CompareRawAsync(expected, actual, Token);
        Assert.True(difference is null, $"the disk of {name} differs at byte {difference}");
    }

    /// <summary>The SHA-256 of what the disk must hold, in lower-case hex.</summary>
    internal async Task<string> HashAsync()
    {
        var path = await Expected.SaveAsync(Path.Combine(Origin.Guest.Directory, "expected.raw"), Token);
        await using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, Token));
    }

    /// <summary>Nothing is left of a domain: no definition, no image, no note, no server.</summary>
    internal async Task AssertNothingLeftAsync(string name, int server)
    {
        Assert.DoesNotContain(
            name, await Virsh.RunAsync(Token, "list", "--all", "--name"), StringComparison.Ordinal);
        Assert.False(Directory.Exists(DirectoryOf(name)), "its directory is left");
        AssertNoNotes();
        Assert.False(IsAlive(server), "its server is left");
    }

    /// <summary>QEMU 10 and newer speak with 64-bit lengths to the server, and read what the point held.</summary>
    internal async Task AssertSpeaksExtendedHeadersAsync(string name)
    {
        var expected = await Expected.SaveAsync(Path.Combine(Origin.Guest.Directory, "point.raw"), Token);
        var compared = await Origin.Guest.Host.RunInsideAsync(
            Token, "qemu-img", "--trace", "nbd_receive_option_reply", "compare", "-f", "raw", "-F", "raw",
            $"nbd+unix:///vda?socket={Path.Combine(DirectoryOf(name), "lvbackup.nbd")}", expected);
        Assert.Contains("Images are identical.", compared.Value, StringComparison.Ordinal);
        Assert.Contains("11 (extended headers), type 1 (ack)", compared.Error, StringComparison.Ordinal);
    }

    /// <summary>
    /// Nothing removes the point of a domain, or what it needs, though its server is dead: neither forget nor prune,
    /// nor a backup that makes room, nor gc.
    /// </summary>
    internal async Task AssertPointStaysAsync(string name)
    {
        using (var forget = LvbackupProcess.Start(Origin, "forget", Point))
        {
            var (exitCode, _, error) = await forget.EndAsync();
            Assert.Equal(5, exitCode);
            Assert.Contains($"domain '{name}' of host", error, StringComparison.Ordinal);
        }

        await Origin.Guest.StartPausedAsync(Token);
        await new QemuIo(Origin.Guest).FillAsync("vda", 0, Size, 0x44, Token);
        var document = await LvbackupProcess.RunAsync(
            Origin, "backup", Origin.Guest.Name, "--level", "full", "--max-points", "1", "--force-cycle");
        var made = document.GetProperty("points")[0];
        Assert.Empty(made.GetProperty("dropped").EnumerateArray());
        Assert.Contains($"domain '{name}' of host", $"{document.GetProperty("warnings")}", StringComparison.Ordinal);
        await Virsh.RunAsync(Token, "destroy", Origin.Guest.Name);
        await LvbackupProcess.RunAsync(Origin, "prune", "--keep-last", "1");
        await LvbackupProcess.RunAsync(Origin, "gc");
        _ = await Origin.Repository.GetPointAsync(Point, Token);
    }

    internal void AssertNoNotes()
    {
        var notes = Path.Combine(Origin.StateDirectory, "instant");
        Assert.Empty(Directory.Exists(notes) ? Directory.EnumerateFileSystemEntries(notes) : []);
    }

    public async ValueTask DisposeAsync()
    {
        // What a failed test has left.
        foreach (var note in Directory.Exists(Path.Combine(Origin.StateDirectory, "instant"))
            ? Directory.GetDirectories(Path.Combine(Origin.StateDirectory, "instant")) : [])
        {
            using var process = LvbackupProcess.Start(Origin, "boot", "--discard", "--name", Path.GetFileName(note));
            await process.EndAsync();
        }

        await Origin.DisposeAsync();
    }
}
