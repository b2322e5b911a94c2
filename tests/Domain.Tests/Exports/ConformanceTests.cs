using System.Globalization;
using System.Net;
using LibvirtBackup.Domain.Tests.Restores;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Exports;

/// <summary>Every client that people have, over everything that it can connect by.</summary>
public sealed class ConformanceTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("unix")]
    [InlineData("tcp")]
    [InlineData("tls")]
    public async Task All_clients_read_the_same_and_are_told_the_same(string transport)
    {
        using var files = new RestoreScene();
        if (transport == "tls") await TestCertificates.MakeAsync(files.File("pki"));
        await using var scene = await ServedScene.StartAsync(options => transport switch
        {
            "unix" => options,
            "tcp" => options with { Address = new IPEndPoint(IPAddress.Loopback, 0) },
            _ => options with
            {
                Address = new IPEndPoint(IPAddress.Loopback, 0), TlsDirectory = files.File("pki"),
            },
        });
        var port = (scene.Server.Address as IPEndPoint)?.Port.ToString(CultureInfo.InvariantCulture);
        var uri = transport switch
        {
            "unix" => scene.Uri,
            "tcp" => $"nbd://127.0.0.1:{port}/vda",
            _ => $"nbds://localhost:{port}/vda?tls-certificates={files.File("pki")}",
        };
        // QEMU has no URI for TLS.
        string[] image = transport == "tls"
            ? [
                "--object", $"tls-creds-x509,id=tls,dir={files.File("pki")},endpoint=client", "--image-opts",
                $"driver=raw,file.driver=nbd,file.host=localhost,file.port={port},file.export=vda,file.tls-creds=tls",
            ]
            : ["-f", "raw", uri];
        // Its library lets no URI name local files.
        string[] plugin = transport == "tls"
            ? [
                "hostname=localhost", $"port={port}", "export=vda", "tls=require",
                $"tls-certificates={files.File("pki")}",
            ]
            : [$"uri={uri}"];

        await Tools.SucceedAsync("nbdcopy", "--connections=4", "--request-size=65536", uri, files.File("nbdcopy"));
        await Tools.SucceedAsync("nbdcopy", "--synchronous", uri, files.File("synchronous"));
        await Tools.SucceedAsync(
            "nbdkit", ["-U", "-", "-r", "nbd", .. plugin, "--run", $"nbdcopy $uri '{files.File("nbdkit")}'"]);
        await Tools.SucceedAsync("qemu-img", ["convert", .. image, "-O", "raw", files.File("qemu")]);
        foreach (var copy in (string[])["nbdcopy", "synchronous", "nbdkit", "qemu"])
            Assert.True(
                (await File.ReadAllBytesAsync(files.File(copy), Token)).AsSpan().SequenceEqual(scene.Disk.Bytes), copy);

        Assert.Equal(
            ["0 1048576 0", "1048576 786432 3", "1835008 262144 2", "2097152 1048576 3", "3145728 512 0"],
            (await Tools.SucceedAsync("nbdinfo", "--map", uri)).Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[..3])));
        var map = await Tools.SucceedAsync("qemu-img", ["map", "--output=json", .. image]);
        Assert.Equal(5, map.Count(letter => letter == '{'));
        await Tools.SucceedAsync("nbdinfo", "--can", "multi-conn", uri);
        await Tools.SucceedAsync("nbdinfo", "--can", "df", uri);
        await Tools.SucceedAsync("nbdinfo", "--is", "read-only", uri);
        Assert.Equal(2, (await Tools.RunAsync("nbdinfo", "--can", "write", uri)).ExitCode);
        Assert.Contains(
            transport == "tls" ? "with TLS" : "without TLS", await Tools.SucceedAsync("nbdinfo", uri),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Qemu_nbd_serves_on_what_it_is_served()
    {
        await using var scene = await ServedScene.StartAsync();

        // It ends with its first client.
        await Tools.SucceedAsync(
            "qemu-nbd", "--fork", "-r", "-f", "raw", "-k", scene.File("relay"), scene.Uri);
        await Tools.SucceedAsync("nbdcopy", $"nbd+unix:///?socket={scene.File("relay")}", scene.File("copy"));

        Assert.Equal(scene.Disk.Bytes, await File.ReadAllBytesAsync(scene.File("copy"), Token));
    }
}
