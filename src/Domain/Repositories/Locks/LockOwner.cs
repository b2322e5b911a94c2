using LibvirtBackup.Interop.Posix;

namespace LibvirtBackup.Repositories.Locks;

/// <summary>Tells whether the process behind a lock still lives.</summary>
internal static class LockOwner
{
    /// <summary>A lock of another machine that was not renewed for so long is dead.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromHours(1);

    internal static string ThisHost { get; } = ReadHost();

    internal static bool IsStale(LockDocument held, DateTimeOffset now)
    {
        var isOld = now - held.Refreshed > Patience;
        if (held.Host != ThisHost) return isOld;
        // Here, the process says it; unless it is one of another container, which only its age can tell.
        return !held.Process.IsAlive() || (isOld && held.Process.PidNamespace != ProcessIdentity.Current.PidNamespace);
    }

    private static string ReadHost()
    {
        try
        {
            var id = File.ReadAllText("/etc/machine-id").Trim();
            return id.Length > 0 ? id : Environment.MachineName;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Environment.MachineName;
        }
    }
}
