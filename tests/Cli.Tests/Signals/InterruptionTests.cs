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

    [Fact]
    public async Task A_background_job_of_a_script_is_ended_by_SIGINT_too()
    {
        // Such jobs are started with SIGINT ignored.
        using var process = CliProcess.Start(
            "/bin/sh", [], "-c", "trap '' INT; exec \"$0\" \"$@\"",
            CliProcess.Program, "-c", Uri, "checkpoint-list", "test");
        using var connection = await _daemon.AcceptAsync(TestContext.Current.CancellationToken);
        process.Signal(PosixSignal.SIGINT);

        Assert.Equal(130, (await process.EndAsync()).ExitCode);
    }

    [Fact]
    public async Task A_program_that_nohup_protects_outlives_the_terminal()
    {
        using var process = CliProcess.Start(
            "/bin/sh", [], "-c", "trap '' HUP; exec \"$0\" \"$@\"",
            CliProcess.Program, "-c", Uri, "checkpoint-list", "test");
        using var connection = await _daemon.AcceptAsync(TestContext.Current.CancellationToken);
        process.Signal(PosixSignal.SIGHUP);
        process.Signal(PosixSignal.SIGTERM);

        var result = await process.EndAsync();
        Assert.Equal("lvbackup: interrupted by SIGTERM; what was begun has been cleaned up\n", result.Error);
    }
}
