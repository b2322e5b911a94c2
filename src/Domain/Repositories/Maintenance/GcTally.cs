using LibvirtBackup.Repositories.Blobs;

namespace LibvirtBackup.Repositories.Maintenance;

/// <summary>Deletes, and counts what it deleted.</summary>
internal sealed class GcTally(IBlobStore store)
{
    internal long RemovedBytes { get; private set; }

    internal int RemovedObjects { get; private set; }

    internal long WrittenBytes { get; set; }

    internal async Task DeleteAsync(string key, CancellationToken cancellationToken)
    {
        if (await store.GetLengthAsync(key, cancellationToken).ConfigureAwait(false) is not { } length) return;
        await store.DeleteAsync(key, cancellationToken).ConfigureAwait(false);
        Count(length);
    }

    internal void Count(long bytes)
    {
        RemovedBytes += bytes;
        RemovedObjects++;
    }
}
