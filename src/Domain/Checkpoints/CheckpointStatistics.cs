using LibvirtBackup.Bitmaps;
using LibvirtBackup.Hosts;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Qmp;

namespace LibvirtBackup.Checkpoints;

/// <summary>
/// How much an incremental backup since any checkpoint would copy, for one domain or all of a host: running, restarted,
/// migrated, transient. Running domains are asked over QMP, which libvirt notes as tainting.
/// </summary>
/// <param name="connection">The host.</param>
internal sealed class CheckpointStatistics(LibvirtConnection connection)
{
    /// <summary>libvirt serves that many at once easily; the questions of one domain wait for each other.</summary>
    private const int DomainsAtOnce = 4;

    /// <summary>The statistics of one domain.</summary>
    /// <param name="domain">Name, UUID or id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="BackupException">There is no such domain, or libvirt or QEMU refuses.</exception>
    public async Task<DomainStatistics> ReadAsync(
        string domain, CancellationToken cancellationToken)
    {
        using var machine = await DomainFinder.FindAsync(connection, domain, cancellationToken).ConfigureAwait(false);
        return await ReadAsync(machine, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The statistics of all domains that have checkpoints, or bitmaps of forgotten ones.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The domains by name; one that cannot be looked into says why, and the others are told.</returns>
    public async Task<IReadOnlyList<DomainStatistics>> ReadAllAsync(
        CancellationToken cancellationToken)
    {
        var machines = await connection.ListDomainsAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        var all = new DomainStatistics?[machines.Count];
        try
        {
            var options = new ParallelOptions
            {
                MaxDegreeOfParallelism = DomainsAtOnce,
                CancellationToken = cancellationToken,
            };
            await Parallel.ForAsync(0, machines.Count, options, async (i, token) =>
                all[i] = await TryReadAsync(machines[i], token).ConfigureAwait(false)).ConfigureAwait(false);
        }
        finally
        {
            foreach (var machine in machines) machine.Dispose();
        }

        return
        [
            .. all.OfType<DomainStatistics>()
                .Where(one => one.Unknown is not null || one.Checkpoints.Count + one.Forgotten.Count > 0)
                .OrderBy(one => one.Domain, StringComparer.Ordinal),
        ];
    }

    private static async Task<DomainStatistics> TryReadAsync(
        LibvirtDomain machine, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadAsync(machine, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is BackupException or LibvirtException)
        {
            return Statistics(machine, [], []) with { Unknown = e.Message };
        }
    }

    private static async Task<DomainStatistics> ReadAsync(
        LibvirtDomain machine, CancellationToken cancellationToken)
    {
        var summaries = await DescribeAsync(machine, cancellationToken).ConfigureAwait(false);
        if (!await machine.IsActiveAsync(cancellationToken).ConfigureAwait(false))
            return Statistics(machine, summaries, []);
        var inventory = await BitmapReader.ReadAsync(machine, cancellationToken).ConfigureAwait(false);
        var forgotten = ForgottenCheckpoint.Find(inventory, summaries);
        var disks = summaries.SelectMany(one => one.Disks).Concat(forgotten.SelectMany(one => one.Disks));
        var counts = await new DirtyBytes(QmpClient.For(machine), machine.Name)
            .CountAsync(inventory, [.. disks.Select(disk => disk.Place)], cancellationToken).ConfigureAwait(false);
        return Statistics(
            machine, summaries.Select(one => one.With(counts)), [.. forgotten.Select(one => one.With(counts))]);
    }

    private static async Task<IReadOnlyList<CheckpointSummary>> DescribeAsync(
        LibvirtDomain machine, CancellationToken cancellationToken)
    {
        var checkpoints = await machine.ListCheckpointsAsync(cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        try
        {
            return await CheckpointReader.ReadAllAsync(checkpoints, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            foreach (var checkpoint in checkpoints) checkpoint.Dispose();
        }
    }

    private static DomainStatistics Statistics(
        LibvirtDomain machine,
        IEnumerable<CheckpointSummary> checkpoints,
        IReadOnlyList<ForgottenCheckpoint> forgotten) => new()
    {
        Domain = machine.Name,
        Uuid = machine.Uuid,
        Checkpoints =
        [
            .. checkpoints.OrderBy(one => one.CreationTime).ThenBy(one => one.Name, StringComparer.Ordinal),
        ],
        Forgotten = forgotten,
    };
}
