namespace LibvirtBackup.Repositories.Blobs;

/// <summary>
/// Where a repository keeps its files. Keys are relative paths with <c>/</c>. A blob is there as a whole or not at all,
/// durable when <see cref="PutIfAbsentAsync"/> has returned, and never changes.
/// </summary>
internal interface IBlobStore
{
    /// <summary>Where this is, for messages.</summary>
    string Location { get; }

    /// <summary>Stores a blob; returns false, and changes nothing, when the key exists.</summary>
    Task<bool> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);

    /// <summary>
    /// Fills <paramref name="target"/> from <paramref name="offset"/> on. May do its work before it returns: call it
    /// from where blocking is harmless.
    /// </summary>
    /// <exception cref="BlobMissingException">There is no such blob, or it ends before the range does.</exception>
    ValueTask ReadAsync(string key, long offset, Memory<byte> target, CancellationToken cancellationToken);

    /// <summary>Reads a whole blob.</summary>
    /// <exception cref="BlobMissingException">There is no such blob.</exception>
    /// <exception cref="InvalidDataException">It is larger than memory can be.</exception>
    Task<byte[]> ReadAllAsync(string key, CancellationToken cancellationToken);

    /// <summary>The blob's length in bytes; null when there is none.</summary>
    ValueTask<long?> GetLengthAsync(string key, CancellationToken cancellationToken);

    /// <summary>
    /// The keys that start with <paramref name="prefix"/> (a folder, ending in <c>/</c>), in ordinal order.
    /// </summary>
    Task<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancellationToken);

    /// <summary>Deletes a blob; an absent one is not an error.</summary>
    Task DeleteAsync(string key, CancellationToken cancellationToken);
}
