using System.Text.Json;
using LibvirtBackup.Integration.Tests.Lab;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Remote;

/// <summary>
/// A guest of another host, whose images have paths of that host; here are other images of the same paths. The program
/// runs in that host's network and sees the files of this one.
/// </summary>
internal sealed class RemoteScene : IAsyncDisposable
{
    internal const string Guest = "far";
    private const long DiskSize = 8 * Units.MiB;
    private static readonly string[] s_disks = ["vda", "vdb"];
    private readonly LabHost _host;
    private readonly IReadOnlyDictionary<string, string> _uris;
    private readonly string _images;
    private int _restores;

    private RemoteScene(LabHost host, IReadOnlyDictionary<string, string> uris)
    {
        (_host, _uris) = (host, uris);
        _images = $"/tmp/lvb-remote-{Environment.ProcessId}-{host.Suite}";
    }

    internal LabHost Host => _host;

    internal string Directory => _host.SharedDirectory;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    internal static async Task<RemoteScene> StartAsync(string suite)
    {
        var host = await LabHost.StartPrivateAsync(suite);
        var lines = (await LabScript.RunAsync(Token, "remote", host.SharedDirectory)).Value;
        var scene = new RemoteScene(
            host, lines.Split('\n').Select(line => line.Split(' ')).ToDictionary(line => line[0], line => line[1]));
        await scene.MakeGuestAsync();
        return scene;
    }

    /// <summary>Fills a range of the guest's disk.</summary>
    internal async Task WriteAsync(string disk, long offset, long length, byte value)
    {
        var device = $"/machine/peripheral/virtio-disk{disk[^1] - 'a'}/virtio-backend";
        foreach (var command in (string[])[$"write -P {value} {offset} {length}", "flush"])
            Assert.Equal("", (await _host.Virsh.RunAsync(
                Token, "qemu-monitor-command", Guest, "--hmp", $"qemu-io -d {device} \"{command}\"")).Trim());
    }

    /// <summary>Runs <c>lvbackup -c URI ARGUMENTS --json</c>.</summary>
    internal async Task<(int ExitCode, JsonElement Document, string Error)> RunAsync(
        string transport, params string[] arguments)
    {
        var result = await Tool.RunAsync("bash", CommandOf(transport, arguments), Token);
        var document = result.Output.Length > 0 ? JsonDocument.Parse(result.Output).RootElement : default;
        return (result.ExitCode, document, result.Error);
    }

    /// <summary>What bash runs for that.</summary>
    internal string[] CommandOf(string transport, params string[] arguments) =>
    [
        LabScript.Path, "network", Directory, Path.Combine(AppContext.BaseDirectory, "lvbackup"), .. arguments,
        "-c", _uris[transport], "--repo", Path.Combine(Directory, "repo"), "--state-dir",
        Path.Combine(Directory, "state"), "--json",
    ];

    /// <summary>Takes a point, and holds it against the guest's images on its host.</summary>
    internal async Task<(JsonElement Point, string Warnings)> BackUpAsync(string transport, params string[] options)
    {
        var (exitCode, document, error) = await RunAsync(transport, ["backup", Guest, .. options]);
        Assert.True(exitCode == 0, error);
        var point = document.GetProperty("points")[0];
        var restored = Path.Combine(Directory, $"restored{_restores++}");
        (exitCode, _, error) = await RunAsync(
            transport, "restore", point.GetProperty("point").GetString()!, "--to", restored, "--format", "raw");
        Assert.True(exitCode == 0, error);
        foreach (var disk in point.GetProperty("disks").EnumerateArray())
        {
            var name = disk.GetProperty("name").GetString()!;
            var oracle = Path.Combine(Directory, "oracle.raw");
            _ = (await _host.RunInsideAsync(
                Token, "qemu-img", "convert", "-U", "-O", "raw", ImageOf(name), oracle)).Value;
            var at = await DiskOracle.CompareRawAsync(oracle, Path.Combine(restored, $"{name}.raw"), Token);
            Assert.True(at is null, $"{transport}: {name} differs at {at}");
        }

        return (point, document.GetProperty("warnings").GetRawText());
    }

    /// <summary>What is on the other host below a directory.</summary>
    internal async Task<string> ListAsync(string directory) =>
        (await _host.RunInsideAsync(Token, "find", directory, "-mindepth", "1")).Value;

    /// <summary>The directory of the guest's images, on its host.</summary>
    internal string Images => _images;

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        if (System.IO.Directory.Exists(_images)) System.IO.Directory.Delete(_images, recursive: true);
    }

    private string ImageOf(string disk) => Path.Combine(_images, $"{disk}.qcow2");

    private async Task MakeGuestAsync()
    {
        _ = (await _host.RunInsideAsync(Token, "mkdir", _images)).Value;
        System.IO.Directory.CreateDirectory(_images);
        foreach (var path in s_disks.Select(ImageOf))
        {
            string[] create = ["create", "-q", "-f", "qcow2", path, $"{DiskSize}"];
            _ = (await _host.RunInsideAsync(Token, ["qemu-img", .. create])).Value;
            _ = (await Tool.RunAsync("qemu-img", create, Token)).Value;
            string[] fill = ["-f", "qcow2", "-c", $"write -P 222 0 {DiskSize}", path];
            _ = (await Tool.RunAsync("qemu-io", fill, Token)).Value;
        }

        var kernel = Path.Combine(_images, "vmlinuz");
        _ = (await _host.RunInsideAsync(
            Token, "cp", Path.Combine(_host.GuestDirectory, "vmlinuz"), kernel)).Value;
        await File.WriteAllTextAsync(kernel, "another kernel", Token);
        var definition = Path.Combine(Directory, "far.xml");
        await File.WriteAllTextAsync(
            definition,
            $"""
            <domain type='qemu'>
              <name>{Guest}</name>
              <memory unit='MiB'>64</memory>
              <os><type arch='x86_64' machine='pc'>hvm</type><kernel>{kernel}</kernel></os>
              <devices>
                {string.Concat(s_disks.Select(disk => $"""
                    <disk type='file' device='disk'>
                      <driver name='qemu' type='qcow2'/><source file='{ImageOf(disk)}'/>
                      <target dev='{disk}' bus='virtio'/>
                    </disk>
                    """))}
                <controller type='usb' model='none'/><memballoon model='none'/>
              </devices>
            </domain>
            """,
            Token);
        await _host.Virsh.RunAsync(Token, "define", definition);
        await _host.Virsh.RunAsync(Token, "start", "--paused", Guest);
    }
}
