using System.Globalization;
using LibvirtBackup.Hosts.Checks;
using LibvirtBackup.InstantRecovery.Mounts;

namespace LibvirtBackup.Backups.Jobs;

/// <summary>
/// Shares a directory of a user who is not root with the user that QEMU runs as: each may use what the other makes
/// there.
/// </summary>
internal static class QemuShare
{
    /// <exception cref="BackupException">It cannot be shared; the message names the fix.</exception>
    internal static async Task GrantAsync(string directory, QemuOwner owner, CancellationToken cancellationToken)
    {
        var qemu = owner.UserId.ToString(CultureInfo.InvariantCulture);
        var me = Environment.UserName;
        var (exitCode, _, error) = await HostTool.RunAsync(
            "setfacl", "acl, or run as root", ["-m", $"u:{qemu}:rwx,d:u:{qemu}:rwx,d:u:{me}:rwx", "--", directory],
            cancellationToken).ConfigureAwait(false);
        if (exitCode != 0)
            throw new BackupException(
                FailureKind.Failed,
                $"scratch directory '{directory}' cannot be shared with QEMU's user {qemu}: {error}; run as root, or "
                + "give a --scratch directory on a file system with access control lists");
    }

    /// <summary>Looks whether the modes of the directories above one let QEMU get to it.</summary>
    /// <exception cref="BackupException">They do not; the message names the fix.</exception>
    internal static async Task RequireReachAsync(
        string directory, QemuOwner owner, CancellationToken cancellationToken)
    {
        var parent = Path.GetDirectoryName(directory)!; // a job is below something
        if (await PathReach.FindObstacleAsync(parent, owner.UserId, owner.GroupId, cancellationToken)
            .ConfigureAwait(false) is { } obstacle)
            throw new BackupException(
                FailureKind.Failed,
                $"QEMU, which runs as {owner.UserId}:{owner.GroupId}, cannot get to scratch directory '{parent}': "
                + $"{obstacle}; let it pass there ('chmod o+x'), or give another --scratch directory, such as "
                + "/var/tmp");
    }
}
