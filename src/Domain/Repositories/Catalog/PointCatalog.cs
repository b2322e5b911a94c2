using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Keys;
using LibvirtBackup.Repositories.Points;

namespace LibvirtBackup.Repositories.Catalog;

/// <summary>
/// Lists points without reading each manifest. Catalogs are a cache: what they say of points that are gone is ignored,
/// points that they miss are read, and a damaged one counts as absent.
/// </summary>
internal sealed class PointCatalog(IBlobStore store, PointStore points, RepositoryKeys? keys)
{
    private const int MissingBeforeRewrite = 64;

    /// <summary>All points.</summary>
    internal async Task<PointList> ListAsync(CancellationToken cancellationToken)
    {
        var ids = await points.ListIdsAsync(cancellationToken).ConfigureAwait(false);
        var known = await ReadAsync(cancellationToken).ConfigureAwait(false);
        var listed = new List<PointSummary>(ids.Count);
        var damaged = new List<string>();
        foreach (var id in ids)
        {
            if (known.TryGetValue(id, out var summary))
                listed.Add(summary);
            else if (await TryReadAsync(id, damaged, cancellationToken).ConfigureAwait(false) is { } point)
                listed.Add(point);
        }

        // Ids begin with the time, so the points are nearly in order: by id where times are equal.
        listed.Sort(static (a, b) =>
            a.Time.CompareTo(b.Time) is var order and not 0 ? order : string.CompareOrdinal(a.Id, b.Id));
        return new PointList(listed, damaged);
    }

    /// <summary>
    /// Writes a new catalog when many points are in none. Failing to is not a failure of anything else.
    /// </summary>
    internal async Task RefreshAsync(CancellationToken cancellationToken)
    {
        try
        {
            var ids = await points.ListIdsAsync(cancellationToken).ConfigureAwait(false);
            var catalogs = await store.ListAsync(CatalogFormat.Folder, cancellationToken).ConfigureAwait(false);
            // Ids sort in time, so this many are newer than all that is listed.
            var last = catalogs.Select(CatalogFormat.LastIdOf).Append("").Max(StringComparer.Ordinal);
            if (ids.Count(id => string.CompareOrdinal(id, last) > 0) < MissingBeforeRewrite) return;
            var list = await ListAsync(cancellationToken).ConfigureAwait(false);
            var (key, content) = CatalogFormat.Write(list.Points, keys);
            await store.PutIfAbsentAsync(key, content, cancellationToken).ConfigureAwait(false);
            foreach (var old in catalogs.Where(old => old != key))
                await store.DeleteAsync(old, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A later point tries again.
        }
    }

    private async Task<Dictionary<string, PointSummary>> ReadAsync(CancellationToken cancellationToken)
    {
        var known = new Dictionary<string, PointSummary>(StringComparer.Ordinal);
        foreach (var key in await store.ListAsync(CatalogFormat.Folder, cancellationToken).ConfigureAwait(false))
        {
            try
            {
                var content = await store.ReadAllAsync(key, cancellationToken).ConfigureAwait(false);
                foreach (var point in CatalogFormat.Read(content, keys)) known[point.Id] = point;
            }
            catch (Exception e) when (e is InvalidDataException or BlobMissingException)
            {
                // Replaced by another one meanwhile, or damaged: the manifests say the same.
            }
        }

        return known;
    }

    private async Task<PointSummary?> TryReadAsync(
        string id, List<string> damaged, CancellationToken cancellationToken)
    {
        try
        {
            return await points.TryReadSummaryAsync(id, cancellationToken).ConfigureAwait(false);
        }
        catch (BackupException e) when (e.Kind == FailureKind.Integrity)
        {
            damaged.Add(e.Message);
            return null;
        }
    }
}
