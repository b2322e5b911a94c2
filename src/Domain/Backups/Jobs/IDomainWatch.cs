namespace LibvirtBackup.Backups.Jobs;

/// <summary>
/// What others do to a domain meanwhile. libvirt refuses them little while a backup runs: other disks' block jobs,
/// plugging, definitions and checkpoints are free to change.
/// </summary>
internal interface IDomainWatch : IAsyncDisposable
{
    /// <summary>What has happened since the watch began, in words.</summary>
    IReadOnlyList<string> Changes { get; }
}
