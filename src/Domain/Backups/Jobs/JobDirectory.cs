using System.Security.Cryptography;
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

    /// <summary>Makes one that QEMU uses.</summary>
    /// <param name="directory">Its path.</param>
    /// <param name="owner">Whom QEMU runs as; null for this user.</param>
    /// <param name="option">What another place is given by, for the advice.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="BackupException">It cannot be made, or QEMU does not get in.</exception>
    internal static async Task CreateAsync(
        string directory, QemuOwner? owner, string option, CancellationToken cancellationToken)
    {
        Create(directory, option);
        if (owner is not null)
            await QemuShare.GiveAsync(directory, owner, option, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes one of our own.</summary>
    /// <exception cref="BackupException">It cannot be made, or its path is too long for a socket.</exception>
    internal static void Create(string directory, string option = "--scratch")
    {
        const int longestSocketPath = 107;
        if (SocketOf(directory).Length > longestSocketPath)
            throw new BackupException(
                FailureKind.Usage, $"'{directory}' is too long a path for a socket; give a shorter {option} "
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
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BackupException(
                FailureKind.Failed, $"cannot make directory '{directory}': {e.Message}; give another {option} "
                    + "directory", e);
        }
    }

    /// <summary>Removes the directory with what QEMU left in it; an absent one is not an error.</summary>
    internal static void Remove(string directory)
    {
        if (Directory.Exists(directory)) Directory.Delete(directory, recursive: true);
    }
}
