using System.CommandLine;

namespace LibvirtBackup.Cli.Snapshots;

/// <summary>Options of several snapshot commands.</summary>
internal static class SnapshotOptions
{
    internal static Option<string[]> DiskSpec() => new("--diskspec")
    {
        Description = "a disk, and its new image; may be given several times; disks not named are left out once one is",
        HelpName = "disk[,file=path]",
    };
}
