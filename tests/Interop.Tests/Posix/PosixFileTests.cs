using System.Diagnostics;
using LibvirtBackup.Interop.Posix;
using Microsoft.Win32.SafeHandles;
using Xunit;

namespace LibvirtBackup.Interop.Tests.Posix;

public sealed class PosixFileTests : IDisposable
{
    private const int MiB = 1024 * 1024;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_directory_can_be_flushed_and_a_file_cannot_be_taken_for_one()
    {
        PosixFile.FlushDirectory(_directory.Path);
        string file = _directory.File("file");
        File.WriteAllText(file, "x");
        PosixException e = Assert.Throws<PosixException>(() => PosixFile.FlushDirectory(file));
        Assert.Equal(("open", file), (e.Function, e.Path));
        Assert.Equal(Errno.NoEntry, Assert.Throws<PosixException>(
            () => PosixFile.FlushDirectory(_directory.File("missing"))).Errno);
    }

    [Theory]
    [InlineData(100, 1, false)]
    [InlineData(103, 4, true)]
    [InlineData(105, 1, true)]
    [InlineData(106, 10, false)]
    public void A_lock_of_another_open_file_is_seen_where_it_is(long offset, long length, bool isLocked)
    {
        string file = _directory.File("locked");
        using var holder = new FileStream(file, FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite);
        holder.Lock(101, 5); // the file is empty: locks reach beyond its end
        Assert.Equal(isLocked, PosixFile.IsLocked(file, offset, length));
        Assert.Equal(Errno.NoEntry, Assert.Throws<PosixException>(
            () => PosixFile.IsLocked(_directory.File("missing"), offset, length)).Errno);
    }

    [Fact]
    public void Of_many_that_rename_to_the_same_new_name_one_wins()
    {
        for (int round = 0; round < 50; round++)
        {
            string name = _directory.File($"new{round}");
            bool[] won = new bool[4];
            Parallel.For(0, won.Length, i =>
            {
                string mine = $"{name}.{i}";
                File.WriteAllText(mine, $"{i}");
                won[i] = PosixFile.TryRenameToNew(mine, name);
                Assert.Equal(!won[i], File.Exists(mine));
            });
            Assert.Equal(1, won.Count(w => w));
            Assert.Equal($"{Array.IndexOf(won, true)}", File.ReadAllText(name));
        }

        PosixException e = Assert.Throws<PosixException>(
            () => PosixFile.TryRenameToNew(_directory.File("missing"), _directory.File("other")));
        Assert.Equal((Errno.NoEntry, "link"), (e.Errno, e.Function));
    }

    [Fact]
    public void Data_extents_of_a_sparse_file_are_where_it_was_written()
    {
        using SafeFileHandle file = Create("sparse", 16 * MiB);
        RandomAccess.Write(file, new byte[MiB], 2 * MiB);
        RandomAccess.Write(file, new byte[MiB], 9 * MiB);
        Assert.Equal(
            [new FileExtent(2 * MiB, MiB), new FileExtent(9 * MiB, MiB)],
            PosixFile.GetDataExtents(file, 0, long.MaxValue));
        Assert.Equal(
            [new FileExtent((2 * MiB) + 4096, MiB - 4096), new FileExtent(9 * MiB, 4096)],
            PosixFile.GetDataExtents(file, (2 * MiB) + 4096, (7 * MiB)));
        Assert.Empty(PosixFile.GetDataExtents(file, 11 * MiB, long.MaxValue));
        Assert.Empty(PosixFile.GetDataExtents(file, 100 * MiB, MiB));
    }

    [Fact]
    public void Punching_a_hole_frees_space_and_zeroing_a_range_keeps_it()
    {
        using SafeFileHandle file = Create("file", 0);
        byte[] ones = new byte[4 * MiB];
        Array.Fill(ones, (byte)1);
        RandomAccess.Write(file, ones, 0);
        if (!PosixFile.TryPunchHole(file, MiB, MiB))
            Assert.Skip("The file system of the temporary directory has no holes.");
        Assert.Equal(
            [new FileExtent(0, MiB), new FileExtent(2 * MiB, 2 * MiB)], PosixFile.GetDataExtents(file, 0, 4 * MiB));
        Assert.Equal(4 * MiB, RandomAccess.GetLength(file));
        Array.Clear(ones, MiB, MiB);
        if (PosixFile.TryZeroRange(file, 3 * MiB, MiB))
            Array.Clear(ones, 3 * MiB, MiB);
        byte[] read = new byte[4 * MiB];
        Assert.Equal(read.Length, RandomAccess.Read(file, read, 0));
        Assert.Equal(ones, read);
    }

    [Fact]
    public void A_refused_hole_is_an_error_with_errno()
    {
        using SafeFileHandle file = Create("file", MiB);
        Assert.Equal(Errno.Invalid, Assert.Throws<PosixException>(() => PosixFile.TryPunchHole(file, 0, 0)).Errno);
    }

    [Fact]
    public void Only_a_block_device_has_a_block_device_size()
    {
        Assert.Null(PosixFile.GetBlockDeviceSize(_directory.Path));
        Assert.Null(PosixFile.GetBlockDeviceSize("/dev/null"));
        Assert.Equal(Errno.NoEntry, Assert.Throws<PosixException>(
            () => PosixFile.GetBlockDeviceSize(_directory.File("missing"))).Errno);
    }

    [Fact]
    public void The_size_of_a_loop_device_is_that_of_its_file()
    {
        string path = _directory.File("image");
        Create("image", 3 * MiB).Dispose();
        (int exit, string device) = Run("losetup", "--find", "--show", path);
        if (exit != 0)
            Assert.Skip("No loop device can be had here.");
        try
        {
            Assert.Equal(3 * MiB, PosixFile.GetBlockDeviceSize(device));
        }
        finally
        {
            Run("losetup", "--detach", device);
        }
    }

    [Fact]
    public void The_owner_of_a_file_can_be_changed_and_parts_of_it_left()
    {
        if (Environment.UserName != "root")
            Assert.Skip("Only root may give files away.");
        string path = _directory.File("file");
        File.WriteAllText(path, "x");
        PosixFile.ChangeOwner(path, 1234, 4321);
        PosixFile.ChangeOwner(path, null, 99);
        Assert.Equal("1234:99", Run("stat", "-c", "%u:%g", path).Output);
    }

    [Fact]
    public void A_path_with_a_NUL_is_refused_instead_of_cut_short() =>
        Assert.Throws<ArgumentException>(() => PosixFile.FlushDirectory("/tmp\0/x"));

    private SafeFileHandle Create(string name, long size)
    {
        SafeFileHandle file = File.OpenHandle(
            _directory.File(name), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite);
        RandomAccess.SetLength(file, size);
        return file;
    }

    private static (int Exit, string Output) Run(string program, params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(program, arguments)
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
        string output = process.StandardOutput.ReadToEnd().Trim();
        process.WaitForExit();
        return (process.ExitCode, output);
    }
}
