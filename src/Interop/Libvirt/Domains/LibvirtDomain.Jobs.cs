namespace LibvirtBackup.Interop.Libvirt;

public sealed partial class LibvirtDomain
{
    /// <summary>
    /// Begins a backup (<c>virDomainBackupBegin</c>, since 6.0.0; incremental since 7.6.0 with QEMU 6.1), and with it a
    /// checkpoint at the same point in time. A pull backup runs until <see cref="AbortJobAsync"/>.
    /// </summary>
    /// <remarks>
    /// <para>When it fails the checkpoint may exist all the same: list the checkpoints. When another job holds the
    /// machine it waits 30 s and then fails with <see cref="VirErrorNumber.OperationTimeout"/>. A base checkpoint whose
    /// bitmap is missing or broken gives <see cref="VirErrorNumber.CheckpointInconsistent"/> (since 6.10.0).</para>
    /// <para>A call that was abandoned may still begin the backup: read the job statistics before anything else.</para>
    /// </remarks>
    /// <param name="backupXml">XML with the root element <c>domainbackup</c>.</param>
    /// <param name="checkpointXml">XML with the root element <c>domaincheckpoint</c>, or null for none.</param>
    /// <param name="flags">Such as whether the target or scratch files exist already.</param>
    /// <param name="cancellationToken">Stops waiting; the backup may begin all the same.</param>
    /// <returns>A task that ends when the backup runs; a push backup goes on after that.</returns>
    public Task BeginBackupAsync(
        string backupXml,
        string? checkpointXml = null,
        VirDomainBackupBeginFlags flags = VirDomainBackupBeginFlags.None,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(backupXml);
        return RunAsync(
            () => LibvirtFunctions.virDomainBackupBegin(Handle, backupXml, checkpointXml, flags), cancellationToken);
    }

    /// <summary>The description of the running backup (<c>virDomainBackupGetXMLDesc</c>, since 6.0.0).</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>XML with the root element <c>domainbackup</c>, every default filled in.</returns>
    /// <exception cref="LibvirtException">
    /// <see cref="VirErrorNumber.NoDomainBackup"/> when no backup runs.
    /// </exception>
    public Task<string> GetBackupXmlAsync(CancellationToken cancellationToken = default) =>
        RunAsync(() => LibvirtFunctions.virDomainBackupGetXMLDesc(Handle), cancellationToken);

    /// <summary>Statistics of the running or the last job (<c>virDomainGetJobStats</c>, since 1.0.3).</summary>
    /// <param name="flags">
    /// <c>Completed</c> asks for the last job, and consumes the answer unless <c>KeepCompleted</c> is set too (since
    /// 6.0.0).
    /// </param>
    /// <param name="cancellationToken">Stops waiting; a completed job's statistics may be consumed.</param>
    /// <returns>The statistics; their type is none when there is no job.</returns>
    public Task<DomainJobStats> GetJobStatsAsync(
        VirDomainGetJobStatsFlags flags = VirDomainGetJobStatsFlags.None,
        CancellationToken cancellationToken = default) => RunAsync(
        () =>
        {
            (VirDomainJobType type, TypedParameterList parameters) =
                LibvirtFunctions.virDomainGetJobStats(Handle, flags);
            return new DomainJobStats(type, parameters);
        },
        cancellationToken);

    /// <summary>
    /// Ends the running job (<c>virDomainAbortJob</c>, since 0.7.7). For a pull backup this is how it ends well: the
    /// scratch files and the export go, the new checkpoint stays.
    /// </summary>
    /// <param name="cancellationToken">Stops waiting; the job may end all the same.</param>
    /// <returns>A task that ends when libvirt has been told; the job-completed event tells when it is over.</returns>
    public Task AbortJobAsync(CancellationToken cancellationToken = default) =>
        RunAsync(() => LibvirtFunctions.virDomainAbortJob(Handle), cancellationToken);
}
