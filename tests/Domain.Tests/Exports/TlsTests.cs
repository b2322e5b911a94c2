using System.Net;
using LibvirtBackup.Domain.Tests.Restores;
using LibvirtBackup.Interop.Nbd;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Exports;

/// <summary>With certificates only clients of the same authority are served, and only over TLS.</summary>
public sealed class TlsTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_client_with_a_certificate_of_the_authority_reads_and_others_do_not()
    {
        using var files = new RestoreScene();
        await TestCertificates.MakeAsync(files.File("good"));
        await TestCertificates.MakeAsync(files.File("other"));
        await using var scene = await ServedScene.StartAsync(options => options with
        {
            Address = new IPEndPoint(IPAddress.Loopback, 0), TlsDirectory = files.File("good"),
        });

        await using (var connection = await ConnectAsync(scene, files.File("good")))
        {
            var bytes = new byte[scene.Disk.SizeBytes];
            await connection.ReadAsync(0, bytes, Token);
            Assert.Equal(scene.Disk.Bytes, bytes);
        }

        await Assert.ThrowsAnyAsync<NbdException>(() => ConnectAsync(scene, files.File("other")));
        await Assert.ThrowsAnyAsync<NbdException>(() => ConnectAsync(scene, null));
    }

    [Fact]
    public async Task Certificates_that_are_not_there_are_named()
    {
        using var files = new RestoreScene();

        var refusal = await Assert.ThrowsAsync<BackupException>(() => ServedScene.StartAsync(
            options => options with { TlsDirectory = files.File("none") }));

        Assert.Equal(FailureKind.Usage, refusal.Kind);
        Assert.Contains("server-cert.pem", refusal.Message, StringComparison.Ordinal);
    }

    private static Task<NbdConnection> ConnectAsync(ServedScene scene, string? certificates)
    {
        var port = ((IPEndPoint)scene.Server.Address).Port;
        return NbdConnection.ConnectAsync(
            new NbdEndpoint.Tcp("localhost", port, "vda"),
            new NbdConnectionOptions
            {
                Tls = certificates is null ? NbdTlsMode.Off : NbdTlsMode.Require,
                TlsCertificatesDirectory = certificates,
            }, Token);
    }
}
