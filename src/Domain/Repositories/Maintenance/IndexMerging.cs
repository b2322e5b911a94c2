namespace LibvirtBackup.Repositories.Maintenance;

/// <summary>
/// Keeps the number of indexes small though every backup adds one, for every index makes each look-up dearer. Done by
/// the backup that finds many; a failure to is not its failure.
/// </summary>
internal static class IndexMerging
{
    private const int SmallIndexes = 16;

    internal static async Task TryAsync(Repository repository, CancellationToken cancellationToken)
    {
        try
        {
            var files = await repository.Index.GetFilesAsync(cancellationToken).ConfigureAwait(false);
            if (files.Count(file => file.Count < IndexBuilder.SmallIndex) < SmallIndexes) return;
            var held = await repository.Locks.TryTakeMaintenanceAsync("merging of indexes", cancellationToken)
                .ConfigureAwait(false);
            if (held is null) return;
            await using var closing = held.ConfigureAwait(false);
            await repository.Index.ReloadAsync(cancellationToken).ConfigureAwait(false);
            files = await repository.Index.GetFilesAsync(cancellationToken).ConfigureAwait(false);
            var condemned = await Condemnation.ListAsync(repository, cancellationToken).ConfigureAwait(false);
            await new IndexRewriter(
                    repository, held, condemned.SelectMany(one => one.Packs).ToHashSet(), new GcTally(repository.Store))
                .RewriteAsync(
                    [.. files.Where(file => file.Count < IndexBuilder.SmallIndex)], new HashSet<ChunkId>(),
                    cancellationToken)
                .ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException
            or BackupException)
        {
            // A later backup or gc does it; verify tells of damage.
        }
    }
}
