using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Documents;
using LibvirtBackup.Repositories.Maps;

namespace LibvirtBackup.Repositories.Points;

/// <summary>The manifests of a repository.</summary>
internal sealed class PointStore(IBlobStore store, DocumentStore documents)
{
    internal const string Folder = "points/";
    private const string Suffix = ".json";

    /// <summary>The ids of all points, in ordinal order, which is by time.</summary>
    internal async Task<IReadOnlyList<string>> ListIdsAsync(CancellationToken cancellationToken)
    {
        var keys = await store.ListAsync(Folder, cancellationToken).ConfigureAwait(false);
        return [.. keys.Where(key => key.EndsWith(Suffix, StringComparison.Ordinal))
            .Select(key => key[Folder.Length..^Suffix.Length])];
    }

    /// <summary>The id itself, or the only one that starts so.</summary>
    /// <exception cref="BackupException">No point fits, or several do.</exception>
    internal async Task<string> ResolveAsync(string idOrPrefix, CancellationToken cancellationToken)
    {
        if (IsFileName(idOrPrefix)
            && await store.GetLengthAsync(KeyOf(idOrPrefix), cancellationToken).ConfigureAwait(false) is not null)
            return idOrPrefix;
        var ids = await ListIdsAsync(cancellationToken).ConfigureAwait(false);
        var fitting = idOrPrefix.Length == 0
            ? []
            : ids.Where(id => id.StartsWith(idOrPrefix, StringComparison.Ordinal)).ToList();
        return fitting switch
        {
            [var only] => only,
            [] => throw NoSuchPoint(idOrPrefix),
            _ => throw new BackupException(
                FailureKind.Failed, $"'{idOrPrefix}' fits {fitting.Count} restore points; give more of the id"),
        };
    }

    /// <exception cref="BackupException">It is damaged, or somebody has deleted it.</exception>
    internal async Task<RestorePoint> ReadAsync(string id, CancellationToken cancellationToken) =>
        await TryReadAsync(id, cancellationToken).ConfigureAwait(false) ?? throw NoSuchPoint(id);

    /// <summary>The point; null when somebody has deleted it.</summary>
    /// <exception cref="BackupException">Integrity: it is damaged.</exception>
    internal async Task<RestorePoint?> TryReadAsync(string id, CancellationToken cancellationToken)
    {
        var point = await documents.TryReadAsync(KeyOf(id), PointJson.Default.RestorePoint, cancellationToken)
            .ConfigureAwait(false);
        if (point is null) return null;
        if (point.Id != id) throw Damaged(id, $"it is the manifest of point '{point.Id}'");
        // A restore makes file names of disk names: one that leads elsewhere was not written by a backup.
        if (point.Disks.FirstOrDefault(disk => !IsFileName(disk.Name)) is { } disk)
            throw Damaged(id, $"'{disk.Name}' is no name of a disk");
        if (point.Disks.FirstOrDefault(disk => !HasMap(disk)) is { } odd)
            throw Damaged(id, $"disk '{odd.Name}' has {odd.VirtualSizeBytes} bytes and the root '{odd.Root}'");
        return point;
    }

    /// <summary>What a listing says of the point; null when somebody has deleted it.</summary>
    /// <exception cref="BackupException">Integrity: it is damaged.</exception>
    internal async Task<PointSummary?> TryReadSummaryAsync(string id, CancellationToken cancellationToken)
    {
        var summary = await documents.TryReadAsync(KeyOf(id), ManifestSummary.Read, cancellationToken)
            .ConfigureAwait(false);
        if (summary is not null && summary.Id != id) throw Damaged(id, $"it is the manifest of point '{summary.Id}'");
        return summary;
    }

    /// <summary>Makes a point exist, durably.</summary>
    internal async Task WriteAsync(RestorePoint point, CancellationToken cancellationToken)
    {
        if (!await documents.WriteAsync(KeyOf(point.Id), point, PointJson.Default.RestorePoint, cancellationToken)
            .ConfigureAwait(false))
            throw new InvalidOperationException($"restore point '{point.Id}' exists already");
    }

    /// <summary>Removes a point, durably; one that is not there is no error.</summary>
    internal Task DeleteAsync(string id, CancellationToken cancellationToken)
    {
        // A name that leads out of the folder must not delete anything there.
        if (!IsFileName(id)) throw new ArgumentException($"'{id}' is no restore point's id", nameof(id));
        return store.DeleteAsync(KeyOf(id), cancellationToken);
    }

    private static string KeyOf(string id) => $"{Folder}{id}{Suffix}";

    private static bool IsFileName(string name) =>
        name.Length > 0 && name[0] != '.' && name.AsSpan().IndexOfAny('/', '\0') < 0;

    private static bool HasMap(RestorePointDisk disk) =>
        disk.VirtualSizeBytes >= 0 && MapEntry.TryParse(disk.Root, out _);

    private BackupException NoSuchPoint(string id) => new(
        FailureKind.Failed, $"no restore point '{id}' in repository '{store.Location}'; see 'lvbackup list'");

    private BackupException Damaged(string id, string why) =>
        Damage.OfFile(store.Location, KeyOf(id), why, cause: null);
}
