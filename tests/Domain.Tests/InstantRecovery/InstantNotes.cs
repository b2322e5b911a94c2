using LibvirtBackup.InstantRecovery;

namespace LibvirtBackup.Domain.Tests.InstantRecovery;

/// <summary>Notes about domains, for tests.</summary>
internal static class InstantNotes
{
    internal static InstantDomain Make(string name) => new()
    {
        Name = name,
        Uuid = Guid.NewGuid(),
        Phase = InstantPhase.Running,
        Point = "20260101T000001Z-000000",
        Repository = "/repo",
        Connection = "qemu:///system",
        Directory = "/i",
        MadeDirectory = false,
        Socket = "/i/lvbackup.nbd",
        Disks = [],
        Files = [],
        Since = DateTimeOffset.UnixEpoch,
    };
}
