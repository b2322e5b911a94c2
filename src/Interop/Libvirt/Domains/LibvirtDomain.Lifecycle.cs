namespace LibvirtBackup.Interop.Libvirt;

public sealed partial class LibvirtDomain
{
    /// <summary>Starts a defined machine (<c>virDomainCreateWithFlags</c>, since 0.8.2).</summary>
    /// <param name="flags">Such as <see cref="VirDomainCreateFlags.StartPaused"/>: no guest code runs.</param>
    /// <param name="cancellationToken">Stops waiting; the machine may start all the same.</param>
    /// <returns>A task that ends when it has started.</returns>
    public Task StartAsync(
        VirDomainCreateFlags flags = VirDomainCreateFlags.None, CancellationToken cancellationToken = default) =>
        RunAsync(() => LibvirtFunctions.virDomainCreateWithFlags(Handle, flags), cancellationToken);

    /// <summary>
    /// Ends the machine at once, as pulling the plug does (<c>virDomainDestroyFlags</c>, since 0.9.4). QEMU closes its
    /// images cleanly when it still answers, so bitmaps survive.
    /// </summary>
    /// <param name="flags">With <c>Graceful</c> it fails instead of killing a QEMU that does not end.</param>
    /// <param name="cancellationToken">Stops waiting; the machine may end all the same.</param>
    /// <returns>A task that ends when the machine has ended.</returns>
    public Task DestroyAsync(
        VirDomainDestroyFlagsValues flags = VirDomainDestroyFlagsValues.Default,
        CancellationToken cancellationToken = default) =>
        RunAsync(() => LibvirtFunctions.virDomainDestroyFlags(Handle, flags), cancellationToken);

    /// <summary>
    /// Asks the guest to shut down (<c>virDomainShutdownFlags</c>, since 0.9.10); it may ignore that. Wait for the
    /// lifecycle event.
    /// </summary>
    /// <param name="flags">How to ask.</param>
    /// <param name="cancellationToken">Stops waiting; the guest may have been asked.</param>
    /// <returns>A task that ends when the guest has been asked.</returns>
    public Task ShutdownAsync(
        VirDomainShutdownFlagValues flags = VirDomainShutdownFlagValues.Default,
        CancellationToken cancellationToken = default) =>
        RunAsync(() => LibvirtFunctions.virDomainShutdownFlags(Handle, flags), cancellationToken);

    /// <summary>Asks the guest to reboot (<c>virDomainReboot</c>).</summary>
    /// <param name="flags">How to ask.</param>
    /// <param name="cancellationToken">Stops waiting; the guest may have been asked.</param>
    /// <returns>A task that ends when the guest has been asked.</returns>
    public Task RebootAsync(
        VirDomainRebootFlagValues flags = VirDomainRebootFlagValues.Default,
        CancellationToken cancellationToken = default) =>
        RunAsync(() => LibvirtFunctions.virDomainReboot(Handle, flags), cancellationToken);

    /// <summary>Resets the machine as its reset button does (<c>virDomainReset</c>, since 0.9.7).</summary>
    /// <param name="cancellationToken">Stops waiting; the machine may be reset all the same.</param>
    /// <returns>A task that ends when it has been reset.</returns>
    public Task ResetAsync(CancellationToken cancellationToken = default) =>
        RunAsync(() => LibvirtFunctions.virDomainReset(Handle), cancellationToken);

    /// <summary>Pauses the guest (<c>virDomainSuspend</c>).</summary>
    /// <param name="cancellationToken">Stops waiting; the guest may be paused all the same.</param>
    /// <returns>A task that ends when it is paused.</returns>
    public Task SuspendAsync(CancellationToken cancellationToken = default) =>
        RunAsync(() => LibvirtFunctions.virDomainSuspend(Handle), cancellationToken);

    /// <summary>Lets a paused guest go on (<c>virDomainResume</c>).</summary>
    /// <param name="cancellationToken">Stops waiting; the guest may go on all the same.</param>
    /// <returns>A task that ends when it runs.</returns>
    public Task ResumeAsync(CancellationToken cancellationToken = default) =>
        RunAsync(() => LibvirtFunctions.virDomainResume(Handle), cancellationToken);

    /// <summary>
    /// Whether the next start goes on with saved memory (<c>virDomainHasManagedSaveImage</c>, since 0.8.0).
    /// </summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>True when the machine was saved and not started since.</returns>
    public Task<bool> HasManagedSaveAsync(CancellationToken cancellationToken = default) =>
        RunAsync(() => LibvirtFunctions.virDomainHasManagedSaveImage(Handle), cancellationToken);

    /// <summary>
    /// Removes the definition (<c>virDomainUndefineFlags</c>, since 0.9.4); a running machine becomes transient and
    /// loses the metadata of its checkpoints, not their bitmaps.
    /// </summary>
    /// <param name="flags">
    /// What else to remove. Without <see cref="VirDomainUndefineFlagsValues.CheckpointsMetadata"/> (since 5.6.0) a
    /// machine that is off and has checkpoints is refused with <see cref="VirErrorNumber.OperationInvalid"/>.
    /// </param>
    /// <param name="cancellationToken">Stops waiting; the definition may be removed all the same.</param>
    /// <returns>A task that ends when it is removed.</returns>
    public Task UndefineAsync(
        VirDomainUndefineFlagsValues flags = VirDomainUndefineFlagsValues.None,
        CancellationToken cancellationToken = default) =>
        RunAsync(() => LibvirtFunctions.virDomainUndefineFlags(Handle, flags), cancellationToken);

    /// <summary>
    /// Renames a machine that is off (<c>virDomainRename</c>, since 1.2.19). Look it up again afterwards.
    /// </summary>
    /// <remarks>
    /// libvirt (seen in 9.0 and 11.3) then saves the metadata of checkpoints in the wrong directory: they are gone
    /// after the next start of the daemon and must be redefined.
    /// </remarks>
    /// <param name="name">The new name.</param>
    /// <param name="cancellationToken">Stops waiting; the machine may be renamed all the same.</param>
    /// <returns>A task that ends when it is renamed.</returns>
    public Task RenameAsync(string name, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        return RunAsync(() => LibvirtFunctions.virDomainRename(Handle, name), cancellationToken);
    }
}
