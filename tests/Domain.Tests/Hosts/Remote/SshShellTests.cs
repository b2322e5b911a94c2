using LibvirtBackup.Backups.Jobs;
using LibvirtBackup.Hosts.Remote;
using LibvirtBackup.Interop.Posix;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Hosts.Remote;

/// <summary>With a program for ssh that runs the last word of its line by this host's shell.</summary>
public sealed class SshShellTests : IDisposable
{
    private readonly TestDirectory _directory = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Files_are_told_apart_as_on_their_own_host()
    {
        string[] names = ["plain", "it's \"odd\" $(touch x) \\ ü", "-n"];
        var paths = names.Select(name => Path.Combine(_directory.Path, name)).ToList();
        foreach (var path in paths) await File.WriteAllTextAsync(path, "", Token);
        var found = await new SshShell(Host("for last; do :; done; eval \"$last\""))
            .IdentifyAsync([.. paths, "/nowhere/at all"], Token);
        Assert.Equal(paths, found.Select(file => file.Path));
        Assert.All(found, file => Assert.Equal(PosixFile.GetIdentity(file.Path), file.Identity));
    }

    [Fact]
    public async Task A_shell_that_prints_something_by_itself_is_not_believed()
    {
        var shell = new SshShell(Host("echo welcome; for last; do :; done; eval \"$last\""));
        var e = await Assert.ThrowsAsync<BackupException>(() => shell.IdentifyAsync(["/etc/passwd"], Token));
        Assert.Contains("does its shell print something", e.Message);
    }

    [Fact]
    public async Task What_ssh_says_is_told_with_the_command_to_try()
    {
        var shell = new SshShell(Host("echo 'Permission denied (publickey).' >&2; exit 255"));
        var e = await Assert.ThrowsAsync<BackupException>(() => shell.IdentifyAsync(["/etc/passwd"], Token));
        Assert.Equal(
            "cannot run a command on 'far' by ssh: Permission denied (publickey).; 'ssh -o BatchMode=yes root@far "
            + "true' has to work without questions",
            e.Message);
    }

    [Fact]
    public async Task It_asks_nothing_and_names_the_host_last()
    {
        var seen = Path.Combine(_directory.Path, "seen");
        var shell = new SshShell(Host($"for word; do echo \"$word\"; done >'{seen}'; echo -"));
        await shell.IdentifyAsync(["/x"], Token);
        var words = await File.ReadAllLinesAsync(seen, Token);
        Assert.Contains("BatchMode=yes", words);
        Assert.Equal(["--", "far"], words[^3..^1]);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/srv")]
    [InlineData("/lvb-1")]
    [InlineData("lvb-1")]
    [InlineData("/srv/lvb-1/..")]
    public async Task Only_directories_of_jobs_are_removed(string path)
    {
        var shell = new SshShell(Host("exit 0"));
        await Assert.ThrowsAsync<ArgumentException>(() => shell.RemoveAsync(path, Token));
    }

    [Fact]
    public async Task A_place_is_made_with_its_parents_measured_and_cleared()
    {
        var parent = Path.Combine(_directory.Path, "a", "b");
        var remote = Host("for last; do :; done; eval \"$last\"");
        var place = new SshJobPlace(remote, parent, Path.Combine(_directory.Path, "tunnels"));
        await using (place)
        {
            await place.PrepareAsync(owner: null, Token);
            Assert.Equal(parent, Path.GetDirectoryName(place.Name));
            Assert.True(Directory.Exists(place.Name));
            var (free, total) = place.Measure()!.Value;
            Assert.InRange(free, 1, total);
        }

        Assert.Empty(Directory.GetDirectories(Path.Combine(_directory.Path, "tunnels")));
        await new SshShell(remote).RemoveAsync(place.Name, Token);
        Assert.False(Directory.Exists(place.Name));
    }

    [Fact]
    public async Task A_place_that_cannot_be_made_says_why()
    {
        var file = Path.Combine(_directory.Path, "file");
        await File.WriteAllTextAsync(file, "", Token);
        await using var place = new SshJobPlace(
            Host("for last; do :; done; eval \"$last\""), $"{file}/below", Path.Combine(_directory.Path, "tunnels"));
        var e = await Assert.ThrowsAsync<BackupException>(() => place.PrepareAsync(owner: null, Token));
        Assert.Contains("cannot make scratch directory", e.Message);
        Assert.Contains("Not a directory", e.Message);
    }

    private RemoteHost Host(string script)
    {
        var program = Path.Combine(_directory.Path, "ssh");
        File.WriteAllText(program, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return RemoteHost.Of($"qemu+ssh://root@far/system?command={Uri.EscapeDataString(program)}")!;
    }
}
