namespace LibvirtBackup.Backups.Jobs;

/// <summary>The backup jobs of one domain, and its start and stop for the sake of one.</summary>
internal interface IBackupJobs
{
    /// <summary>What kind of job holds the domain, in libvirt's words; null when none does.</summary>
    Task<string?> FindAsync(CancellationToken cancellationToken);

    /// <summary>
    /// The NBD socket of the running backup job, or the first file or device that it writes (push mode): empty for
    /// another kind of server, null without a job.
    /// </summary>
    Task<string?> GetSocketAsync(CancellationToken cancellationToken);

    /// <summary>Whom a job's directory has to belong to; null for ourselves.</summary>
    Task<QemuOwner?> GetOwnerAsync(CancellationToken cancellationToken);

    /// <summary>Begins a job and makes a checkpoint of the same instant; never cancelled half-way.</summary>
    /// <param name="backupXml">The job.</param>
    /// <param name="checkpointXml">The checkpoint, or null. A failure may have made it all the same.</param>
    Task BeginAsync(string backupXml, string? checkpointXml);

    /// <summary>Stops an NBD server that is in the way of a job, and is nobody's any more.</summary>
    /// <returns>Whose it was, in words; null when it may be somebody's, and runs on.</returns>
    Task<string?> TryStopNbdServerAsync();

    /// <summary>
    /// The first of some disks that QEMU does not keep at the job's instant any more, whatever libvirt still says of
    /// the job; null when it keeps all of them.
    /// </summary>
    /// <param name="disks">Names.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<string?> FindUnprotectedAsync(IReadOnlyList<string> disks, CancellationToken cancellationToken);

    /// <summary>Ends the running job, if any, and waits until libvirt has removed its scratch images.</summary>
    Task EndAsync(CancellationToken cancellationToken);

    /// <summary>Whether the next start goes on with saved memory, and so uses it up.</summary>
    Task<bool> HasSavedMemoryAsync(CancellationToken cancellationToken);

    /// <summary>Starts the domain, which is shut off, without letting its guest run.</summary>
    Task StartPausedAsync();

    /// <summary>Stops the domain again, unless its guest has ever run: then it is somebody else's.</summary>
    /// <returns>Whether it was stopped.</returns>
    Task<bool> TryStopPausedAsync(CancellationToken cancellationToken);
}
