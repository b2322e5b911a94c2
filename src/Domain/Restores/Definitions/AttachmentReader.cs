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
        if (!File.Exists(file.Path) || new FileInfo(file.Path).Length != file.SizeBytes) return false;
        try
        {
            using var present = File.OpenHandle(file.Path, share: FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[RunSource.DataBytes];
            var isSame = true;
            await ForEachRunAsync(
                file,
                (offset, wanted) =>
                {
                    for (var read = 0; isSame && read < wanted.Length;)
                    {
                        var part = bytes.AsSpan(0, Math.Min(bytes.Length, wanted.Length - read));
                        var count = RandomAccess.Read(present, part, offset + read);
                        isSame = count > 0 && part[..count].SequenceEqual(wanted.Span.Slice(read, count));
                        read += count;
                    }
                },
                cancellationToken).ConfigureAwait(false);
            return isSame;
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
                    (offset, bytes) => RandomAccess.Write(stream.SafeFileHandle, bytes.Span, offset),
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

    /// <summary>All bytes of the file in order; zeroes are given as such.</summary>
    private async Task ForEachRunAsync(
        PointAttachment file, Action<long, ReadOnlyMemory<byte>> take, CancellationToken cancellationToken)
    {
        var map = repository.OpenMap(file);
        var chunk = repository.ChunkSizeBytes;
        using var runs = new RunSource(map);
        var run = new DiskRun(runs.MostChunks);
        var buffer = new byte[runs.MostChunks * chunk];
        while (await runs.TryTakeAsync(run, cancellationToken).ConfigureAwait(false))
        {
            if (run.Kind != EntryKind.Data)
            {
                Array.Clear(buffer);
                for (var done = 0L; done < run.Length; done += buffer.Length)
                    take(run.Offset + done, buffer.AsMemory(0, (int)Math.Min(buffer.Length, run.Length - done)));
                continue;
            }

            for (var i = 0; i < run.Count; i++)
            {
                var length = (int)Math.Min(chunk, run.Length - ((long)i * chunk));
                await repository.Reader.ReadAsync(run[i], buffer.AsMemory(i * chunk, length), cancellationToken)
                    .ConfigureAwait(false);
            }

            take(run.Offset, buffer.AsMemory(0, (int)run.Length));
        }
    }
}
