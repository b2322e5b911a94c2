using LibvirtBackup.InstantRecovery.Servers;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.Xml;
using LibvirtBackup.State;

namespace LibvirtBackup.InstantRecovery;

/// <summary>
/// Throws domains away that run from the repository: machine, definition, images, server. Every step may be repeated,
/// and what was killed half-way is completed by the next run.
/// </summary>
internal sealed class InstantDiscarder
{
    private readonly InstantRegistry _registry;
    private readonly PointServers _servers;

    /// <summary>Makes it.</summary>
    /// <param name="options">Where what runs is noted.</param>
    /// <param name="time">The clock.</param>
    public InstantDiscarder(InstantRecoveryOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        _registry = new InstantRegistry(new StateDirectory(options.StateDirectory));
        _servers = new PointServers(options, _registry, time);
    }

    /// <summary>Throws a domain away, with all that its guest wrote.</summary>
    /// <param name="connection">The host.</param>
    /// <param name="name">The domain's name or UUID.</param>
    /// <param name="cancellationToken">Gives up; the next run completes it.</param>
    /// <exception cref="BackupException">There is no such domain, or it cannot be removed.</exception>
    public async Task<InstantEnd> DiscardAsync(
        LibvirtConnection connection, string name, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        var domain = _registry.Get(name);
        using var held = _registry.Lock(domain.Uuid, domain.Name);
        var left = await DiscardLockedAsync(connection, domain, cancellationToken).ConfigureAwait(false);
        return new InstantEnd(domain, left is null ? [] : [left]);
    }

    /// <summary>Removes what killed runs have left: domains half made or half thrown away, and tests.</summary>
    /// <returns>What was removed, one line each.</returns>
    internal async Task<IReadOnlyList<string>> ClearLeftOversAsync(
        LibvirtConnection connection, CancellationToken cancellationToken)
    {
        var told = new List<string>();
        var uri = await connection.GetUriAsync(cancellationToken).ConfigureAwait(false);
        foreach (var domain in _registry.List().Where(domain => domain.IsLeftOver && domain.Connection == uri))
        {
            using var held = _registry.TryLock(domain.Uuid);
            // Another process makes it, or throws it away, right now.
            if (held is null || _registry.Find($"{domain.Uuid}") is not { IsLeftOver: true }) continue;
            var left = await DiscardLockedAsync(connection, domain, cancellationToken).ConfigureAwait(false);
            told.Add($"removed domain '{domain.Name}', which an interrupted run had left");
            if (left is not null) told.Add(left);
        }

        return told;
    }

    /// <returns>Null, or what is left to do.</returns>
    internal async Task<string?> DiscardLockedAsync(
        LibvirtConnection connection, InstantDomain domain, CancellationToken cancellationToken)
    {
        _registry.Save(domain with { Phase = InstantPhase.Discarding });
        await RemoveGuestAsync(connection, domain, cancellationToken).ConfigureAwait(false);
        await _servers.EndAsync(domain).ConfigureAwait(false);
        foreach (var file in domain.Disks.Select(disk => disk.Image).Concat(domain.Files)) Delete(file);
        if (domain.MadeDirectory && Directory.Exists(domain.Directory)
            && !Directory.EnumerateFileSystemEntries(domain.Directory).Any())
            Directory.Delete(domain.Directory);
        var left = await InstantUse.TryReleaseAsync(domain).ConfigureAwait(false);
        _registry.Remove(domain);
        return left;
    }

    /// <summary>Throws a domain away that could not be made; why that was so is what counts.</summary>
    internal async Task UndoLockedAsync(LibvirtConnection connection, InstantDomain domain)
    {
        try
        {
            await DiscardLockedAsync(connection, domain, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is LibvirtException or LibvirtConnectionLostException or IOException
            or UnauthorizedAccessException or BackupException)
        {
            // It is noted as half made: the next run removes it. Why it failed first is told.
        }
    }

    /// <summary>Ends the guest and removes its definition, if it is there.</summary>
    internal static async Task RemoveGuestAsync(
        LibvirtConnection connection, InstantDomain domain, CancellationToken cancellationToken)
    {
        using var defined = await FindAsync(connection, domain, cancellationToken).ConfigureAwait(false);
        if (defined is not null) await RemoveAsync(defined, cancellationToken).ConfigureAwait(false);
    }

    /// <returns>
    /// The domain, or null when it is gone: undefined, or replaced by one that uses none of its images.
    /// </returns>
    /// <exception cref="BackupException">Usage: it is another libvirt's; nothing is known of it here.</exception>
    internal static async Task<LibvirtDomain?> FindAsync(
        LibvirtConnection connection, InstantDomain known, CancellationToken cancellationToken)
    {
        var uri = await connection.GetUriAsync(cancellationToken).ConfigureAwait(false);
        if (uri != known.Connection)
            throw new BackupException(
                FailureKind.Usage,
                $"domain '{known.Name}' runs under libvirt at '{known.Connection}', and this is '{uri}'; give "
                + "--connect");
        LibvirtDomain domain;
        try
        {
            domain = await connection.LookupDomainAsync(known.Uuid, cancellationToken).ConfigureAwait(false);
        }
        catch (LibvirtException e) when (e.Code == VirErrorNumber.NoDomain)
        {
            return null;
        }

        try
        {
            var xml = await domain.GetXmlAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
            if (InstantDefinition.IsOf(DomainXml.Parse(xml), known)) return domain;
            domain.Dispose();
            return null;
        }
        catch
        {
            domain.Dispose();
            throw;
        }
    }

    private static async Task RemoveAsync(LibvirtDomain domain, CancellationToken cancellationToken)
    {
        if (await domain.IsActiveAsync(cancellationToken).ConfigureAwait(false))
            await IgnoringAbsence(() => domain.DestroyAsync(cancellationToken: cancellationToken))
                .ConfigureAwait(false);
        await IgnoringAbsence(() => domain.UndefineAsync(
            VirDomainUndefineFlagsValues.ManagedSave | VirDomainUndefineFlagsValues.SnapshotsMetadata
                | VirDomainUndefineFlagsValues.CheckpointsMetadata | VirDomainUndefineFlagsValues.Nvram,
            cancellationToken)).ConfigureAwait(false);
    }

    /// <summary>It may have ended by itself, and a transient one is gone with that.</summary>
    private static async Task IgnoringAbsence(Func<Task> remove)
    {
        try
        {
            await remove().ConfigureAwait(false);
        }
        catch (LibvirtException e) when (e.Code is VirErrorNumber.NoDomain or VirErrorNumber.OperationInvalid)
        {
            // That is what was wanted.
        }
    }

    private static void Delete(string path)
    {
        if (Directory.Exists(Path.GetDirectoryName(path))) File.Delete(path);
    }
}
