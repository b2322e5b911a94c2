using LibvirtBackup.Interop.Posix;
using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Maps;

namespace LibvirtBackup.Restores.Definitions;

/// <summary>Puts a point's files back; every chunk is checked against its hash.</summary>
internal sealed class AttachmentReader(Repository repository)
{
    /// <summary>Whether the file is still where it was, byte for byte.</summary>
    internal async Task<bool> IsInPlaceAsync(PointAttachment file, CancellationToken cancellationToken)
    {
        if (!File.Exists(file.Path)) return false;
        try
        {
            using var present = File.OpenHandle(file.Path, share: FileShare.ReadWrite | FileShare.Delete);
            // Not by FileInfo, which measures a link itself: distributions' firmware often is one.
            if (RandomAccess.GetLength(present) != file.SizeBytes) return false;
            var bytes = new byte[RunSource.DataBytes];
            return await ForEachRunAsync(
                file,
                (offset, wanted) =>
                {
                    for (var read = 0; read < wanted.Length;)
                    {
                        var part = bytes.AsSpan(0, Math.Min(bytes.Length, wanted.Length - read));
                        var count = RandomAccess.Read(present, part, offset + read);
                        if (count == 0 || !part[..count].SequenceEqual(wanted.Span.Slice(read, count))) return false;
                        read += count;
                    }

                    return true;
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Writes the file, durably: as a whole, or not at all.</summary>
    internal async Task WriteAsync(PointAttachment file, string path, CancellationToken cancellationToken)
    {
        var partial = path + ".partial";
        File.Delete(partial);
        try
        {
            var options = new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            };
            using (var stream = new FileStream(partial, options))
            {
                await ForEachRunAsync(
                    file,
                    (offset, bytes) =>
                    {
                        RandomAccess.Write(stream.SafeFileHandle, bytes.Span, offset);
                        return true;
                    },
                    cancellationToken).ConfigureAwait(false);
                File.SetUnixFileMode(stream.SafeFileHandle, (UnixFileMode)(file.Mode & 0b111_111_111));
                RandomAccess.FlushToDisk(stream.SafeFileHandle);
            }

            File.Move(partial, path, overwrite: true);
            PosixFile.FlushDirectory(Path.GetDirectoryName(path)!);
        }
        catch
        {
            File.Delete(partial);
            throw;
        }
    }

    /// <summary>Gives all bytes of the file, zeroes as such, until <paramref name="take"/> says that it is enough.
    /// </summary>
    /// <returns>False when it was enough before the end.</returns>
    private async Task<bool> ForEachRunAsync(
        PointAttachment file, Func<long, ReadOnlyMemory<byte>, bool> take, CancellationToken cancellationToken)
    {
        var map = repository.OpenMap(file);
        using var runs = new RunSource(map);
        var run = new DiskRun(runs.MostChunks);
        var buffer = new byte[runs.MostChunks * repository.ChunkSizeBytes];
        while (await runs.TryTakeAsync(run, cancellationToken).ConfigureAwait(false))
        {
            if (run.Kind == EntryKind.Data)
                await run.ReadAsync(repository.Reader, repository.ChunkSizeBytes, buffer, cancellationToken)
                    .ConfigureAwait(false);
            else
                Array.Clear(buffer);
            for (var done = 0L; done < run.Length; done += buffer.Length)
                if (!take(run.Offset + done, buffer.AsMemory(0, (int)Math.Min(buffer.Length, run.Length - done))))
                    return false;
        }

        return true;
    }
}
