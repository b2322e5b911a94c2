using System.Globalization;
using LibvirtBackup.Interop.Posix;

namespace LibvirtBackup.Repositories.Locks;

/// <summary>Tells whether the process behind a lock still lives.</summary>
internal static class LockOwner
{
    /// <summary>A lock of another machine that was not renewed for so long is dead.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromHours(1);

    internal static string ThisHost { get; } = ReadHost();

    internal static bool IsStale(LockDocument held, DateTimeOffset now) => IsStale(held, now, now - ReadUptime());

    /// <param name="held">The lock.</param>
    /// <param name="now">The time.</param>
    /// <param name="boot">When this host was started.</param>
    internal static bool IsStale(LockDocument held, DateTimeOffset now, DateTimeOffset boot)
    {
        var isOld = now - held.Refreshed > Patience;
        if (held.Host != ThisHost) return isOld;
        // Of another boot: from before this one; or of a machine that was cloned with its id, and lives.
        if (held.Process.BootId != ProcessIdentity.Current.BootId) return isOld || held.Refreshed < boot;
        // Here, the process says it; unless it is one of another container, which only its age can tell.
        return !held.Process.IsAlive() || (isOld && held.Process.PidNamespace != ProcessIdentity.Current.PidNamespace);
    }

    /// <summary>Time since the host was started, sleep included.</summary>
    private static TimeSpan ReadUptime()
    {
        var text = File.ReadAllText("/proc/uptime");
        return TimeSpan.FromSeconds(double.Parse(text[..text.IndexOf(' ')], CultureInfo.InvariantCulture));
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
