using System.Globalization;
using LibvirtBackup.Hosts.Checks;
using LibvirtBackup.InstantRecovery.Mounts;
using LibvirtBackup.Interop.Posix;

namespace LibvirtBackup.Backups.Jobs;

/// <summary>
/// Directories and files that the user whom QEMU runs as is to write. Root gives them away; other users may not, and
/// share them by access control lists: each may use what the other makes there.
/// </summary>
internal static class QemuShare
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Where there is a list, these are its mask: what it may allow at all. The group itself gets nothing.
    /// </summary>
    private const UnixFileMode Mask = UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    /// <summary>Gives a directory, which was just made, or shares it.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="owner">Whom QEMU runs as.</param>
    /// <param name="option">What another place is given by, for the advice.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="BackupException">QEMU does not get in; the message names the fix.</exception>
    internal static async Task GiveAsync(
        string directory, QemuOwner owner, string option, CancellationToken cancellationToken)
    {
        await RequireReachAsync(directory, owner, option, cancellationToken).ConfigureAwait(false);
        if (Environment.IsPrivilegedProcess)
            PosixFile.ChangeOwner(directory, owner.UserId, owner.GroupId);
        else
            await GrantAsync(directory, owner, option, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Gives a file in such a directory, or shares it; nobody else may use it.</summary>
    internal static void GiveFile(string path, QemuOwner owner)
    {
        File.SetUnixFileMode(path, Environment.IsPrivilegedProcess ? OwnerOnly : OwnerOnly | Mask);
        if (Environment.IsPrivilegedProcess) PosixFile.ChangeOwner(path, owner.UserId, owner.GroupId);
    }

    /// <summary>Takes a directory back with all that is in it, and has it for its owner alone.</summary>
    /// <exception cref="BackupException">It is not given back.</exception>
    internal static async Task TakeBackAsync(string directory, CancellationToken cancellationToken)
    {
        if (Environment.IsPrivilegedProcess)
        {
            PosixFile.ChangeOwner(directory, 0, 0);
            return;
        }

        var (exitCode, error) = await SetAsync(["-R", "-b", "--", directory], cancellationToken).ConfigureAwait(false);
        if (exitCode != 0)
            throw new BackupException(
                FailureKind.Failed,
                $"'{directory}' was written by QEMU and does not come back to user '{Environment.UserName}': {error}; "
                + "run as root");
        File.SetUnixFileMode(directory, OwnerOnly | UnixFileMode.UserExecute);
    }

    private static async Task GrantAsync(
        string directory, QemuOwner owner, string option, CancellationToken cancellationToken)
    {
        var (qemu, me) = (Text(owner.UserId), Environment.UserName);
        var (exitCode, error) = await SetAsync(
            ["-m", $"u:{qemu}:rwx,d:u:{qemu}:rwx,d:u:{me}:rwx", "--", directory], cancellationToken)
            .ConfigureAwait(false);
        if (exitCode != 0)
            throw new BackupException(
                FailureKind.Failed,
                $"directory '{directory}' cannot be shared with QEMU's user {qemu}: {error}; run as root, or give a "
                + $"{option} directory on a file system with access control lists");
    }

    /// <summary>Looks whether the modes of the directories above one let QEMU get to it.</summary>
    /// <exception cref="BackupException">They do not; the message names the fix.</exception>
    internal static async Task RequireReachAsync(
        string directory, QemuOwner owner, string option, CancellationToken cancellationToken)
    {
        var parent = Path.GetDirectoryName(directory)!; // what is QEMU's is below something
        if (await PathReach.FindObstacleAsync(parent, owner.UserId, owner.GroupId, cancellationToken)
            .ConfigureAwait(false) is { } obstacle)
            throw new BackupException(
                FailureKind.Failed,
                $"QEMU, which runs as {owner.UserId}:{owner.GroupId}, cannot get to directory '{parent}': {obstacle}; "
                + $"let it pass there ('chmod o+x'), or give another {option} directory, such as one in /var/tmp");
    }

    private static async Task<(int ExitCode, string Error)> SetAsync(
        string[] arguments, CancellationToken cancellationToken)
    {
        var (exitCode, _, error) = await HostTool.RunAsync(
            "setfacl", "acl, or run as root", arguments, cancellationToken).ConfigureAwait(false);
        return (exitCode, error);
    }

    private static string Text(uint id) => id.ToString(CultureInfo.InvariantCulture);
}
