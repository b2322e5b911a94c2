using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Qmp;

namespace LibvirtBackup.Views;

/// <summary>Asks a domain's QEMU what it has of a view.</summary>
internal sealed class ViewSurvey(QmpClient qemu, TimeProvider time)
{
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(10);

    /// <returns>For each disk; null when the domain does not run, or is gone.</returns>
    internal static async Task<IReadOnlyList<ViewFacts>?> LookAsync(
        LibvirtConnection connection, ViewRecord view, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            using var domain = await connection.LookupDomainAsync(view.DomainUuid, cancellationToken)
                .ConfigureAwait(false);
            return await domain.IsActiveAsync(cancellationToken).ConfigureAwait(false)
                ? await new ViewSurvey(QmpClient.For(domain), time).LookAsync(view, cancellationToken)
                    .ConfigureAwait(false)
                : null;
        }
        catch (LibvirtException e) when (e.Code is VirErrorNumber.NoDomain or VirErrorNumber.OperationInvalid)
        {
            return null; // it ended while it was looked at
        }
    }

    private async Task<IReadOnlyList<ViewFacts>> LookAsync(ViewRecord view, CancellationToken cancellationToken)
    {
        var jobs = (await qemu.QueryJobsAsync(cancellationToken).ConfigureAwait(false))
            .Where(job => job.Status != "concluded").Select(job => job.Id).ToHashSet(StringComparer.Ordinal);
        var nodes = new Dictionary<string, BlockNode>(StringComparer.Ordinal);
        foreach (var node in await qemu.QueryNamedBlockNodesAsync(cancellationToken).ConfigureAwait(false))
            if (node.NodeName is { } name)
                nodes[name] = node;
        var found = new List<ViewFacts>();
        for (var i = 0; i < view.Disks.Count; i++)
        {
            var names = view.NodesOf(i);
            var facts = new ViewFacts
            {
                HasJob = jobs.Contains(names.Job),
                HasAccess = nodes.ContainsKey(view.AccessOf(i)),
                UsedBytes = nodes.TryGetValue(names.Scratch, out var scratch) ? scratch.Image.ActualSize ?? 0 : null,
            };
            found.Add(facts.IsComplete && view.CanDrop
                ? facts with { ReadError = await ReadAsync(names, nodes, cancellationToken).ConfigureAwait(false) }
                : facts);
        }

        return found;
    }

    /// <summary>
    /// Has QEMU read a sector of a view, which fails when the view is broken: nothing else tells. It copies it to
    /// nowhere by a job that ends at once.
    /// </summary>
    /// <returns>QEMU's text, or null when it can be read.</returns>
    private async Task<string?> ReadAsync(
        ViewNodes names, Dictionary<string, BlockNode> nodes, CancellationToken cancellationToken)
    {
        const int sector = 512;
        if (nodes.ContainsKey(names.Probe) || nodes.ContainsKey(names.ProbeTarget))
            await ClearProbeAsync(names, cancellationToken).ConfigureAwait(false); // of who was interrupted
        try
        {
            await qemu.AddNodeAsync(new WindowNode(names.Probe, names.Access, sector), cancellationToken)
                .ConfigureAwait(false);
            await qemu.AddNodeAsync(new NullNode(names.ProbeTarget, sector), cancellationToken).ConfigureAwait(false);
            await qemu.ExecuteAsync(new CopyJob(names.Probe, names.Probe, names.ProbeTarget), cancellationToken)
                .ConfigureAwait(false);
            while (true)
            {
                var jobs = await qemu.QueryJobsAsync(cancellationToken).ConfigureAwait(false);
                var job = jobs.FirstOrDefault(job => job.Id == names.Probe);
                if (job is null || job.Status == "concluded") return job?.Error;
                await Task.Delay(s_poll, time, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            await ClearProbeAsync(names, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private async Task ClearProbeAsync(ViewNodes names, CancellationToken cancellationToken)
    {
        await TryAsync(() => qemu.DismissJobAsync(names.Probe, cancellationToken)).ConfigureAwait(false);
        await TryAsync(() => qemu.RemoveNodeAsync(names.Probe, cancellationToken)).ConfigureAwait(false);
        await TryAsync(() => qemu.RemoveNodeAsync(names.ProbeTarget, cancellationToken)).ConfigureAwait(false);
    }

    private static async Task TryAsync(Func<Task> remove)
    {
        try
        {
            await remove().ConfigureAwait(false);
        }
        catch (QmpException)
        {
            // It is not there.
        }
    }
}
