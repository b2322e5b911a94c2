using LibvirtBackup.Interop.Posix;

namespace LibvirtBackup.State;

/// <summary>
/// Files that are there as a whole and on stable storage, or not at all: temporary file, flush, rename, flush of the
/// directory.
/// </summary>
internal static class DurableFile
{
    private const string TemporarySuffix = ".lvbtmp";

    /// <summary>What the umask leaves of everything.</summary>
    private const UnixFileMode Passable = (UnixFileMode)0b111_111_111;

    internal static bool IsTemporary(ReadOnlySpan<char> path) =>
        path.EndsWith(TemporarySuffix, StringComparison.Ordinal);

    /// <summary>
    /// Writes or replaces <paramref name="path"/>. A crash leaves the old file or the new one, perhaps a temporary
    /// too.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="content">All of it.</param>
    /// <param name="after">Called after each step; tests copy the directory there, which is what a crash would
    /// leave.</param>
    internal static void Write(string path, ReadOnlyMemory<byte> content, Action<DurableStep>? after = null) =>
        Write(path, content, overwrite: true, after);

    /// <summary>Writes <paramref name="path"/> unless it exists, also when others try the same meanwhile.</summary>
    /// <returns>False when it exists.</returns>
    internal static bool TryCreate(string path, ReadOnlyMemory<byte> content, Action<DurableStep>? after = null) =>
        Write(path, content, overwrite: false, after);

    /// <summary>Creates a directory and its parents, durably.</summary>
    /// <param name="path">The directory.</param>
    /// <param name="mode">Its mode, when it is made.</param>
    internal static void CreateDirectory(string path, UnixFileMode mode = Passable)
    {
        if (Directory.Exists(path)) return;
        var parent = Path.GetDirectoryName(Path.GetFullPath(path));
        if (parent is not null) CreateDirectory(parent);
        Directory.CreateDirectory(path, mode);
        if (parent is not null) PosixFile.FlushDirectory(parent);
    }

    /// <summary>Deletes a file, durably; an absent one is not an error.</summary>
    internal static void Delete(string path)
    {
        if (!File.Exists(path)) return;
        File.Delete(path);
        PosixFile.FlushDirectory(Path.GetDirectoryName(path)!);
    }

    private static bool Write(
        string path, ReadOnlyMemory<byte> content, bool overwrite, Action<DurableStep>? after)
    {
        var temporary = $"{path}.{Guid.NewGuid():n}{TemporarySuffix}";
        try
        {
            using (var file = File.OpenHandle(
                temporary, FileMode.CreateNew, FileAccess.Write, preallocationSize: content.Length))
            {
                after?.Invoke(DurableStep.TemporaryCreated);
                DirectWriter.Write(file, content);
                after?.Invoke(DurableStep.ContentWritten);
                RandomAccess.FlushToDisk(file);
                after?.Invoke(DurableStep.ContentFlushed);
            }

            var isMine = true;
            if (overwrite) File.Move(temporary, path, overwrite: true);
            else isMine = PosixFile.TryRenameToNew(temporary, path);
            if (!isMine) File.Delete(temporary);
            after?.Invoke(DurableStep.Renamed);
            PosixFile.FlushDirectory(Path.GetDirectoryName(path)!);
            after?.Invoke(DurableStep.DirectoryFlushed);
            return isMine;
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
