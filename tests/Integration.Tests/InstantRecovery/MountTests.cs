using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Integration.Tests.MainJob;
using Xunit;

namespace LibvirtBackup.Integration.Tests.InstantRecovery;

/// <summary>Files of points, by nbdfuse and loop devices.</summary>
public sealed class MountTests
{
    private const long Size = 32 * Units.MiB;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Files_of_a_point_are_read_and_unmounting_ends_everything()
    {
        Assert.SkipUnless(File.Exists("/dev/fuse"), "no FUSE on this machine");
        Assert.SkipUnless(File.Exists("/dev/loop-control"), "no loop devices on this machine");
        await using var scene = await StartAsync();
        var point = (await scene.BackUpOnlyAsync()).Point;
        var directory = Path.Combine(scene.Guest.Directory, "files");

        var document = await LvbackupProcess.RunAsync(scene, "mount", point, "--disk", "vda", "--to", directory);
        Assert.Equal(directory, document.GetProperty("mountPoints")[0].GetString());
        Assert.Equal("of the whole disk", await File.ReadAllTextAsync(Path.Combine(directory, "sub", "file"), Token));
        Assert.Throws<IOException>(() => File.WriteAllText(Path.Combine(directory, "new"), ""));
        await UnmountAsync(scene, directory);

        document = await LvbackupProcess.RunAsync(scene, "mount", point, "--disk", "vdb", "--to", directory);
        var part = Path.Combine(directory, "1");
        Assert.Equal(part, document.GetProperty("mountPoints")[0].GetString());
        Assert.Equal("of a partition", await File.ReadAllTextAsync(Path.Combine(part, "sub", "file"), Token));
        await UnmountAsync(scene, part);

        await LvbackupProcess.RunAsync(scene, "mount", point, "--disk", "vda", "--to", directory, "--image");
        Assert.Null(await DiskOracle.CompareRawAsync(
            Path.Combine(scene.Guest.Directory, "vda.raw"), Path.Combine(directory, "vda"), Token));
        await UnmountAsync(scene, directory);
    }

    /// <summary>
    /// libguestfs is too large for the lab. A stand-in for its guestfish takes exactly the line that is documented for
    /// it, reads the disks from our server, and does with debugfs what guestfish does.
    /// </summary>
    [Fact]
    public async Task Guestfish_lists_and_copies_and_without_the_tools_it_says_what_to_install()
    {
        await using var scene = await StartAsync();
        var point = (await scene.BackUpOnlyAsync()).Point;
        var directory = Path.Combine(scene.Guest.Directory, "files");
        var tools = Directory.CreateDirectory(Path.Combine(scene.Guest.Directory, "tools")).FullName;
        var path = $"{tools}:{Environment.GetEnvironmentVariable("PATH")}";
        await WriteStandInAsync(Path.Combine(tools, "guestfish"));

        var list = await RunAsync(scene, path, "ls", $"{point}:/sub");
        Assert.Matches(@"(?m) 17 .* file$", list.Value);
        var copies = Directory.CreateDirectory(Path.Combine(scene.Guest.Directory, "copies")).FullName;
        var copied = await RunAsync(scene, path, "cp", $"{point}:/sub", copies);
        Assert.Equal(Path.Combine(copies, "sub"), copied.Value.Trim());
        Assert.Equal("of the whole disk", await File.ReadAllTextAsync(Path.Combine(copies, "sub", "file"), Token));
        var refused = await RunAsync(scene, path, "ls", $"{point}:/nowhere");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("cannot do it: libguestfs: error: ll: /nowhere", refused.Error, StringComparison.Ordinal);
        AssertNothingLeft(scene);

        await AssertRefusedAsync(
            scene, "cannot run nbdfuse", "install package libnbd-bin",
            "mount", point, "--disk", "vda", "--to", directory);
        Assert.False(Directory.Exists(directory), "the directory that it made is left");
        await AssertRefusedAsync(
            scene, "cannot run guestfish", "install package libguestfs-tools", "ls", $"{point}:/etc");
        AssertNothingLeft(scene);
    }

    private static async Task AssertRefusedAsync(BackupScene scene, string what, string next, params string[] line)
    {
        var result = await RunAsync(scene, "/nowhere", line);
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains(what, result.Error, StringComparison.Ordinal);
        Assert.Contains(next, result.Error, StringComparison.Ordinal);
        Assert.Single(result.Error.Trim().Split('\n'));
    }

    private static Task<ToolResult> RunAsync(BackupScene scene, string path, params string[] line) => Tool.RunAsync(
        "env",
        [
            $"PATH={path}", Path.Combine(AppContext.BaseDirectory, "lvbackup"), .. line,
            "--repo", scene.Repository.Location, "--state-dir", scene.StateDirectory,
        ],
        Token);

    private static async Task WriteStandInAsync(string path)
    {
        await File.WriteAllTextAsync(
            path,
            """
            #!/bin/bash
            # --ro --format=raw -a nbd:///vda?socket=S -a nbd:///vdb?socket=S -i COMMAND PATH [DIRECTORY]
            set -eu
            refuse() { echo "libguestfs: error: $*" >&2; exit 1; }
            [[ "$1 $2 $3 $5 $7" = '--ro --format=raw -a -a -i' ]] || refuse "no such line: $*"
            [[ $4 = 'nbd:///vda?socket='/* && $6 = "nbd:///vdb?${4#*\?}" ]] || refuse "no such disks: $4 $6"
            disk=$(mktemp)
            trap 'rm -f "$disk"' EXIT
            nbdcopy "nbd+unix:///vda?${4#*\?}" "$disk"
            debugfs -R "stat $9" "$disk" 2>/dev/null | grep -q Inode || refuse "$8: $9: No such file or directory"
            case $8 in
                ll) debugfs -R "ls -l $9" "$disk" 2>/dev/null ;;
                copy-out) debugfs -R "rdump $9 ${10}" "$disk" 2>/dev/null ;;
                *) exit 2 ;;
            esac
            """,
            Token);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    /// <summary>A domain that is off; vda is a file system, vdb has one in a partition.</summary>
    private static async Task<BackupScene> StartAsync()
    {
        var guest = await LabGuest.StartPausedAsync(
            await LabHost.ForAsync("bookworm"), Token, new LabDisk(Size), new LabDisk(Size));
        await guest.Host.Virsh.RunAsync(Token, "destroy", guest.Name);
        await GuestDisk.MakeAsync(guest, "vda", "of the whole disk", firstSector: 0, Size, Token);
        await GuestDisk.MakeAsync(guest, "vdb", "of a partition", firstSector: 2048, Size, Token);
        return await BackupScene.OfAsync(guest);
    }

    private static async Task UnmountAsync(BackupScene scene, string place)
    {
        _ = (await Tool.RunAsync("umount", [place], Token)).Value;
        var mounts = Path.Combine(scene.StateDirectory, "mounts");
        while (Directory.EnumerateFileSystemEntries(mounts).Any()) await Task.Delay(50, Token);
        AssertNothingLeft(scene);
    }

    private static void AssertNothingLeft(BackupScene scene)
    {
        var mounts = Path.Combine(scene.StateDirectory, "mounts");
        Assert.Empty(Directory.Exists(mounts) ? Directory.EnumerateFileSystemEntries(mounts) : []);
        var table = File.ReadAllText("/proc/self/mountinfo");
        Assert.DoesNotContain(scene.Guest.Directory, table, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(scene.Repository.Location, "locks")));
    }
}
