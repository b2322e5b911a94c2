namespace LibvirtBackup.Integration.Tests.Recovery.Kills;

/// <summary>Who is killed.</summary>
internal enum KillVictim
{
    Lvbackup,
    Libvirtd,
    Qemu,
}
