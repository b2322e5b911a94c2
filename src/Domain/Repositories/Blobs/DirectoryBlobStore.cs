using System.IO.Enumeration;
using LibvirtBackup.Interop.Posix;
using LibvirtBackup.State;

namespace LibvirtBackup.Repositories.Blobs;

/// <summary>Blobs as files below a directory.</summary>
/// <param name="root">The directory.</param>
/// <param name="after">Called after each step of a put; tests copy the directory there, which is what a crash would
/// leave.</param>
internal sealed class DirectoryBlobStore(string root, Action<DurableStep>? after = null)
    : IBlobStore, ITemporaryFiles, IDisposable
{
    /// <summary>The disks of guests are not for everybody; a directory that was made before stays as it is.</summary>
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private static readonly EnumerationOptions s_everything = new()
    {
        RecurseSubdirectories = true,
        AttributesToSkip = FileAttributes.None,
        IgnoreInaccessible = false,
    };

    // The root of a file system has a lost+found, which only root can read.
    private static readonly EnumerationOptions s_accessible =
        new() { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.None };

    private readonly OpenFiles _files = new();

    public string Location => root;

    public Task<bool> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.Run(
            () =>
            {
                var path = PathOf(key);
                var folder = Path.GetDirectoryName(path)!; // a key is below the root
                if (File.Exists(path))
                {
                    // Whoever wrote it may not have got as far as to flush its name.
                    PosixFile.FlushDirectory(folder);
                    return false;
                }

                DurableFile.CreateDirectory(root, OwnerOnly);
                DurableFile.CreateDirectory(folder);
                return DurableFile.TryCreate(path, content, after);
            },
            cancellationToken);
    }

    public ValueTask ReadAsync(string key, long offset, Memory<byte> target, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        for (var rest = target.Span; rest.Length > 0;)
        {
            var count = ReadOnce(key, offset, rest);
            if (count == 0) throw new BlobMissingException(key, $"'{PathOf(key)}' ends at byte {offset}");
            rest = rest[count..];
            offset += count;
        }

        return ValueTask.CompletedTask;
    }

    public async Task<byte[]> ReadAllAsync(string key, CancellationToken cancellationToken)
    {
        var length = await GetLengthAsync(key, cancellationToken).ConfigureAwait(false) ?? throw Missing(key);
        if (length > Array.MaxLength)
            throw new InvalidDataException($"'{PathOf(key)}' has {length} bytes, more than it can have");
        var content = new byte[length];
        await ReadAsync(key, 0, content, cancellationToken).ConfigureAwait(false);
        return content;
    }

    public ValueTask<long?> GetLengthAsync(string key, CancellationToken cancellationToken)
    {
        var file = new FileInfo(PathOf(key));
        return ValueTask.FromResult<long?>(IsThere(file) ? file.Length : null);
    }

    public Task<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        var folder = PathOf(prefix);
        if (!IsThere(new DirectoryInfo(folder))) return Task.FromResult<IReadOnlyList<string>>([]);
        // No string but the key is made of an entry: listings of ten thousand points are to be quick.
        var entries = new FileSystemEnumerable<string>(
            folder,
            (ref FileSystemEntry entry) => entry.Directory.Length <= folder.Length
                ? string.Concat(prefix, entry.FileName)
                : string.Concat(prefix, entry.Directory[folder.Length..], "/", entry.FileName),
            s_everything)
        {
            ShouldIncludePredicate = static (ref FileSystemEntry entry) =>
                !entry.IsDirectory && !DurableFile.IsTemporary(entry.FileName),
        };
        var keys = entries.ToArray();
        Array.Sort(keys, StringComparer.Ordinal);
        return Task.FromResult<IReadOnlyList<string>>(keys);
    }

    public Task DeleteAsync(string key, CancellationToken cancellationToken)
    {
        var path = PathOf(key);
        _files.Forget(path);
        DurableFile.Delete(path);
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<TemporaryFile>> ListTemporaryAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<TemporaryFile>>(
            [.. new DirectoryInfo(root).EnumerateFiles("*", s_accessible)
                .Where(file => DurableFile.IsTemporary(file.Name))
                .Select(file => new TemporaryFile(
                    Path.GetRelativePath(root, file.FullName), new DateTimeOffset(file.LastWriteTimeUtc)))]);

    public void Dispose() => _files.Dispose();

    private string PathOf(string key) => Path.Combine(root, key);

    private int ReadOnce(string key, long offset, Span<byte> target)
    {
        while (true)
        {
            try
            {
                return RandomAccess.Read(_files.Open(PathOf(key)), target, offset);
            }
            catch (PosixException e) when (e.Errno == Errno.NoEntry)
            {
                throw Missing(key);
            }
            catch (IOException e) when (IsDamage(e is PosixException posix ? posix.Errno : e.HResult))
            {
                throw new BlobUnreadableException(
                    $"'{PathOf(key)}' cannot be read at byte {offset}: {e.Message}; check the disk below", e);
            }
            catch (ObjectDisposedException)
            {
                // Too many files were open and all were closed between the look-up and the read: open it again.
            }
        }
    }

    // What the kernel says of bad sectors, and ext4 and XFS of their own damage.
    /// <summary>What cannot be looked at is not taken for absent.</summary>
    /// <exception cref="UnauthorizedAccessException">A directory on the way lets nobody like us pass.</exception>
    private static bool IsThere(FileSystemInfo entry)
    {
        if (entry.Exists) return true;
        _ = entry.Attributes; // says why it cannot be looked at, if that is so
        return false;
    }

    private static bool IsDamage(int errno) => errno is Errno.Io or Errno.BadMessage or Errno.StructureNeedsCleaning;

    private BlobMissingException Missing(string key) => new(key, $"'{PathOf(key)}' does not exist");
}
