using System.Net;
using System.Net.Sockets;
using LibvirtBackup.Interop.Nbd;
using LibvirtBackup.Interop.Tests.Posix;
using Xunit;

namespace LibvirtBackup.Interop.Tests.Nbd;

public sealed class NbdTlsTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly TestCertificates _ours;
    private readonly TestCertificates _others;

    public NbdTlsTests()
    {
        _ours = new TestCertificates(_directory.File("ours"), "localhost");
        _others = new TestCertificates(_directory.File("others"), "localhost");
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _ours.Dispose();
        _others.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    public async Task A_server_with_a_certificate_of_our_authority_is_trusted_over_TCP(string host)
    {
        using NbdServer server = Start(out int port, "--tls=require", "--tls-verify-peer");
        await using NbdConnection connection = await Connect(host, port, Options("ours"));
        Assert.True(connection.Export.IsEncrypted);
        byte[] data = [1, 2, 3];
        await connection.WriteAsync(512, data, Token);
        byte[] back = new byte[3];
        await connection.ReadAsync(512, back, Token);
        Assert.Equal(data, back);
    }

    [Trait("Hole", "D9")]
    [Fact]
    public async Task A_certificate_of_another_authority_is_refused_unless_verification_is_off()
    {
        using NbdServer server = Start(out int port, "--tls=require");
        NbdException e = await Assert.ThrowsAsync<NbdException>(() => Connect("localhost", port, Options("others")));
        Assert.Contains("certificate", e.Message, StringComparison.OrdinalIgnoreCase);
        await using NbdConnection unverified = await Connect(
            "localhost", port, Options("others") with { VerifyTlsPeer = false });
        Assert.True(unverified.Export.IsEncrypted);
    }

    [Fact]
    public async Task A_certificate_of_another_name_is_refused()
    {
        using var misnamed = new TestCertificates(_directory.File("misnamed"), "other.example");
        using NbdServer server = Start(out int port, "--tls=require", "misnamed");
        NbdException e = await Assert.ThrowsAsync<NbdException>(() => Connect("localhost", port, Options("misnamed")));
        Assert.Contains("certificate", e.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_client_whose_certificate_the_server_does_not_know_is_refused()
    {
        using NbdServer server = Start(out int port, "--tls=require", "--tls-verify-peer");
        string mixed = _directory.File("mixed");
        Directory.CreateDirectory(mixed);
        File.Copy(_directory.File("ours/ca-cert.pem"), Path.Combine(mixed, "ca-cert.pem"));
        File.Copy(_directory.File("others/client-cert.pem"), Path.Combine(mixed, "client-cert.pem"));
        File.Copy(_directory.File("others/client-key.pem"), Path.Combine(mixed, "client-key.pem"));
        await Assert.ThrowsAsync<NbdException>(() => Connect("localhost", port, Options("mixed")));
    }

    [Fact]
    public async Task Require_refuses_a_plain_server_and_allow_takes_it_unencrypted()
    {
        using NbdServer server = NbdServer.Nbdkit("memory", "1M");
        await Assert.ThrowsAsync<NbdException>(
            () => NbdConnection.ConnectAsync(server.Endpoint, Options("ours"), Token));
        var uri = new NbdEndpoint.Uri($"nbd+unix:///?socket={server.SocketPath}");
        await Assert.ThrowsAsync<NbdException>(() => NbdConnection.ConnectAsync(uri, Options("ours"), Token));
        await using NbdConnection connection = await NbdConnection.ConnectAsync(
            server.Endpoint, Options("ours") with { Tls = NbdTlsMode.Allow }, Token);
        Assert.False(connection.Export.IsEncrypted);
    }

    [Fact]
    public async Task Off_is_refused_by_a_server_that_requires_TLS_and_an_nbds_URI_turns_it_on()
    {
        using NbdServer server = NbdServer.Nbdkit(
            "--tls=require", $"--tls-certificates={_directory.File("ours")}", "memory", "1M");
        NbdConnectionOptions off = Options("ours") with { Tls = NbdTlsMode.Off };
        await Assert.ThrowsAsync<NbdException>(() => NbdConnection.ConnectAsync(server.Endpoint, off, Token));
        var uri = new NbdEndpoint.Uri($"nbds+unix:///?socket={server.SocketPath}");
        await using NbdConnection connection = await NbdConnection.ConnectAsync(uri, off, Token);
        Assert.True(connection.Export.IsEncrypted);
    }

    [Fact]
    public async Task A_pre_shared_key_opens_the_server_and_a_wrong_one_does_not()
    {
        string right = _directory.File("right.psk"), wrong = _directory.File("wrong.psk");
        await File.WriteAllTextAsync(right, "lvb:0123456789abcdef0123456789abcdef\n", Token);
        await File.WriteAllTextAsync(wrong, "lvb:fedcba9876543210fedcba9876543210\n", Token);
        using NbdServer server = NbdServer.Nbdkit("--tls=require", $"--tls-psk={right}", "memory", "1M");
        var options = new NbdConnectionOptions
        {
            Tls = NbdTlsMode.Require,
            TlsPreSharedKeyFile = right,
            TlsUserName = "lvb",
        };
        await using (NbdConnection connection = await NbdConnection.ConnectAsync(server.Endpoint, options, Token))
            Assert.True(connection.Export.IsEncrypted);
        await Assert.ThrowsAsync<NbdException>(() => NbdConnection.ConnectAsync(
            server.Endpoint, options with { TlsPreSharedKeyFile = wrong }, Token));
    }

    [Fact]
    public async Task Large_transfers_and_a_killed_server_behave_under_TLS_too()
    {
        using NbdServer server = Start(out int port, "--tls=require");
        await using NbdConnection connection = await Connect("localhost", port, Options("ours"));
        byte[] data = new byte[8 << 20];
        new Random(3).NextBytes(data);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => connection.WriteAsync(
            (long)i << 20, data.AsMemory(i << 20, 1 << 20), Token).AsTask()));
        byte[] back = new byte[data.Length];
        await connection.ReadAsync(0, back, Token);
        Assert.True(data.AsSpan().SequenceEqual(back));
        server.Kill();
        NbdException e = await Assert.ThrowsAsync<NbdException>(() => connection.FlushAsync(Token).AsTask());
        Assert.True(e.IsConnectionLost, e.Message);
    }

    private static Task<NbdConnection> Connect(string host, int port, NbdConnectionOptions options) =>
        NbdConnection.ConnectAsync(new NbdEndpoint.Tcp(host, port, string.Empty), options, Token);

    private NbdConnectionOptions Options(string authority) => new()
    {
        Tls = NbdTlsMode.Require,
        TlsCertificatesDirectory = _directory.File(authority),
    };

    /// <summary>nbdkit on TCP loopback; an argument without dashes names the server's certificates.</summary>
    private NbdServer Start(out int port, params string[] arguments)
    {
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            port = ((IPEndPoint)probe.LocalEndpoint).Port;
        }

        string certificates = arguments.FirstOrDefault(a => a[0] != '-') ?? "ours";
        return NbdServer.NbdkitOnTcp(port,
            [
                .. arguments.Where(a => a[0] == '-'),
                $"--tls-certificates={_directory.File(certificates)}",
                "memory",
                "16M",
            ]);
    }
}
