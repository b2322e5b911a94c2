using LibvirtBackup.Bitmaps;
using LibvirtBackup.Hosts;
using LibvirtBackup.Interop.Libvirt;

namespace LibvirtBackup.Checkpoints;

/// <summary>
/// The checkpoints of a host's domains, whoever made them. A domain is named by name, UUID or id. Every method throws
/// <see cref="BackupException"/> when the domain or the checkpoint does not exist, and <see cref="LibvirtException"/>
/// when libvirt refuses for another reason; cancelling ends the wait, what libvirt has begun goes on.
/// </summary>
/// <param name="connection">The host.</param>
public sealed class CheckpointService(LibvirtConnection connection)
{
    /// <summary>Lists checkpoints.</summary>
    /// <param name="domain">The domain.</param>
    /// <param name="filter">
    /// Which, and in which order; by name means without regard to letter case, as virsh sorts.
    /// </param>
    /// <param name="withDirtyBytes">
    /// True to ask for the changed bytes as well: slower, and null where they cannot be known.
    /// </param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<CheckpointSummary>> ListAsync(
        string domain, CheckpointFilter filter, bool withDirtyBytes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        using var machine = await FindDomainAsync(domain, cancellationToken).ConfigureAwait(false);
        var checkpoints = await FindAllAsync(machine, filter, cancellationToken).ConfigureAwait(false);
        try
        {
            var summaries = await CheckpointReader.ReadAllAsync(checkpoints, cancellationToken).ConfigureAwait(false);
            if (withDirtyBytes && await machine.IsActiveAsync(cancellationToken).ConfigureAwait(false))
                summaries = await CountAsync(machine, summaries, cancellationToken).ConfigureAwait(false);
            return filter.Topological
                ? summaries
                : [.. summaries.OrderBy(c => c.Name, StringComparer.OrdinalIgnoreCase)];
        }
        finally
        {
            foreach (var checkpoint in checkpoints)
                checkpoint.Dispose();
        }
    }

    /// <summary>A checkpoint's place among the others.</summary>
    /// <param name="domain">The domain.</param>
    /// <param name="checkpoint">The checkpoint's name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<CheckpointInfo> GetInfoAsync(
        string domain, string checkpoint, CancellationToken cancellationToken)
    {
        using var machine = await FindDomainAsync(domain, cancellationToken).ConfigureAwait(false);
        using var found = await FindAsync(machine, checkpoint, cancellationToken).ConfigureAwait(false);
        using var parent = await found.GetParentAsync(cancellationToken).ConfigureAwait(false);
        return new CheckpointInfo(
            found.Name,
            machine.Name,
            parent?.Name,
            await CountAsync(found, VirDomainCheckpointListFlags.None, cancellationToken).ConfigureAwait(false),
            await CountAsync(found, VirDomainCheckpointListFlags.Descendants, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>The name of the checkpoint before a checkpoint, or null for the first.</summary>
    /// <param name="domain">The domain.</param>
    /// <param name="checkpoint">The checkpoint's name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<string?> GetParentAsync(string domain, string checkpoint, CancellationToken cancellationToken)
    {
        using var machine = await FindDomainAsync(domain, cancellationToken).ConfigureAwait(false);
        using var found = await FindAsync(machine, checkpoint, cancellationToken).ConfigureAwait(false);
        using var parent = await found.GetParentAsync(cancellationToken).ConfigureAwait(false);
        return parent?.Name;
    }

    /// <summary>A checkpoint's <c>&lt;domaincheckpoint&gt;</c> document, as libvirt writes it.</summary>
    /// <param name="domain">The domain.</param>
    /// <param name="checkpoint">The checkpoint's name.</param>
    /// <param name="parts">What it should contain.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<string> GetXmlAsync(
        string domain, string checkpoint, CheckpointXmlParts parts, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(parts);
        using var machine = await FindDomainAsync(domain, cancellationToken).ConfigureAwait(false);
        using var found = await FindAsync(machine, checkpoint, cancellationToken).ConfigureAwait(false);
        var xml = await found.GetXmlAsync(CheckpointFlags.Of(parts), cancellationToken).ConfigureAwait(false);
        return parts.Size
            ? await SizedCheckpointXml.AddAsync(machine, checkpoint, xml, cancellationToken).ConfigureAwait(false)
            : xml;
    }

    /// <summary>Makes a checkpoint, or tells libvirt of one that the disks already have.</summary>
    /// <param name="domain">The domain; it has to run, but for a plain redefinition.</param>
    /// <param name="xml">The <c>&lt;domaincheckpoint&gt;</c> document.</param>
    /// <param name="creation">How.</param>
    /// <param name="cancellationToken">Gives up; the checkpoint may be made all the same.</param>
    /// <returns>The checkpoint's name.</returns>
    public async Task<string> CreateAsync(
        string domain, string xml, CheckpointCreation creation, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(creation);
        using var machine = await FindDomainAsync(domain, cancellationToken).ConfigureAwait(false);
        try
        {
            using var created = await machine
                .CreateCheckpointAsync(xml, CheckpointFlags.Of(creation), cancellationToken)
                .ConfigureAwait(false);
            return created.Name;
        }
        catch (LibvirtException e)
        {
            throw CheckpointRefusals.OfCreation(e, machine.Name, creation);
        }
    }

    /// <summary>Deletes a checkpoint, those that follow it, or both.</summary>
    /// <param name="domain">The domain; it has to run, unless only libvirt's description goes.</param>
    /// <param name="checkpoint">The checkpoint's name.</param>
    /// <param name="deletion">What goes.</param>
    /// <param name="cancellationToken">Gives up; it may be deleted all the same.</param>
    public async Task DeleteAsync(
        string domain, string checkpoint, CheckpointDeletion deletion, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(deletion);
        using var machine = await FindDomainAsync(domain, cancellationToken).ConfigureAwait(false);
        using var found = await FindAsync(machine, checkpoint, cancellationToken).ConfigureAwait(false);
        try
        {
            await found.DeleteAsync(CheckpointFlags.Of(deletion), cancellationToken).ConfigureAwait(false);
        }
        catch (LibvirtException e)
        {
            throw CheckpointRefusals.OfDeletion(e, machine.Name, checkpoint, deletion);
        }
    }

    private static async Task<IReadOnlyList<CheckpointSummary>> CountAsync(
        LibvirtDomain machine, IReadOnlyList<CheckpointSummary> summaries, CancellationToken cancellationToken)
    {
        try
        {
            var counts = await DirtyBytes
                .ReadAsync(machine, [.. summaries.SelectMany(one => one.Disks).Select(d => d.Place)], cancellationToken)
                .ConfigureAwait(false);
            return [.. summaries.Select(summary => summary.With(counts))];
        }
        catch (BackupException e) when (e.Kind is FailureKind.Busy or FailureKind.NotSupported
            || e.InnerException is LibvirtException { Code: VirErrorNumber.OperationInvalid })
        {
            // Another job is in the way of asking QEMU, the domain has just stopped, or this driver of libvirt has no
            // QEMU: the list goes without sizes.
            return summaries;
        }
    }

    private static Task<IReadOnlyList<DomainCheckpoint>> FindAllAsync(
        LibvirtDomain machine, CheckpointFilter filter, CancellationToken cancellationToken) =>
        filter.From is null
            ? machine.ListCheckpointsAsync(CheckpointFlags.Of(filter), cancellationToken)
            : FindBelowAsync(machine, filter.From, CheckpointFlags.Of(filter), cancellationToken);

    private static async Task<IReadOnlyList<DomainCheckpoint>> FindBelowAsync(
        LibvirtDomain machine, string name, VirDomainCheckpointListFlags flags, CancellationToken cancellationToken)
    {
        using var from = await FindAsync(machine, name, cancellationToken).ConfigureAwait(false);
        return await from.ListChildrenAsync(flags, cancellationToken).ConfigureAwait(false);
    }

    private Task<LibvirtDomain> FindDomainAsync(string domain, CancellationToken cancellationToken) =>
        DomainFinder.FindAsync(connection, domain, cancellationToken);

    private static async Task<DomainCheckpoint> FindAsync(
        LibvirtDomain machine, string checkpoint, CancellationToken cancellationToken) =>
        await machine.FindCheckpointAsync(checkpoint, cancellationToken).ConfigureAwait(false)
        ?? throw new BackupException(
            FailureKind.Failed,
            $"domain '{machine.Name}' has no checkpoint '{checkpoint}'; see 'lvbackup checkpoint-list {machine.Name}'");

    private static async Task<int> CountAsync(
        DomainCheckpoint checkpoint, VirDomainCheckpointListFlags flags, CancellationToken cancellationToken)
    {
        var children = await checkpoint.ListChildrenAsync(flags, cancellationToken).ConfigureAwait(false);
        foreach (var child in children)
            child.Dispose();
        return children.Count;
    }
}
