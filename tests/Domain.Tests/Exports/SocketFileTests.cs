using System.Net.Sockets;
using LibvirtBackup.Domain.Tests.Restores;
using LibvirtBackup.Interop.Nbd;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Exports;

/// <summary>Whose the path of a server's socket is.</summary>
public sealed class SocketFileTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_killed_server_has_left_is_replaced()
    {
        using var files = new RestoreScene();
        LeaveSocket(files.File("s"));
        await File.WriteAllTextAsync(files.File("s.lock"), "", Token);

        await using (var scene = await ServeAsync(files.File("s")))
        {
            await using var connection = await NbdConnection.ConnectAsync(
                new NbdEndpoint.UnixSocket(files.File("s"), "vda"), new NbdConnectionOptions(), Token);
            Assert.True(File.Exists(files.File("s.lock")));
        }

        Assert.False(File.Exists(files.File("s")));
        Assert.False(File.Exists(files.File("s.lock")));
    }

    [Fact]
    public async Task A_dead_socket_that_may_be_anybodys_stays_and_the_message_says_what_to_do()
    {
        using var files = new RestoreScene();
        LeaveSocket(files.File("s"));

        var refusal = await Assert.ThrowsAsync<BackupException>(() => ServeAsync(files.File("s")));

        Assert.Contains("remove it", refusal.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(files.File("s")));
        Assert.False(File.Exists(files.File("s.lock")));
    }

    [Fact]
    public async Task Neither_a_file_nor_a_socket_that_is_listened_on_is_replaced_even_with_a_lock_beside()
    {
        using var files = new RestoreScene();
        foreach (var name in (string[])["file", "socket"])
            await File.WriteAllTextAsync(files.File($"{name}.lock"), "", Token);
        await File.WriteAllTextAsync(files.File("file"), "precious", Token);
        using var other = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        other.Bind(new UnixDomainSocketEndPoint(files.File("socket")));
        other.Listen();

        await Assert.ThrowsAsync<BackupException>(() => ServeAsync(files.File("file")));
        await Assert.ThrowsAsync<BackupException>(() => ServeAsync(files.File("socket")));

        Assert.Equal("precious", await File.ReadAllTextAsync(files.File("file"), Token));
        Assert.True(File.Exists(files.File("socket")));
    }

    [Fact]
    public async Task Of_two_servers_one_gets_the_path()
    {
        using var files = new RestoreScene();
        await using var first = await ServeAsync(files.File("s"));

        var refusal = await Assert.ThrowsAsync<BackupException>(() => ServeAsync(files.File("s")));

        Assert.Contains("another lvbackup", refusal.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(files.File("s")));
    }

    private static Task<ServedScene> ServeAsync(string path) =>
        ServedScene.StartAsync(options => options with { Address = new UnixDomainSocketEndPoint(path) });

    /// <summary>A socket that nobody listens on.</summary>
    private static void LeaveSocket(string path)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint($"{path}-"));
        File.Move($"{path}-", path); // disposing removes it by its first name
    }
}
