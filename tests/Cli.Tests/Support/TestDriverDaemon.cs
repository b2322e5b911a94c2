using System.Diagnostics;
using System.Net.Sockets;
using LibvirtBackup.Interop.Libvirt;

namespace LibvirtBackup.Cli.Tests.Support;

/// <summary>
/// A private libvirtd that serves libvirt's test driver. Its domains live as long as a connection is open, so virsh and
/// lvbackup can be run one after the other on the same state; one connection is held here.
/// </summary>
public sealed class TestDriverDaemon : IAsyncLifetime
{
    private static readonly string[] s_programs = ["libvirtd", "virsh", "setpriv"];

    private static readonly string[] s_folders =
        ["/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/local/sbin", "/usr/local/bin"];

    private readonly string _directory = Path.Combine(Path.GetTempPath(), $"lvb-cli-{Guid.NewGuid():N}"[..20]);
    private Process? _daemon;
    private LibvirtConnection? _held;

    /// <summary>Why there is no daemon, or null when there is.</summary>
    internal string? Missing { get; private set; }

    /// <summary>Where virsh and lvbackup connect.</summary>
    internal string Uri => $"test+unix:///default?socket={_directory}/run/libvirt-sock";

    public async ValueTask InitializeAsync()
    {
        Missing = s_programs.FirstOrDefault(p => Find(p) is null) is { } program
            ? $"{program} is not installed"
            : null;
        if (Missing is not null)
            return;

        Directory.CreateDirectory($"{_directory}/run");
        Directory.CreateDirectory($"{_directory}/home");
        await File.WriteAllTextAsync(
            Path.Combine(_directory, "libvirtd.conf"),
            $"unix_sock_dir = \"{_directory}/run\"\nauth_unix_rw = \"none\"\n");
        _daemon = Process.Start(await CommandAsync())!;
        await WaitForSocketAsync();
        _held = await LibvirtConnection.OpenAsync(Uri);
    }

    public async ValueTask DisposeAsync()
    {
        if (_held is not null)
            await _held.DisposeAsync();
        if (_daemon is not null)
        {
            _daemon.Kill();
            await _daemon.WaitForExitAsync();
            _daemon.Dispose();
        }

        if (Directory.Exists(_directory))
            Directory.Delete(_directory, recursive: true);
    }

    /// <summary>Gives the domain <c>test</c> a checkpoint with a known time.</summary>
    internal async Task RedefineAsync(string name, string? parent, long time)
    {
        using var domain = await _held!.LookupDomainAsync("test");
        using var checkpoint = await domain.CreateCheckpointAsync(
            Definition(name, parent, time), VirDomainCheckpointCreateFlags.Redefine);
    }

    /// <summary>Takes all checkpoints from the domain <c>test</c>.</summary>
    internal async Task ClearAsync()
    {
        if (_held is null)
            return;
        using var domain = await _held.LookupDomainAsync("test");
        foreach (var root in await domain.ListCheckpointsAsync(VirDomainCheckpointListFlags.Roots))
            await root.DeleteAsync(VirDomainCheckpointDeleteFlags.Children);
    }

    /// <summary>A checkpoint's description.</summary>
    internal static string Definition(string name, string? parent, long time) => $"""
        <domaincheckpoint>
          <name>{name}</name>
          {(parent is null ? "" : $"<parent><name>{parent}</name></parent>")}
          <creationTime>{time}</creationTime>
          <disks><disk name='vda' checkpoint='bitmap' bitmap='{name}'/></disks>
        </domaincheckpoint>
        """;

    /// <summary>Runs virsh on the daemon.</summary>
    internal Task<CliResult> VirshAsync(Dictionary<string, string> variables, params string[] args) =>
        CliProcess.RunProgramAsync(Find("virsh")!, variables, ["-c", Uri, .. args]);

    /// <summary>Runs lvbackup on the daemon.</summary>
    internal Task<CliResult> LvbackupAsync(Dictionary<string, string> variables, params string[] args) =>
        CliProcess.RunProgramAsync(CliProcess.Program, variables, ["-c", Uri, .. args]);

    // As root, libvirtd would use the machine's own directories; an ordinary user's daemon keeps to the ones named
    // here.
    private async Task<ProcessStartInfo> CommandAsync()
    {
        string[] daemon = [Find("libvirtd")!, "-f", $"{_directory}/libvirtd.conf"];
        string[] command = daemon;
        if (Environment.IsPrivilegedProcess)
        {
            using var chown = Process.Start("chown", ["-R", "nobody:nogroup", _directory]);
            await chown.WaitForExitAsync();
            command = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", .. daemon];
        }

        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin";
        start.Environment["HOME"] = $"{_directory}/home";
        start.Environment["XDG_RUNTIME_DIR"] = $"{_directory}/run";
        start.Environment["XDG_CONFIG_HOME"] = $"{_directory}/home/config";
        start.Environment["XDG_CACHE_HOME"] = $"{_directory}/home/cache";
        return start;
    }

    private async Task WaitForSocketAsync()
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint($"{_directory}/run/libvirt-sock"));
                return;
            }
            catch (SocketException) when (tries < 300 && _daemon is { HasExited: false })
            {
                await Task.Delay(50);
            }
        }
    }

    private static string? Find(string program) =>
        s_folders.Select(d => Path.Combine(d, program)).FirstOrDefault(File.Exists);
}
