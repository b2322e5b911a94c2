using System.Globalization;
using LibvirtBackup.InstantRecovery.Mounts;

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
        var (exitCode, output, error) = await HostTool.RunAsync(
            "stat", "coreutils", ["-L", "-c", "%u %g %a", "--", .. chain], cancellationToken).ConfigureAwait(false);
        if (exitCode != 0) throw new BackupException(FailureKind.Failed, $"cannot look at '{directory}': {error}");
        foreach (var (path, line) in chain.Zip(output.Split('\n')))
        {
            var parts = line.Split(' ');
            var mode = Convert.ToInt32(parts[2], 8);
            if (!MayPass(mode, parts[0] == Text(userId), parts[1] == Text(groupId), userId)
                && !await IsListedAsync(path, userId, cancellationToken).ConfigureAwait(false))
                return $"'{path}' has mode {parts[2]}, owner {parts[0]}:{parts[1]}";
        }

        return null;
    }

    /// <summary>The kernel's rule: the first that fits decides, and root passes.</summary>
    private static bool MayPass(int mode, bool isOwner, bool isGroup, uint userId) =>
        userId == 0 || ((mode >> (isOwner ? 6 : isGroup ? 3 : 0)) & 1) != 0;

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
