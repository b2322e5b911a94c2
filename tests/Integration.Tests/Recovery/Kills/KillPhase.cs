namespace LibvirtBackup.Integration.Tests.Recovery.Kills;

/// <summary>How far a backup is.</summary>
internal enum KillPhase
{
    /// <summary>It looks and plans; nothing is begun.</summary>
    Begin,

    /// <summary>libvirt is asked to begin the job and make the checkpoint.</summary>
    Checkpoint,

    /// <summary>The disks are read.</summary>
    Copy,

    /// <summary>The disks are read, the point does not exist yet.</summary>
    Commit,

    /// <summary>The point exists; the job is ended and old checkpoints are dropped.</summary>
    CleanUp,
}
