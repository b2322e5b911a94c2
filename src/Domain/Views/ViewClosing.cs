using LibvirtBackup.Backups.Jobs;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Qmp;
using LibvirtBackup.Views.Serving;

namespace LibvirtBackup.Views;

/// <summary>Takes away what a view has in QEMU, whatever is there of it. Every step may be repeated.</summary>
internal sealed class ViewClosing(LibvirtDomain domain, QemuNbdServer server, TimeProvider time)
{
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(10);

    /// <summary>How long QEMU may take; it ends what it has in flight.</summary>
    private static readonly TimeSpan s_most = TimeSpan.FromSeconds(30);

    private readonly QmpClient _qemu = QmpClient.For(domain);

    /// <exception cref="BackupException">Something does not go away.</exception>
    internal async Task RunAsync(ViewRecord view, CancellationToken cancellationToken)
    {
        try
        {
            await server.DetachAsync(domain, ViewNodes.PrefixOf(view.Id), cancellationToken).ConfigureAwait(false);
            var names = Enumerable.Range(0, view.Disks.Count).Select(view.NodesOf).ToList();
            await RemoveAsync(
                names.SelectMany(disk => (string[])[disk.Probe, disk.ProbeTarget, disk.Access]), cancellationToken)
                .ConfigureAwait(false);
            await EndJobsAsync(ViewNodes.PrefixOf(view.Id), cancellationToken).ConfigureAwait(false);
            await RemoveAsync(names.Select(disk => disk.Scratch), cancellationToken).ConfigureAwait(false);
        }
        catch (QmpException e)
        {
            throw new BackupException(
                FailureKind.Failed,
                $"view '{view.Name}' of domain '{view.Domain}' cannot be closed: {e.Description}; close it again",
                e);
        }
    }

    /// <summary>Removes the scratch images.</summary>
    internal static void RemoveFiles(ViewRecord view) => JobDirectory.Remove(view.Scratch);

    private async Task RemoveAsync(IEnumerable<string> nodes, CancellationToken cancellationToken)
    {
        var there = (await _qemu.QueryNamedBlockNodesAsync(cancellationToken).ConfigureAwait(false))
            .Select(node => node.NodeName).ToHashSet(StringComparer.Ordinal);
        foreach (var node in nodes.Where(there.Contains))
            await _qemu.RemoveNodeAsync(node, cancellationToken).ConfigureAwait(false);
    }

    private async Task EndJobsAsync(string prefix, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        var asked = new HashSet<string>(StringComparer.Ordinal);
        while (true)
        {
            var jobs = (await _qemu.QueryJobsAsync(cancellationToken).ConfigureAwait(false))
                .Where(job => job.Id.StartsWith(prefix, StringComparison.Ordinal)).ToList();
            if (jobs.Count == 0) return;
            foreach (var job in jobs)
            {
                if (job.Status == "concluded")
                    await TryAsync(_qemu.DismissJobAsync(job.Id, cancellationToken)).ConfigureAwait(false);
                else if (asked.Add(job.Id))
                    await TryAsync(_qemu.CancelJobAsync(job.Id, cancellationToken)).ConfigureAwait(false);
            }

            if (time.GetElapsedTime(start) > s_most)
                throw new BackupException(
                    FailureKind.Failed,
                    $"QEMU does not end job '{jobs[0].Id}' of domain '{domain.Name}' within "
                    + $"{s_most.TotalSeconds:0} s; close the view again");
            await Task.Delay(s_poll, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task TryAsync(Task change)
    {
        try
        {
            await change.ConfigureAwait(false);
        }
        catch (QmpException)
        {
            // It has ended meanwhile.
        }
    }
}
