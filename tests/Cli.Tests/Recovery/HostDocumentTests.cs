using System.Text.Json;
using LibvirtBackup.Cli.Json;
using LibvirtBackup.Cli.Recovery;
using LibvirtBackup.Cli.Tests.Support;
using LibvirtBackup.Hosts.Checks;

namespace LibvirtBackup.Cli.Tests.Recovery;

public sealed class HostDocumentTests
{
    [Fact]
    public void The_document_of_a_host_has_the_fields_that_scripts_use()
    {
        var document = HostDocument.Of(
        [
            HostCheck.Good("connection", "qemu:///system"),
            HostCheck.Warning("tool ssh", "ssh is missing", "install it"),
            HostCheck.Problem("scratch", "QEMU cannot get there", "let it pass"),
        ]);
        Assert.False(document.Ok);
        Golden.Equal(
            "json/doctor-host.json", JsonSerializer.Serialize(document, CliJson.Documents.HostDocument) + "\n");
    }

    [Fact]
    public void Warnings_alone_leave_a_host_good() =>
        Assert.True(HostDocument.Of([HostCheck.Warning("tool ssh", "ssh is missing", "install it")]).Ok);
}
