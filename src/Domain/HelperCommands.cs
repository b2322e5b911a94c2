namespace LibvirtBackup;

/// <summary>Commands of <c>lvbackup</c> that the library starts as processes of their own.</summary>
internal static class HelperCommands
{
    /// <summary>Thaws a guest whose backup was killed.</summary>
    internal const string ThawWatchdog = "thaw-watchdog";

    /// <summary>Serves a restore point to the domain that runs from it.</summary>
    internal const string PointServer = "point-server";

    /// <summary>Serves what is mounted.</summary>
    internal const string MountServer = "mount-server";
}
