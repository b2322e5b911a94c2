namespace LibvirtBackup.Backups;

/// <summary>How backups are run on this host.</summary>
public sealed record BackupEngineOptions
{
    /// <summary>
    /// Where locks and intents are kept between runs; default <c>/var/lib/lvbackup</c>, for other users below their
    /// home.
    /// </summary>
    public string StateDirectory { get; init; } = DefaultStateDirectory;

    /// <summary>
    /// How long the guest agent may take to freeze or thaw; default 30 s, libvirt itself would wait for ever.
    /// </summary>
    public TimeSpan QuiesceTimeout { get; init; } = TimeSpan.FromSeconds(30);

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
