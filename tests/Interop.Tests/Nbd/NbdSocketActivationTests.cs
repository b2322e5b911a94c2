using System.Globalization;
using LibvirtBackup.Interop.Nbd;
using LibvirtBackup.Interop.Posix;
using LibvirtBackup.Interop.Tests.Posix;
using Xunit;

namespace LibvirtBackup.Interop.Tests.Nbd;

public sealed class NbdSocketActivationTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_started_server_ends_with_the_connection_and_its_image_is_whole()
    {
        NbdServer.Require("qemu-nbd");
        string image = _directory.File("image.qcow2");
        NbdServer.Run("qemu-img", "create", "-f", "qcow2", image, "16M");
        var endpoint = new NbdEndpoint.SocketActivation(["qemu-nbd", "-f", "qcow2", "--discard=unmap", image]);
        byte[] data = new byte[1 << 20];
        new Random(5).NextBytes(data);
        await using (NbdConnection connection = await ConnectAsync(endpoint))
        {
            Assert.Equal(16 << 20, connection.Export.SizeBytes);
            await connection.WriteAsync(3 << 20, data, Token);
        }

        // qemu-img needs the image's lock, which the server holds while it lives.
        Assert.Contains("No errors were found", NbdServer.Run("qemu-img", "check", image), StringComparison.Ordinal);
        await using NbdConnection again = await ConnectAsync(endpoint);
        byte[] back = new byte[data.Length];
        await again.ReadAsync(3 << 20, back, Token);
        Assert.True(data.AsSpan().SequenceEqual(back));
    }

    [Fact]
    public async Task Many_servers_live_at_the_same_time_without_a_mix_up()
    {
        NbdServer.Require("nbdkit");
        await Task.WhenAll(Enumerable.Range(1, 8).Select(async i =>
        {
            await using NbdConnection connection = await ConnectAsync(
                new NbdEndpoint.SocketActivation(["nbdkit", "memory", $"{i}M"]));
            Assert.Equal(i << 20, connection.Export.SizeBytes);
        }));
    }

    [Fact]
    public async Task A_program_that_is_missing_or_ends_at_once_is_an_error()
    {
        string[][] commands = [[_directory.File("missing")], ["false"]];
        foreach (string[] command in commands)
        {
            NbdException e = await Assert.ThrowsAsync<NbdException>(
                () => ConnectAsync(new NbdEndpoint.SocketActivation(command)));
            Assert.Contains(command[0], e.Message, StringComparison.Ordinal);
        }

        await Assert.ThrowsAsync<ArgumentException>(() => ConnectAsync(new NbdEndpoint.SocketActivation([])));
    }

    [Fact]
    public async Task A_program_that_never_serves_is_ended_when_the_connection_is_given_up()
    {
        string pidFile = _directory.File("pid");
        var endpoint = new NbdEndpoint.SocketActivation(["sh", "-c", $"echo $$ > {pidFile}; exec sleep 300"]);
        var options = new NbdConnectionOptions { ConnectTimeout = TimeSpan.FromSeconds(1) };
        NbdException e = await Assert.ThrowsAsync<NbdException>(
            () => NbdConnection.ConnectAsync(endpoint, options, Token));
        Assert.Equal(Errno.TimedOut, e.Errno);
        int pid = int.Parse(await File.ReadAllTextAsync(pidFile, Token), CultureInfo.InvariantCulture);
        Assert.True(SpinWait.SpinUntil(() => ProcessIdentity.ForProcess(pid) is null, TimeSpan.FromSeconds(20)));
    }

    private static Task<NbdConnection> ConnectAsync(NbdEndpoint endpoint) =>
        NbdConnection.ConnectAsync(endpoint, new NbdConnectionOptions(), Token);
}
