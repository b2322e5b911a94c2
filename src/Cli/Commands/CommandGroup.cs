namespace LibvirtBackup.Cli.Commands;

/// <summary>The heading under which a command is listed.</summary>
internal enum CommandGroup
{
    /// <summary>Restore points: make, find, bring back.</summary>
    RestorePoints,

    /// <summary>Temporary snapshots of running domains.</summary>
    Views,

    /// <summary>Restore points and views served in the background.</summary>
    Exports,

    /// <summary>libvirt's checkpoints, as virsh has them.</summary>
    Checkpoints,

    /// <summary>The dirty bitmaps below them.</summary>
    Bitmaps,

    /// <summary>Snapshots, and jobs that move data between images.</summary>
    Chains,

    /// <summary>libvirt's backup jobs, raw.</summary>
    BackupJobs,

    /// <summary>The program itself.</summary>
    Program,
}
