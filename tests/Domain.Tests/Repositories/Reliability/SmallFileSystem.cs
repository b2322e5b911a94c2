using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Repositories.Reliability;

/// <summary>A file system of its own that can be filled: ext4 on a loop device, else tmpfs. Needs root.</summary>
internal sealed class SmallFileSystem : IDisposable
{
    private readonly TestDirectory _directory = new();

    private SmallFileSystem() => Path = _directory.File("mount");

    internal string Path { get; }

    internal long FreeBytes => new DriveInfo(Path).AvailableFreeSpace;

    /// <summary>Mounts one, or skips the test with the reason.</summary>
    internal static SmallFileSystem Mount(int mebibytes)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can mount a small file system");
        var made = new SmallFileSystem();
        Directory.CreateDirectory(made.Path);
        var image = made._directory.File("image");
        var size = mebibytes.ToString(CultureInfo.InvariantCulture);
        var isMounted = (Run("truncate", "-s", $"{size}M", image)
                && Run("mkfs.ext4", "-q", "-F", "-m", "0", image)
                && Run("mount", "-o", "loop", image, made.Path))
            || Run("mount", "-t", "tmpfs", "-o", $"size={size}m", "lvb-test", made.Path);
        if (isMounted) return made;
        made._directory.Dispose();
        Assert.Skip("neither a loop device nor a tmpfs can be mounted here");
        return made;
    }

    /// <summary>Writes until there is no room for a single byte, and no inode with one.</summary>
    internal void FillToTheLastByte()
    {
        for (var length = 1 << 20; length > 0; length /= 4)
        {
            try
            {
                while (true)
                {
                    using var file = new FileStream(
                        System.IO.Path.Combine(Path, Guid.NewGuid().ToString("n")), FileMode.CreateNew);
                    file.Write(new byte[length]);
                    file.Flush(flushToDisk: true);
                }
            }
            catch (IOException)
            {
                // Smaller ones may find room yet.
            }
        }
    }

    public void Dispose()
    {
        Assert.True(Run("umount", Path));
        _directory.Dispose();
    }

    private static bool Run(string program, params string[] arguments)
    {
        try
        {
            var start = new ProcessStartInfo(program, arguments)
            {
                UseShellExecute = false,
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            };
            using var process = Process.Start(start)!; // not null without shell execution
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false; // not installed
        }
    }
}
