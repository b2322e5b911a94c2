namespace LibvirtBackup.Integration.Tests.Recovery;

/// <summary>One line that doctor has to print; what is absent is a hyphen.</summary>
internal sealed record ExpectedFinding(string Disk, string Checkpoint, string State, string Repair, string Why)
{
    /// <summary>True when it is a problem, and not only told.</summary>
    internal bool IsProblem => Repair is not ("nothing" or "leave-to-owner");

    /// <summary>The line after the repair.</summary>
    internal ExpectedFinding Repaired => IsProblem ? this with { Repair = $"{Repair}: done" } : this;

    internal static ExpectedFinding Healthy(string disk, string checkpoint) =>
        new(disk, checkpoint, "healthy", "nothing", "incremental backups may start from it");

    internal static ExpectedFinding Foreign(string disk, string name) =>
        new(disk, name, "foreign", "leave-to-owner", "it is not lvbackup's, and is left alone");

    internal static ExpectedFinding OtherRepository(string disk, string name) => new(
        disk, name, "other-repository", "leave-to-owner",
        "it belongs to another repository: give that with --repo, or delete it where that is gone for good");

    internal static ExpectedFinding Orphan(string disk, string name) => new(
        disk, name, "orphan", "remove",
        "no restore point of this domain in the repository belongs to it; it is removed");

    internal static ExpectedFinding Missing(string disk, string checkpoint) => new(
        disk, checkpoint, "bitmap-missing", "forget",
        "libvirt knows it, but the disk has no such bitmap: QEMU died before it was ever stored, or somebody removed "
        + "it; the disk is taken out of the checkpoint");

    internal static ExpectedFinding MetadataLost(string disk, string checkpoint) => new(
        disk, checkpoint, "metadata-lost", "adopt",
        "the bitmap goes on recording, but libvirt has forgotten the checkpoint; libvirt is told of it again");

    internal static ExpectedFinding HalfRemoved(string disk, string checkpoint) => new(
        disk, checkpoint, "half-removed", "remove", "an interrupted run was about to remove it; it is removed");

    /// <summary>One that is removed from its disk, for a reason.</summary>
    internal static ExpectedFinding Broken(string disk, string checkpoint, string state, string why) => new(
        disk, checkpoint, state, "remove", $"{why}; it is removed from this disk, which is read whole the next time");

    internal static ExpectedFinding Inconsistent(string disk, string checkpoint) =>
        Broken(disk, checkpoint, "inconsistent", "QEMU was killed while it recorded: changes are missing in it");

    internal static ExpectedFinding Disabled(string disk, string checkpoint) =>
        Broken(disk, checkpoint, "disabled", "it does not record: changes are missing in it");

    internal static ExpectedFinding WrongGranularity(string disk, string checkpoint) => Broken(
        disk, checkpoint, "wrong-granularity",
        "it is not the bitmap that was made: its granularity is another one");
}
