using System.Globalization;
using LibvirtBackup.InstantRecovery.Mounts;
using LibvirtBackup.Interop.Posix;

namespace LibvirtBackup.Hosts.Checks;

/// <summary>
/// Whether a user gets through to a directory, by the modes and access control lists of it and of those above it.
/// </summary>
internal static class PathReach
{
    /// <summary>The first directory that somebody cannot pass; null when the way is free.</summary>
    /// <param name="directory">An absolute path that exists.</param>
    /// <param name="userId">Who.</param>
    /// <param name="groupId">The user's group.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="BackupException">It cannot be looked at.</exception>
    internal static async Task<string?> FindObstacleAsync(
        string directory, uint userId, uint groupId, CancellationToken cancellationToken)
    {
        var chain = new List<string>();
        for (var at = Path.GetFullPath(directory); at is not null; at = Path.GetDirectoryName(at)) chain.Insert(0, at);
        foreach (var path in chain)
        {
            var rights = Look(directory, path);
            if (!MayPass(rights, userId, groupId)
                && !await IsListedAsync(path, userId, cancellationToken).ConfigureAwait(false))
                return $"'{path}' has mode {Convert.ToString((int)rights.Mode, 8)}, "
                    + $"owner {Text(rights.UserId)}:{Text(rights.GroupId)}";
        }

        return null;
    }

    private static FileAccessRights Look(string directory, string path)
    {
        try
        {
            return PosixFile.GetAccessRights(path);
        }
        catch (PosixException e)
        {
            throw new BackupException(FailureKind.Failed, $"cannot look at '{directory}': {e.Message}", e);
        }
    }

    /// <summary>The kernel's rule: the first that fits decides, and root passes.</summary>
    private static bool MayPass(FileAccessRights rights, uint userId, uint groupId)
    {
        var needed = rights.UserId == userId ? UnixFileMode.UserExecute
            : rights.GroupId == groupId ? UnixFileMode.GroupExecute
            : UnixFileMode.OtherExecute;
        return userId == 0 || rights.Mode.HasFlag(needed);
    }

    /// <summary>Whether the directory's list lets the user pass, as virt-manager has it for homes.</summary>
    private static async Task<bool> IsListedAsync(string path, uint userId, CancellationToken cancellationToken)
    {
        try
        {
            var (_, output, _) = await HostTool.RunAsync("getfacl", "acl", ["-ncpe", "--", path], cancellationToken)
                .ConfigureAwait(false);
            // "user:64055:--x", a tab, and what the mask leaves of it: "#effective:--x"
            return output.Split('\n').Any(line =>
                line.StartsWith($"user:{Text(userId)}:", StringComparison.Ordinal) && line.EndsWith('x'));
        }
        catch (BackupException)
        {
            return false; // without the program nobody has made such a list
        }
    }

    private static string Text(uint id) => id.ToString(CultureInfo.InvariantCulture);
}
