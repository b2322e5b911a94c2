using LibvirtBackup.Backups;
using LibvirtBackup.InstantRecovery;

namespace LibvirtBackup.Clients;

/// <summary>How the library works on this machine.</summary>
public sealed record BackupClientOptions
{
    /// <summary>
    /// Where locks, and notes of what is under way, are kept between runs; null for that of <c>lvbackup</c>:
    /// <c>$LVBACKUP_STATE</c>, else <c>/var/lib/lvbackup</c>, for other users than root below their home. All programs
    /// that back up the same domains have to share it.
    /// </summary>
    public string? StateDirectory { get; init; }

    /// <summary>
    /// The <c>lvbackup</c> of the same version and its first arguments, such as <c>["/usr/bin/lvbackup"]</c>. It is
    /// started to thaw a frozen guest when this process is killed, and to serve points that policies boot for a test.
    /// Empty: then a guest that was frozen when this process was killed stays so until the next backup of it, and
    /// policies cannot test-restore.
    /// </summary>
    public IReadOnlyList<string> HelperProgram { get; init; } = [];

    /// <summary>Disks copied at the same time; default 2, from 1 to 16.</summary>
    public int ParallelDisks { get; init; } = 2;

    /// <summary>Name and version of the program, for people who read a restore point.</summary>
    public string ProgramName { get; init; } = "LibvirtBackup";

    internal BackupEngineOptions ToEngineOptions()
    {
        if (ParallelDisks is < 1 or > 16)
        {
            throw new BackupException(
                FailureKind.Usage, $"{nameof(ParallelDisks)} is {ParallelDisks}; it must be from 1 to 16");
        }

        var options = new BackupEngineOptions
        {
            ParallelDisks = ParallelDisks,
            Program = ProgramName,
            ThawWatchdog = Helper(HelperCommands.ThawWatchdog),
        };
        var directory = StateDirectory ?? Environment.GetEnvironmentVariable("LVBACKUP_STATE");
        return string.IsNullOrEmpty(directory)
            ? options
            : options with { StateDirectory = Path.GetFullPath(directory) };
    }

    internal InstantRecoveryOptions ToInstantRecoveryOptions() => new()
    {
        StateDirectory = ToEngineOptions().StateDirectory,
        Server = Helper(HelperCommands.PointServer),
        Mounter = Helper(HelperCommands.MountServer),
    };

    private IReadOnlyList<string> Helper(string command) => HelperProgram is [] ? [] : [.. HelperProgram, command];
}
