using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using LibvirtBackup.Interop.Nbd;
using LibvirtBackup.Interop.Tests.Posix;
using Xunit;

namespace LibvirtBackup.Interop.Tests.Nbd;

/// <summary>A real NBD server on a unix socket in a directory of its own; ended by its process handle.</summary>
internal sealed class NbdServer : IDisposable
{
    private readonly TemporaryDirectory _directory;
    private readonly Process _process;
    private readonly int _tcpPort;

    private NbdServer(TemporaryDirectory directory, string program, IEnumerable<string> arguments, int tcpPort = 0)
    {
        _directory = directory;
        _tcpPort = tcpPort;

        // A limit, so that no server outlives tests that crashed. (nbdkit's --exit-with-parent ends it with the thread
        // that started it, and threads of the pool come and go.)
        var start = new ProcessStartInfo("timeout", ["--foreground", "--signal=KILL", "300", program, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
        };
        _process = Process.Start(start)!;
        _process.ErrorDataReceived += (_, e) => Errors += e.Data + "\n";
        _process.BeginErrorReadLine();
    }

    public string SocketPath => _directory.File("socket");

    public string Errors { get; private set; } = string.Empty;

    public NbdEndpoint Endpoint => new NbdEndpoint.UnixSocket(SocketPath, string.Empty);

    public string File(string name) => _directory.File(name);

    public static NbdServer Nbdkit(params string[] arguments)
    {
        Require("nbdkit");
        var directory = new TemporaryDirectory();
        return new NbdServer(directory, "nbdkit",
            ["--foreground", "--unix", directory.File("socket"), .. arguments]).WaitForSocket();
    }

    /// <summary>nbdkit on the loopback address.</summary>
    public static NbdServer NbdkitOnTcp(int port, params string[] arguments)
    {
        Require("nbdkit");
        return new NbdServer(new TemporaryDirectory(), "nbdkit",
            ["--foreground", "--ipaddr", "127.0.0.1", "--port", $"{port}", .. arguments], port).WaitForSocket();
    }

    /// <summary>qemu-nbd on an image that the caller made in the directory.</summary>
    public static NbdServer QemuNbd(TemporaryDirectory directory, params string[] arguments)
    {
        Require("qemu-nbd");
        return new NbdServer(directory, "qemu-nbd",
            ["--persistent", "--shared", "16", "--socket", directory.File("socket"), .. arguments]).WaitForSocket();
    }

    /// <summary>qemu-storage-daemon, with <c>SOCKET</c> in the arguments replaced by the path of the socket.</summary>
    public static NbdServer StorageDaemon(TemporaryDirectory directory, params string[] arguments)
    {
        Require("qemu-storage-daemon");
        string socket = directory.File("socket");
        return new NbdServer(directory, "qemu-storage-daemon",
            arguments.Select(a => a.Replace("SOCKET", socket, StringComparison.Ordinal))).WaitForSocket();
    }

    public static void Require(string program)
    {
        string[] directories = Environment.GetEnvironmentVariable("PATH")!.Split(':');
        if (!directories.Any(directory => System.IO.File.Exists(Path.Combine(directory, program))))
            Assert.Skip($"The program {program} is not installed here.");
    }

    public static string Run(string program, params string[] arguments)
    {
        Require(program);
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        string errors = string.Empty;
        process.ErrorDataReceived += (_, e) => errors += e.Data + "\n";
        process.BeginErrorReadLine();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {errors}");
        return output;
    }

    public Task<NbdConnection> ConnectAsync(params string[] contexts) => NbdConnection.ConnectAsync(
        Endpoint, new NbdConnectionOptions { MetaContexts = contexts }, TestContext.Current.CancellationToken);

    public void Kill()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            Kill();
        _process.Dispose();
        _directory.Dispose();
    }

    private NbdServer WaitForSocket()
    {
        bool isUp = SpinWait.SpinUntil(() => _process.HasExited || CanConnect(), TimeSpan.FromSeconds(15));
        if (isUp && !_process.HasExited)
            return this;
        string errors = Errors;
        Dispose();
        throw new InvalidOperationException($"The NBD server did not come up: {errors}");
    }

    private bool CanConnect()
    {
        EndPoint address = _tcpPort != 0
            ? new IPEndPoint(IPAddress.Loopback, _tcpPort)
            : new UnixDomainSocketEndPoint(SocketPath);
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(address);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
