using LibvirtBackup.State;

namespace LibvirtBackup.Repositories.Blobs;

/// <summary>Blobs as files below a directory.</summary>
internal sealed class DirectoryBlobStore(string root) : IBlobStore
{
    public string Location => root;

    public Task<bool> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.Run(
            () =>
            {
                var path = PathOf(key);
                if (File.Exists(path)) return false;
                DurableFile.CreateDirectory(Path.GetDirectoryName(path)!);
                DurableFile.Write(path, content.Span);
                return true;
            },
            cancellationToken);
    }

    public async Task ReadAsync(string key, long offset, Memory<byte> target, CancellationToken cancellationToken)
    {
        using var file = Open(key);
        while (target.Length > 0)
        {
            var count = await RandomAccess.ReadAsync(file, target, offset, cancellationToken).ConfigureAwait(false);
            if (count == 0) throw new BlobMissingException(key, $"'{PathOf(key)}' ends at byte {offset}");
            target = target[count..];
            offset += count;
        }
    }

    public async Task<byte[]> ReadAllAsync(string key, CancellationToken cancellationToken)
    {
        using var file = Open(key);
        var content = new byte[RandomAccess.GetLength(file)];
        await ReadAsync(key, 0, content, cancellationToken).ConfigureAwait(false);
        return content;
    }

    public Task<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        var folder = PathOf(prefix);
        if (!Directory.Exists(folder)) return Task.FromResult<IReadOnlyList<string>>([]);
        return Task.FromResult<IReadOnlyList<string>>(
            [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
                .Where(path => !DurableFile.IsTemporary(path))
                .Select(path => Path.GetRelativePath(root, path))
                .Order(StringComparer.Ordinal)]);
    }

    public Task DeleteAsync(string key, CancellationToken cancellationToken)
    {
        DurableFile.Delete(PathOf(key));
        return Task.CompletedTask;
    }

    private string PathOf(string key) => Path.Combine(root, key);

    private Microsoft.Win32.SafeHandles.SafeFileHandle Open(string key)
    {
        try
        {
            return File.OpenHandle(PathOf(key), options: FileOptions.RandomAccess);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new BlobMissingException(key, $"'{PathOf(key)}' does not exist");
        }
    }
}
