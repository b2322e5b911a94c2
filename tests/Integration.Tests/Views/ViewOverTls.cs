using LibvirtBackup.Domain.Tests.Exports;
using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Integration.Tests.MainJob;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Views;

/// <summary>A view that the program serves over TCP with certificates, read by nbdcopy.</summary>
internal static class ViewOverTls
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    internal static async Task AssertShowsAsync(
        ViewScene scene, string view, IReadOnlyDictionary<string, string> oracle)
    {
        var (friend, stranger) = (
            Path.Combine(scene.Guest.Directory, "friend"), Path.Combine(scene.Guest.Directory, "stranger"));
        await TestCertificates.MakeAsync(friend);
        await TestCertificates.MakeAsync(stranger);
        var export = await LvbackupProcess.RunAsync(
            scene.Backups, "export-start", "--view", view, "--name", "tls", "--listen", "127.0.0.1:0", "--tls-dir",
            friend);
        var uris = export.GetProperty("uris").EnumerateArray().Select(uri => new Uri(uri.GetString()!)).ToList();
        Assert.Equal(["/vda", "/vdb"], uris.Select(uri => uri.AbsolutePath));
        foreach (var uri in uris)
        {
            // Certificates are of names.
            var place = $"localhost:{uri.Port}{uri.AbsolutePath}";
            var copy = Path.Combine(scene.Guest.Directory, $"{uri.AbsolutePath[1..]}.over-tls");
            _ = (await Tool.RunAsync(
                "nbdcopy", ["--connections=4", $"nbds://{place}?tls-certificates={friend}", copy], Token)).Value;
            var expected = await File.ReadAllBytesAsync(oracle[uri.AbsolutePath[1..]], Token);
            Assert.True((await File.ReadAllBytesAsync(copy, Token)).AsSpan().SequenceEqual(expected), place);
            foreach (var refused in (string[])[$"nbds://{place}?tls-certificates={stranger}", $"nbd://{place}"])
                Assert.NotEqual(0, (await Tool.RunAsync("nbdinfo", ["--size", refused], Token)).ExitCode);
        }

        await LvbackupProcess.RunAsync(scene.Backups, "export-stop", "tls");
    }
}
