using System.Net.Sockets;
using System.Runtime.InteropServices;
using LibvirtBackup.Cli.Tests.Support;

namespace LibvirtBackup.Cli.Tests.Signals;

/// <summary>
/// A daemon that accepts the connection and never answers: the program waits until it is told to stop.
/// </summary>
public sealed class InterruptionTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("lvb-cli-hang-").FullName;
    private readonly Socket _daemon = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    public InterruptionTests()
    {
        _daemon.Bind(new UnixDomainSocketEndPoint(SocketPath));
        _daemon.Listen();
    }

    private string SocketPath => Path.Combine(_directory, "sock");

    private string Uri => $"test+unix:///default?socket={SocketPath}";

    public void Dispose()
    {
        _daemon.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Theory]
    [InlineData(PosixSignal.SIGINT)]
    [InlineData(PosixSignal.SIGTERM)]
    [InlineData(PosixSignal.SIGHUP)]
    public async Task A_signal_ends_the_program_with_code_130(PosixSignal signal)
    {
        using var process = CliProcess.Start(CliProcess.Program, [], "-c", Uri, "checkpoint-list", "test", "--json");
        using var connection = await _daemon.AcceptAsync(TestContext.Current.CancellationToken);
        process.Signal(signal);

        var result = await process.EndAsync();
        Assert.Equal(130, result.ExitCode);
        Assert.Equal($"lvbackup: interrupted by {signal}; what was begun has been cleaned up\n", result.Error);
        Golden.Equal($"json/error-{signal}.json", result.Out);
    }
}
