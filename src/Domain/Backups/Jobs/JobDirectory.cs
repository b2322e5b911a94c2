using System.Security.Cryptography;
using LibvirtBackup.Interop.Posix;
using LibvirtBackup.State;

namespace LibvirtBackup.Backups.Jobs;

/// <summary>
/// A directory of one job: QEMU makes its NBD socket and scratch images here, so it belongs to the user that QEMU runs
/// as.
/// </summary>
internal static class JobDirectory
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private const UnixFileMode Passable =
        OwnerOnly | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>A name of its own, short because socket paths end at 107 bytes.</summary>
    internal static string NewPath(string parent) =>
        Path.Combine(Path.GetFullPath(parent), $"lvb-{RandomNumberGenerator.GetHexString(8, lowercase: true)}");

    internal static string SocketOf(string directory) => Path.Combine(directory, "nbd.sock");

    /// <summary>Where the socket of a directory of another host is here.</summary>
    internal static string TunnelOf(string tunnels, string directory) =>
        Path.Combine(Path.GetFullPath(tunnels), Path.GetFileName(directory));

    internal static string ScratchOf(string directory, string disk) => Path.Combine(directory, $"{disk}.scratch");

    /// <exception cref="BackupException">It cannot be made, or its path is too long for a socket.</exception>
    internal static void Create(string directory, QemuOwner? owner)
    {
        const int longestSocketPath = 107;
        if (SocketOf(directory).Length > longestSocketPath)
            throw new BackupException(
                FailureKind.Usage, $"'{directory}' is too long a path for a socket; give a shorter --scratch "
                    + "directory");
        try
        {
            var parent = Path.GetDirectoryName(directory)!;
            if (!Directory.Exists(parent))
            {
                DurableFile.CreateDirectory(parent);
                File.SetUnixFileMode(parent, Passable);
            }

            Directory.CreateDirectory(directory, OwnerOnly);
            if (owner is not null) PosixFile.ChangeOwner(directory, owner.UserId, owner.GroupId);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BackupException(
                FailureKind.Failed, $"cannot make scratch directory '{directory}': {e.Message}; give another "
                    + "--scratch directory", e);
        }
    }

    /// <summary>Removes the directory with what QEMU left in it; an absent one is not an error.</summary>
    internal static void Remove(string directory)
    {
        if (Directory.Exists(directory)) Directory.Delete(directory, recursive: true);
    }
}
