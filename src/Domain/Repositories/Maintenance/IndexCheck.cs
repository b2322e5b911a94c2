using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Indexes;

namespace LibvirtBackup.Repositories.Maintenance;

/// <summary>Reads all of an index, as it is in the store.</summary>
internal static class IndexCheck
{
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    /// <exception cref="BlobMissingException">It is gone.</exception>
    internal static async Task<IndexFile> ReadAsync(IBlobStore store, string key, CancellationToken cancellationToken)
    {
        var file = await OpenAsync(store, key, cancellationToken).ConfigureAwait(false);
        for (var block = 0; block < file.BlockCount; block++)
            await file.ReadBlockAsync(block, cancellationToken).ConfigureAwait(false);
        return file;
    }

    /// <summary>As <see cref="ReadAsync"/>, but without a look at the entries.</summary>
    internal static Task<IndexFile> OpenAsync(IBlobStore store, string key, CancellationToken cancellationToken) =>
        IndexFile.OpenAsync(store, new IndexMemory(limitBytes: 0), key, cancellationToken);
}
