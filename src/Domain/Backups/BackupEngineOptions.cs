namespace LibvirtBackup.Backups;

/// <summary>How backups are run on this host.</summary>
internal sealed record BackupEngineOptions
{
    /// <summary>
    /// Where locks and intents are kept between runs; default <c>/var/lib/lvbackup</c>, for other users below their
    /// home.
    /// </summary>
    public string StateDirectory { get; init; } = DefaultStateDirectory;

    /// <summary>
    /// The program and arguments of the process that thaws a frozen guest when this one is killed or hangs, such as
    /// <c>/usr/bin/lvbackup thaw-watchdog</c>; it calls <see cref="Freezing.ThawWatchdog"/>. Default none: then a guest
    /// that was frozen when this process is killed stays so until the next backup of the domain.
    /// </summary>
    public IReadOnlyList<string> ThawWatchdog { get; init; } = [];

    /// <summary>Disks copied at the same time; default 2, from 1 to 16.</summary>
    public int ParallelDisks { get; init; } = 2;

    /// <summary>Name and version of the program, for people who read a restore point.</summary>
    public string Program { get; init; } = "LibvirtBackup";

    private static string DefaultStateDirectory =>
        Environment.IsPrivilegedProcess
            ? "/var/lib/lvbackup"
            : Path.Combine(
                Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { Length: > 0 } state
                    ? state
                    : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local/state"),
                "lvbackup");
}
