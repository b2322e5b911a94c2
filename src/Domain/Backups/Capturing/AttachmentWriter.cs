using System.Buffers;
using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Maps;

namespace LibvirtBackup.Backups.Capturing;

/// <summary>Stores files as small disks.</summary>
/// <param name="writer">Receives chunks and maps.</param>
/// <param name="chunkSizeBytes">The repository's chunk size.</param>
/// <param name="warnings">Receives a line for each file that cannot be read.</param>
internal sealed class AttachmentWriter(BlobWriter writer, int chunkSizeBytes, List<string> warnings)
{
    internal async Task<IReadOnlyList<PointAttachment>> StoreAsync(
        IReadOnlyList<FoundFile> files, CancellationToken cancellationToken)
    {
        var stored = new List<PointAttachment>();
        foreach (var (role, path) in files)
        {
            try
            {
                stored.Add(await StoreAsync(role, path, cancellationToken).ConfigureAwait(false));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                warnings.Add($"'{path}' ({role}) is not in the restore point: {e.Message}");
            }
        }

        return stored;
    }

    private async Task<PointAttachment> StoreAsync(
        AttachmentRole role, string path, CancellationToken cancellationToken)
    {
        if (!File.Exists(path)) throw new FileNotFoundException("no such file on this host");
        if (path.StartsWith("/dev/", StringComparison.Ordinal)) throw new IOException("it is a device, not a file");
        using var file = File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);
        // What is appended meanwhile is not taken; what is cut off ends the copy.
        var shape = new MapShape(RandomAccess.GetLength(file), chunkSizeBytes);
        var map = new DiskMapBuilder(writer, shape);
        var buffer = ArrayPool<byte>.Shared.Rent(chunkSizeBytes);
        try
        {
            for (var leaf = 0L; leaf < shape.LeafCount; leaf++)
            {
                var entries = new MapEntry[shape.EntryCount(0, leaf)];
                for (var i = 0; i < entries.Length; i++)
                {
                    var chunk = (leaf * MapNode.Width) + i;
                    var bytes = buffer.AsMemory(0, shape.ChunkLength(chunk));
                    Read(file, chunk * chunkSizeBytes, bytes.Span);
                    entries[i] = bytes.Span.ContainsAnyExcept((byte)0)
                        ? MapEntry.Data((await writer.AddAsync(bytes, cancellationToken).ConfigureAwait(false)).Id)
                        : MapEntry.Zero;
                }

                await map.SetLeafAsync(leaf, entries, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return new PointAttachment
        {
            Role = role,
            Path = path,
            SizeBytes = shape.SizeBytes,
            Mode = (int)File.GetUnixFileMode(file),
            Root = (await map.FinishAsync(cancellationToken).ConfigureAwait(false)).ToString(),
        };
    }

    private static void Read(Microsoft.Win32.SafeHandles.SafeFileHandle file, long offset, Span<byte> target)
    {
        while (target.Length > 0)
        {
            var count = RandomAccess.Read(file, target, offset);
            if (count == 0) throw new EndOfStreamException("it became shorter while it was read");
            target = target[count..];
            offset += count;
        }
    }
}
