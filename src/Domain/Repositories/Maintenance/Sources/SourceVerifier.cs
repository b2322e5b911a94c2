using System.Globalization;
using LibvirtBackup.Backups;
using LibvirtBackup.Extents;
using LibvirtBackup.Hosts;
using LibvirtBackup.Interop.Libvirt;

namespace LibvirtBackup.Repositories.Maintenance.Sources;

/// <summary>Compares a point with the live disks of its domain. Nothing of the domain is changed.</summary>
/// <param name="options">How backups are run on this host: where the job's files go.</param>
/// <param name="time">The clock.</param>
internal sealed class SourceVerifier(BackupEngineOptions options, TimeProvider time)
{
    /// <summary>
    /// Compares chunk by chunk, but for what the guest has written since: that is known from the checkpoint's bitmap,
    /// of the running domain or in the image. A difference elsewhere is noted in the repository: the next backup then
    /// reads that disk whole.
    /// </summary>
    /// <param name="connection">The host.</param>
    /// <param name="repository">The repository.</param>
    /// <param name="domain">The domain.</param>
    /// <param name="point">The point, or enough of its id; null for the newest of the domain.</param>
    /// <param name="sample">How much is compared.</param>
    /// <param name="cancellationToken">Gives up; the job is ended before the call returns.</param>
    /// <exception cref="BackupException">The disks cannot be read, or there is no such point.</exception>
    public async Task<SourceReport> CompareAsync(
        LibvirtConnection connection, Repository repository, string domain, string? point, SourceSample sample,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(repository);
        ArgumentNullException.ThrowIfNull(sample);
        sample.Validate();
        var compared = await FindPointAsync(connection, repository, domain, point, cancellationToken)
            .ConfigureAwait(false);
        var results = new Dictionary<string, SourceDiskReport>(StringComparer.Ordinal);
        await new LiveDisks(options, time)
            .ReadAsync(
                connection, repository, domain, [.. compared.Disks.Select(disk => disk.Name)], compared,
                async (plan, source, token) =>
                {
                    var disk = compared.Disks.First(d => d.Name == plan.Disk.Name);
                    var reported = await ReadDirtyMapAsync(repository, disk, token).ConfigureAwait(false);
                    var result = await new DiskComparison(
                            source, repository.OpenMap(disk), reported, sample, bytes => repository.NameOf(bytes.Span),
                            hasDirtyMap: plan.Parent is not null)
                        .RunAsync(token).ConfigureAwait(false);
                    results[disk.Name] = SourceDiskReport.Of(disk.Name, compared.Checkpoint, plan.Reason, result);
                },
                token => DistrustAsync(repository, compared, results.Values, token),
                cancellationToken)
            .ConfigureAwait(false);
        return new SourceReport
        {
            Point = compared.Id,
            Domain = compared.Domain,
            Seed = sample.Seed,
            Disks = [.. compared.Disks.Select(disk =>
                results.GetValueOrDefault(disk.Name) ?? SourceDiskReport.Absent(disk.Name))],
        };
    }

    private async Task DistrustAsync(
        Repository repository, RestorePoint point, IEnumerable<SourceDiskReport> disks,
        CancellationToken cancellationToken)
    {
        var today = time.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        foreach (var disk in disks)
            if (disk.Distrusted is not null)
                await DistrustNotes.WriteAsync(
                        repository, point.DomainUuid, disk.Name,
                        $"'verify --against-source' found on {today} that checkpoint '{disk.Distrusted}' had missed a "
                        + $"change at offset {disk.Problems[0].OffsetBytes}",
                        cancellationToken)
                    .ConfigureAwait(false);
    }

    /// <summary>What the point stored because a bitmap reported it; empty for a disk that was read in full.</summary>
    private static async Task<RangeSet> ReadDirtyMapAsync(
        Repository repository, RestorePointDisk disk, CancellationToken cancellationToken)
    {
        var parts = new List<ReadOnlyMemory<byte>>();
        foreach (var part in disk.DirtyMap ?? [])
            parts.Add(await repository.Reader.ReadAsync(ChunkId.Parse(part), cancellationToken).ConfigureAwait(false));
        return RangeSetFormat.Read(parts);
    }

    private static async Task<RestorePoint> FindPointAsync(
        LibvirtConnection connection, Repository repository, string name, string? point,
        CancellationToken cancellationToken)
    {
        if (point is not null) return await repository.GetPointAsync(point, cancellationToken).ConfigureAwait(false);
        using var domain = await DomainFinder.FindAsync(connection, name, cancellationToken).ConfigureAwait(false);
        var (points, _) = await repository.ListPointsAsync(cancellationToken).ConfigureAwait(false);
        var newest = points.LastOrDefault(p => p.DomainUuid == domain.Uuid)
            ?? throw new BackupException(
                FailureKind.Failed, $"no restore point of domain '{domain.Name}' in repository "
                    + $"'{repository.Location}' to compare it with");
        return await repository.GetPointAsync(newest.Id, cancellationToken).ConfigureAwait(false);
    }
}
