using LibvirtBackup.Hosts.Remote;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Hosts.Remote;

public sealed class RemoteHostTests
{
    [Theory]
    [InlineData("qemu:///system")]
    [InlineData("qemu:///session")]
    [InlineData("qemu:///embed?root=/tmp/lab")]
    [InlineData("qemu+unix:///system?socket=/tmp/lab/libvirt-sock")]
    [InlineData("test:///default")]
    public void A_connection_without_a_host_is_to_this_one(string uri) => Assert.Null(RemoteHost.Of(uri));

    [Theory]
    [InlineData("qemu+ssh://far/system", "Ssh")]
    [InlineData("qemu+libssh2://far/system", "Ssh")]
    [InlineData("qemu+libssh://far/system", "Ssh")]
    [InlineData("qemu+tls://far/system", "Tls")]
    [InlineData("qemu://far/system", "Tls")]
    [InlineData("qemu+tcp://far/system", "Tcp")]
    [InlineData("qemu+ext://far/system?command=/bin/x", "Other")]
    [InlineData("qemu+new://far/system", "Other")]
    [InlineData("qemu+unix://far/system", "Other")]
    public void A_host_is_another_one_also_where_its_transport_is_not_known(string uri, string transport)
    {
        var remote = RemoteHost.Of(uri)!;
        Assert.Equal(("far", transport), (remote.Host, $"{remote.Transport}"));
    }

    [Theory]
    [InlineData("qemu+ext:///system?command=/usr/bin/tunnel")]
    [InlineData("qemu+ssh:///system")]
    [InlineData("qemu+ssh://:/system")]
    public void In_doubt_it_is_another_one(string uri) => Assert.NotNull(RemoteHost.Of(uri));

    [Fact]
    public void The_local_host_by_its_name_is_another_one_too() =>
        Assert.NotNull(RemoteHost.Of("qemu+ssh://localhost/system"));

    [Fact]
    public void What_ssh_needs_is_read_from_the_URI()
    {
        var remote = RemoteHost.Of(
            "qemu+ssh://root@[fe80::1]:2222/system?keyfile=/k%20ey&command=/usr/local/bin/ssh")!;
        Assert.Equal(
            ("root", "fe80::1", 2222, "/k ey", "/usr/local/bin/ssh"),
            (remote.User, remote.Host, remote.Port, remote.SshKeyFile, remote.SshProgram));
        Assert.Equal("qemu+ssh://root@[fe80::1]:2222/system", remote.Uri);
    }
}
